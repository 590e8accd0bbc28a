//! A host that has no place for a call.

use eclusa_deploy::shadow::compare_channel;
use eclusa_engine::{Engine, EngineConfig, Limits};

use crate::support::{assert_identical, context, load, shop_traffic};

/// An engine whose calls wait for their turn for a moment only.
fn impatient() -> Engine {
    let limits = Limits { queue_time: std::time::Duration::from_millis(2), ..Limits::default() };
    Engine::new(EngineConfig { limits, ..EngineConfig::default() }).unwrap()
}

#[test]
fn a_busy_host_is_no_failure_of_the_candidate() {
    let engine = impatient();
    let (first, traps) =
        (load(&engine, "hostile/shop-1.wasm"), load(&engine, "hostile/shop-traps-on-place.wasm"));
    let traffic = shop_traffic();
    let taken: Vec<_> = std::iter::from_fn(|| first.rehearsal().ok()).collect();
    assert!(!taken.is_empty());
    let error = compare_channel(&first, &traps, &context(), "shop", &traffic).unwrap_err();
    assert!(error.retryable, "{error}");
    assert_eq!(error.code, "busy");
    drop(taken);
    let shadow = compare_channel(&first, &traps, &context(), "shop", &traffic).unwrap();
    assert_eq!(shadow.receive.new_failures, 3);
}

#[test]
fn one_place_is_enough_and_is_waited_for() {
    let engine = impatient();
    let first = load(&engine, "hostile/shop-1.wasm");
    let mut taken: Vec<_> = std::iter::from_fn(|| first.rehearsal().ok()).collect();
    let one = taken.pop().unwrap();
    let traffic = shop_traffic();
    std::thread::scope(|scope| {
        let compared =
            scope.spawn(|| compare_channel(&first, &first, &context(), "shop", &traffic).unwrap());
        // Before or after it first asks for the place: it must get it.
        drop(one);
        assert_identical(&compared.join().unwrap().receive, 19, 2);
    });
    drop(taken);
}
