//! How long a session lasts, and whose it is.

use eclusa_tests::{Browser, Setup};
use serde_json::Value;

#[tokio::test]
async fn an_id_that_somebody_slipped_in_is_never_taken_over() {
    let eclusa = Setup::with(&[]).start();
    let made_up = "0".repeat(64);
    let browser = Browser::new();
    browser.set_session(&made_up);
    assert_eq!(browser.open(&eclusa, "/").await.status, 303);
    assert_eq!(browser.sign_in(&eclusa, eclusa.token()).await.status, 303);
    let id = browser.session().unwrap();
    assert_ne!(id, made_up);
    // The session of somebody else, whose cookie was slipped in before the sign-in,
    // is over by it, and not handed on.
    let other = Browser::signed_in(&eclusa, eclusa.token()).await;
    let slipped_in = other.session().unwrap();
    browser.set_session(&slipped_in);
    assert_eq!(browser.sign_in(&eclusa, eclusa.token()).await.status, 303);
    assert_ne!(browser.session().unwrap(), slipped_in);
    assert_eq!(other.open(&eclusa, "/").await.status, 303);
    browser.set_session(&id);
    assert_eq!(browser.open(&eclusa, "/").await.status, 200, "the one before is another browser's");
    // Two ids at once are none.
    let both = format!("__Host-eclusa_session={id}; __Host-eclusa_session={made_up}");
    let answer = eclusa.call("GET", "/", &[("cookie".to_owned(), both)], "").await;
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn a_session_outlives_a_restart_but_not_its_token() {
    let mut eclusa = Setup::with(&[]).start();
    let (ana, eva) =
        (eclusa.new_token("ana", "viewer").await, eclusa.new_token("eva", "operator").await);
    let (ana, eva) =
        (Browser::signed_in(&eclusa, &ana).await, Browser::signed_in(&eclusa, &eva).await);
    // Nothing of it is lost when the machine goes down.
    eclusa.kill();
    eclusa.start_again();
    for browser in [&ana, &eva] {
        assert_eq!(browser.open(&eclusa, "/").await.status, 200);
    }
    assert_eq!(eclusa.api("DELETE", "/v1/tokens/ana", &Value::Null).await.status, 204);
    eclusa.post("/v1/tokens/eva/rotate", &Value::Null).await.ok();
    for browser in [&ana, &eva] {
        assert_eq!(browser.open(&eclusa, "/").await.status, 303);
        browser.open(&eclusa, "/v1/channels").await.problem(401, "session_over");
    }
    // A token of the same name is another one.
    eclusa.new_token("ana", "admin").await;
    eclusa.kill();
    eclusa.start_again();
    assert_eq!(ana.open(&eclusa, "/").await.status, 303);
}

#[tokio::test]
async fn the_id_of_a_session_is_nowhere_kept() {
    let mut eclusa = Setup::with(&[]).log("trace").start();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    let (id, csrf) = (browser.session().unwrap(), browser.form_token(&eclusa).await);
    browser.open(&eclusa, "/v1/channels").await.ok();
    assert!(eclusa.stop().success());
    let search = eclusa_tests::Search::of([("the session", &*id), ("the form's token", &*csrf)]);
    search.none_in("the log", eclusa.log());
    assert!(search.none_below(&eclusa.data(), &["compiled"]) >= 2);
}
