//! What `/metrics` says of adapters.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::time::Duration;

use eclusa_engine::{Engine, EngineConfig, Limits};
use metrics_exporter_prometheus::PrometheusBuilder;
use support::{context, hostile, request};

/// What is rendered after `run`, with all its calls on one thread.
fn rendered(limits: Limits, run: impl AsyncFnOnce(Engine)) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        let folder = tempfile::tempdir().unwrap();
        let cache_dir = Some(folder.path().to_owned());
        let engine = Engine::new(EngineConfig { limits, cache_dir }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(engine));
    });
    recorder.handle().render()
}

/// The value of the one line with this name and all these labels.
fn value(text: &str, name: &str, labels: &[(&str, &str)]) -> f64 {
    let labels: Vec<String> =
        labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    let is_it = |line: &&str| {
        line.split(['{', ' ']).next() == Some(name)
            && labels.iter().all(|label| line.contains(label.as_str()))
    };
    let found: Vec<&str> = text.lines().filter(is_it).collect();
    let [line] = found.as_slice() else { panic!("{name} {labels:?}: {found:#?} in\n{text}") };
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn loads_and_their_failures_are_counted() {
    let text = rendered(Limits::default(), async |engine: Engine| {
        for _ in 0..3 {
            engine.load("behave", &hostile("behave")).unwrap();
        }
        engine.load("behave", b"text").unwrap_err();
        engine.load("behave", &hostile("describe-panics")).unwrap_err();
    });
    let loads = |cache| value(&text, "eclusa_adapter_loads_total", &[("cache", cache)]);
    assert_eq!((loads("miss"), loads("hit")), (1.0, 2.0));
    let failures = |stage, code| {
        let labels = [("adapter", "behave"), ("stage", stage), ("code", code)];
        value(&text, "eclusa_adapter_load_failures_total", &labels)
    };
    assert_eq!(failures("format", "not_wasm"), 1.0);
    assert_eq!(failures("describe", "describe_trapped"), 1.0);
}

#[test]
fn calls_are_counted_by_outcome_with_time_memory_and_output() {
    let mut guest_times = None;
    let mut duration = Duration::ZERO;
    let text = rendered(Limits::default(), async |engine: Engine| {
        let revision = engine.load("behave", &hostile("behave")).unwrap().revision;
        for body in ["one", "three", r#"{"behave":"invalid"}"#, r#"{"behave":"trap"}"#] {
            duration += match revision.receive(&context(), &request(body)).await {
                Ok(called) => called.report.duration,
                Err(error) => error.report.duration,
            };
        }
        // Outside of live traffic nothing counts.
        let mut session = revision.session().unwrap();
        session.receive(&context(), &request("five")).unwrap().value.unwrap();
        revision.rehearsal().unwrap().receive(&context(), &request("six")).unwrap().value.unwrap();
        guest_times = Some(revision.guest_times());
    });
    let calls = |outcome| {
        let labels = [("adapter", "behave"), ("call", "receive"), ("outcome", outcome)];
        value(&text, "eclusa_adapter_calls_total", &labels)
    };
    assert_eq!((calls("ok"), calls("problem"), calls("trap")), (2.0, 1.0, 1.0));
    let receive = [("adapter", "behave"), ("call", "receive")];
    assert_eq!(value(&text, "eclusa_adapter_call_duration_seconds_count", &receive), 4.0);
    let sum = value(&text, "eclusa_adapter_call_duration_seconds_sum", &receive);
    assert!((sum - duration.as_secs_f64()).abs() < 1e-6, "{sum} {duration:?}");
    assert!(value(&text, "eclusa_adapter_memory_high_bytes", &[("adapter", "behave")]) > 65535.0);
    assert_eq!(value(&text, "eclusa_adapter_calls_running", &[("adapter", "behave")]), 0.0);
    // Two echoes, and a problem; what else stands in them is less.
    let output = value(&text, "eclusa_adapter_output_bytes_total", &[("adapter", "behave")]);
    println!("{output} bytes");
    assert!((8.0 + 10.0..400.0).contains(&output), "{output}");

    let times = guest_times.unwrap();
    assert_eq!(times.calls(), 4);
    assert!(
        times.percentile(50.0) <= times.percentile(95.0) && times.percentile(95.0) <= times.max()
    );
    assert!(times.max().unwrap() <= duration * 17 / 16);
}

#[test]
fn only_calls_that_had_to_wait_count_as_waiting() {
    let limits = Limits {
        max_concurrent_calls: 1,
        queue_time: Duration::from_secs(60),
        guest_time: Duration::from_millis(200),
        ..Limits::default()
    };
    let text = rendered(limits, async |engine: Engine| {
        let revision = engine.load("behave", &hostile("behave")).unwrap().revision;
        let (cx, endless, hello) = (context(), request(r#"{"behave":"loop"}"#), request("hello"));
        // Polled in this order: the first takes the only place, the second waits.
        let (first, second) =
            tokio::join!(revision.receive(&cx, &endless), revision.receive(&cx, &hello));
        assert_eq!(first.unwrap_err().code, "deadline_exceeded");
        second.unwrap().value.unwrap();
        assert_eq!(revision.guest_times().calls(), 2);
    });
    let adapter = [("adapter", "behave")];
    assert_eq!(value(&text, "eclusa_adapter_call_wait_seconds_count", &adapter), 1.0);
    let waited = value(&text, "eclusa_adapter_call_wait_seconds_sum", &adapter);
    assert!(waited > 0.19, "{waited}");
}

#[test]
fn every_figure_says_what_it_means() {
    let text = rendered(Limits::default(), async |engine: Engine| {
        let revision = engine.load("behave", &hostile("behave")).unwrap().revision;
        revision.receive(&context(), &request("hello")).await.unwrap().value.unwrap();
        engine.load("behave", b"text").unwrap_err();
    });
    let named = |kind: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(kind));
        lines.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    };
    let (described, typed) = (named("# HELP "), named("# TYPE "));
    println!("{text}");
    assert!(!typed.is_empty());
    assert!(typed.iter().all(|name| described.contains(name)), "{typed:?} {described:?}");
}
