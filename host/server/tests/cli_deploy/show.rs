//! What is shown of adapters: list, show, history, audit.

use serde_json::json;

use crate::server::Running;
use crate::support::hostile;
use crate::{assert_parts, at, deploy};

#[test]
fn the_history_has_each_deployment_newest_first() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    let second = deploy(&server, "2", &[]);
    let bad = hostile("shop-sample-fails");
    server.run(&["adapter", "deploy", &bad, "--name", "shop"]);
    server.done(&["adapter", "rollback", "shop", "--reason", "too new"]);

    let out = server.done(&["adapter", "history", "shop"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 4, "{out}");
    assert_parts(lines[1], &["-        admin  api   rejected     sample_failed: 1 of 4 samples"]);
    assert_parts(lines[2], &[&second[..12], "rolled_back  rolled_back_by_hand: too new"]);
    assert_parts(lines[3], &[&first[..12], "1.0.0    admin  api   live"]);

    let newest = server.json(&["adapter", "history", "shop", "--limit", "1"]);
    assert_eq!(newest["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(at(&newest, "/deployments/0/state"), "rejected");
}

#[test]
fn the_audit_says_who_did_what() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    server.json(&["adapter", "deploy", &hostile("shop-2"), "--name", "other"]);
    server.shop("shop-br", &[]);
    server.done(&["adapter", "pin", "shop", "shop-br", &first[..8]]);

    let out = server.done(&["audit", "--adapter", "shop"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_parts(lines[1], &["admin", "pinned", "shop", &first[..12], "shop-br"]);
    assert_parts(lines[2], &["admin", "went_live", &first[..12]]);
    assert!(!out.contains("other"), "{out}");
    assert_parts(&server.done(&["audit"]), &["other"]);
    let one = server.json(&["audit", "--limit", "1"]);
    assert_eq!(one["entries"].as_array().unwrap().len(), 1);
    assert_eq!(at(&one, "/entries/0/action"), "pinned");
}

#[test]
fn an_adapter_is_shown_with_its_revisions() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    let second = deploy(&server, "2", &[]);
    deploy(&server, "renames", &["--mode", "manual"]);
    let out = server.done(&["adapter", "show", "shop"]);
    assert_parts(
        &out,
        &[
            "shop 1.1.0\nThe chat of a shop's site.\n",
            &format!("serves     {}  (eclusa:adapter@", &second[..12]),
            "watched    since ",
            &format!("0 failed in it only; {} takes over", &first[..12]),
            "waiting    ",
            "`eclusa adapter diff|approve|decline shop`",
            "mode       auto: ",
            &format!("{}  active ", &second[..12]),
            &format!("{}  predecessor  1.0.0", &first[..12]),
        ],
    );
}

#[test]
fn the_list_shows_what_is_newer_than_what_serves() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    let quiet = server.done(&["adapter", "list"]);
    assert_parts(&quiet, &["name  state   version  interface  revision      summary\n"]);
    let bad = hostile("shop-sample-fails");
    server.run(&["adapter", "deploy", &bad, "--name", "shop"]);
    let out = server.done(&["adapter", "list"]);
    assert_parts(&out, &["shop  active  1.0.0", &first[..12], " rejected  The chat of a shop"]);
    let document = server.json(&["adapter", "list"]);
    assert_eq!(at(&document, "/adapters/0/deployment/state"), &json!("rejected"));
}
