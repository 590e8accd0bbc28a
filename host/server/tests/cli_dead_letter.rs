//! `eclusa dead-letter` against a server in this process.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/server.rs"]
mod server;
#[path = "support/mod.rs"]
mod support;

use serde_json::{Value, json};

use server::Running;
use support::hostile;

/// A server on whose channel `shop-br` a voice message could not be mapped; gives
/// the id of that letter.
fn with_letter() -> (Running, String) {
    let server = Running::start();
    let first = hostile("shop-1");
    server.done(&["adapter", "deploy", &first, "--name", "shop"]);
    let voice = json!({
        "id": "v1", "thread": "t1", "user": { "id": "u1", "name": "Ana" }, "kind": "voice",
        "at": "2026-03-01T12:00:00Z", "url": "https://files.example/a.ogg", "order": "A-1",
    });
    server.shop("shop-br", &[voice]);
    let letters = server.json(&["dead-letter", "list"]);
    let id = letters["dead_letters"][0]["id"].as_str().unwrap().to_owned();
    (server, id)
}

fn count(server: &Running, options: &[&str]) -> usize {
    let letters = server.json(&[&["dead-letter", "list"], options].concat());
    letters["dead_letters"].as_array().unwrap().len()
}

#[test]
fn letters_are_listed_and_shown() {
    let (server, id) = with_letter();
    let out = server.done(&["dead-letter", "list", "--kind", "request", "--channel", "shop-br"]);
    let row = out.lines().nth(1).unwrap();
    assert!(row.starts_with(&format!("{id}  request  shop-br  -")), "{out}");
    for options in [
        &["--kind", "message"][..],
        &["--channel", "other"],
        &["--code", "none"],
        &["--adapter", "telegram"],
        &["--failed-in", "0000"],
        &["--after-time", "2100-01-01T00:00:00Z"],
        &["--before", "00000000000000000000000000"],
        &["--conversation", "a b&c"],
        &["--discarded"],
    ] {
        assert_eq!(count(&server, options), 0, "{options:?}");
    }
    assert_eq!(count(&server, &["--adapter", "shop"]), 1);
    let wrong = server.run(&["dead-letter", "list", "--after-time", "yesterday"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("expected a time"), "{}", wrong.err);

    let out = server.done(&["dead-letter", "show", &id]);
    for part in [&format!("request {id}"), "channel      shop-br", "why", "What the chat sent"] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(out.contains(r#""kind": "voice""#), "{out}");
    let unknown = server.run(&["dead-letter", "show", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "--json"]);
    assert_eq!(
        (unknown.code, unknown.text("/problem/code").as_str()),
        (1, "dead_letter_not_found")
    );
}

#[test]
fn letters_are_redriven_by_another_revision() {
    let (server, id) = with_letter();
    let out = server.done(&["dead-letter", "redrive", "--all", "--dry-run"]);
    assert!(out.contains(&id) && out.contains("1 letter would be redriven"), "{out}");
    let preview = server.json(&["dead-letter", "redrive", &id, "--dry-run"]);
    assert_eq!(preview["would_redrive"][0]["id"], *id);
    assert_eq!(count(&server, &[]), 1);

    let still = server.run(&["dead-letter", "redrive", &id]);
    assert_eq!(still.code, 1);
    assert!(still.out.contains(&format!("     Skipped {id}")), "{}", still.out);
    assert!(still.out.ends_with("0 redriven, 1 skipped\n"), "{}", still.out);

    let repairs = hostile("shop-repairs");
    let done = ["adapter", "deploy", &repairs, "--name", "shop", "--mode", "manual", "--json"];
    let deployed = server.run(&done);
    let revision = deployed.json()["revision"].as_str().unwrap_or_default().to_owned();
    let digits = revision.get(..10).unwrap_or("07c1aa").to_owned();
    let args = ["dead-letter", "redrive", "--kind", "request", "--revision", &digits];
    let out = server.done(&args);
    assert_eq!(out, format!("    Redriven {id}\n1 redriven, 0 skipped\n"));
    assert_eq!(count(&server, &[]), 0);
    let nothing = server.json(&["dead-letter", "redrive", "--all"]);
    assert_eq!(nothing, json!({ "redriven": [], "skipped": [] }));
}

#[test]
fn it_must_be_said_which_letters() {
    let server = Running::start();
    for args in [
        &["dead-letter", "redrive"][..],
        &["dead-letter", "redrive", "--all", "--channel", "a"],
        &["dead-letter", "redrive", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "--channel", "a"],
    ] {
        let ended = server.run(&[args, &["--json"]].concat());
        assert_eq!(
            (ended.code, ended.text("/error/code").as_str()),
            (1, "which_letters"),
            "{args:?}"
        );
    }
    assert_eq!(server.run(&["dead-letter", "discard", "01ARZ"]).code, 2);
}

#[test]
fn letters_are_discarded_with_a_reason() {
    let (server, id) = with_letter();
    let out = server.done(&["dead-letter", "discard", &id, "--reason", "a test message"]);
    assert_eq!(out, format!("   Discarded {id}\n"));
    assert_eq!((count(&server, &[]), count(&server, &["--discarded"])), (0, 1));
    let out = server.done(&["dead-letter", "show", &id]);
    assert!(out.contains("by admin: a test message"), "{out}");
    let again = server.run(&["dead-letter", "discard", &id, "--reason", "x", "--json"]);
    let skipped = again.json()["skipped"][0].clone();
    assert_eq!((again.code, &skipped["code"]), (1, &Value::from("discarded")));
}
