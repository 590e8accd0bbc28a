//! `eclusa adapter deploy`: stages, evidence, and what became of it.

use serde_json::json;

use crate::server::{Running, place, text};
use crate::support::hostile;
use crate::{assert_parts, at, deploy, serving};

#[test]
fn each_stage_is_told_and_then_it_serves() {
    let server = Running::start();
    let file = hostile("shop-1");
    let out = server.done(&["adapter", "deploy", &file, "--name", "shop"]);
    let stages = [
        "format",
        "world",
        "imports",
        "memory",
        "compile",
        "instantiate",
        "describe",
        "samples",
        "requirements",
        "shadow",
    ];
    let first = format!("   Deploying {file} (");
    assert!(out.starts_with(&first), "{out}");
    assert_parts(&out, &[&format!(" as `shop` to {}\n", server.url())]);
    let mut rest = out.as_str();
    for stage in stages {
        let line = format!("      Passed {stage} (");
        let (_, after) = rest.split_once(&line).unwrap_or_else(|| panic!("{line} in\n{out}"));
        rest = after;
    }
    let sha256 = serving(&server);
    assert!(rest.ends_with(&format!("        Live shop {} serves\n", &sha256[..12])), "{out}");
    assert!(!out.contains('\u{1b}'), "colours are for terminals: {out:?}");

    let again = server.done(&["adapter", "deploy", &file, "--name", "shop"]);
    assert_parts(&again, &["   Unchanged shop", "serves already"]);
    let again = server.json(&["adapter", "deploy", &file, "--name", "shop"]);
    assert_eq!((&again["state"], &again["revision"]), (&json!("unchanged"), &json!(sha256)));
}

#[test]
fn the_name_is_that_of_the_file() {
    let server = Running::start();
    let deployment = server.json(&["adapter", "deploy", &hostile("shop-2")]);
    assert_eq!(deployment["adapter"], "shop-2");
}

#[test]
fn a_change_is_shown_before_it_serves() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    server.shop("shop-br", &[text("1"), text("2"), place("3")]);
    let file = hostile("shop-renames");
    let out = server.done(&["adapter", "deploy", &file, "--name", "shop"]);
    assert_parts(
        &out,
        &[
            "shop-br    inputs  identical  changed  newly failing  repaired  failing in both",
            "  receive       3          0        3              0         0                0",
            "~ /events/*/message/extra/order → /events/*/message/extra/order_id  renamed  ×3",
            "eclusa adapter diff shop",
        ],
    );
    let last = out.lines().last().unwrap();
    assert_parts(last, &["        Live shop", "serves; watched until", &first[..12]]);
}

#[test]
fn what_the_manifest_says_otherwise_is_shown_and_who_stays_behind() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    server.shop("shop-br", &[]);
    let file = hostile("shop-needs-secret");
    let out = server.done(&["adapter", "deploy", &file, "--name", "shop"]);
    assert_parts(
        &out,
        &[
            "The manifest differs:\n  + /secrets/api-key  added\n      + {\"required\":true}",
            "these channels lack what it needs and stay behind: shop-br",
            &format!("warning: channel shop-br stays on {}", &first[..12]),
            "/secrets/api-key",
        ],
    );
    let held = server.done(&["adapter", "show", "shop"]);
    assert_parts(
        &held,
        &[&format!("held       shop-br stays on {}", &first[..12]), "  - /secrets/api-key: "],
    );
    server.give("shop-br", json!({ "api-key": "k" }));
    let held = server.json(&["adapter", "show", "shop"]);
    assert_eq!(held["holds"], json!({}));
}

#[test]
fn what_fails_newly_is_rejected_and_the_last_good_one_serves() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    server.shop("shop-br", &[text("1"), place("2"), place("3")]);
    let file = hostile("shop-traps-on-place");
    let ended = server.run(&["adapter", "deploy", &file, "--name", "shop"]);
    assert_eq!(ended.code, 1, "{}", ended.out);
    assert_parts(
        &ended.out,
        &[
            "      Failed shadow (",
            "! trap  newly failing  ×2",
            "error[shadow_new_failures]: shadow: 2 of 3 recorded inputs fail in it only",
            "  - channel shop-br: 2 × trap: ",
            "  help: See `eclusa adapter diff shop`.",
            &format!("     Serving {} as before", &first[..12]),
        ],
    );
    let ended = server.run(&["adapter", "deploy", &file, "--name", "shop", "--json"]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.text("/reason/code"), "shadow_new_failures");
    assert_eq!(ended.text("/state"), "rejected");
    assert_eq!(serving(&server), first);
}

#[test]
fn what_is_no_adapter_is_rejected_with_its_stage() {
    let server = Running::start();
    let folder = tempfile::tempdir().unwrap();
    let no_wasm = crate::support::write(folder.path(), "notes.wasm", "hello");
    for (file, stage, code) in [
        (no_wasm, "format", "not_wasm"),
        (hostile("version-newer"), "world", "wrong_version"),
        (hostile("shop-sample-fails"), "samples", "sample_failed"),
    ] {
        let ended = server.run(&["adapter", "deploy", &file, "--name", "shop"]);
        assert_eq!(ended.code, 1, "{file}: {}", ended.out);
        assert_parts(
            &ended.out,
            &[&format!("Failed {stage} ("), &format!("error[{code}]: {stage}: "), "  help: "],
        );
    }
    let list = server.done(&["adapter", "list"]);
    assert_parts(&list, &["shop  rejected", "1 of 4 samples did not become what they say"]);
}

#[test]
fn who_waits_for_a_person_is_told_how_to_go_on() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    let file = hostile("shop-2");
    let args = ["adapter", "deploy", &file, "--name", "shop", "--mode", "manual"];
    let out = server.done(&args);
    assert_parts(&out, &["     Waiting shop", "eclusa adapter approve shop"]);
    assert!(out.ends_with(&format!("     Serving {} as before\n", &first[..12])), "{out}");
    assert_parts(&server.done(&["adapter", "list"]), &[" waiting ", "newest"]);
}

#[test]
fn a_share_of_the_conversations_comes_first_where_the_policy_says_so() {
    let server = Running::start();
    deploy(&server, "1", &[]);
    server.done(&["adapter", "policy", "shop", "--canary", "10:3600:500"]);
    let file = hostile("shop-2");
    let out = server.done(&["adapter", "deploy", &file, "--name", "shop"]);
    assert_parts(
        &out,
        &[
            "      Canary shop",
            "serves 10 % of the conversations until",
            "or 500 calls are answered, then all",
            "eclusa adapter activate shop",
        ],
    );
    let show = server.done(&["adapter", "show", "shop"]);
    assert_parts(&show, &["canary  ", "serves 10 % of the conversations since", "0 calls so far"]);
}

#[test]
fn without_waiting_it_only_says_where_to_look() {
    let server = Running::start();
    let file = hostile("shop-1");
    let out = server.done(&["adapter", "deploy", &file, "--name", "shop", "--no-wait"]);
    assert_parts(&out, &["   Submitted shop", "eclusa adapter history shop"]);
    let file = hostile("shop-2");
    let args = ["adapter", "deploy", &file, "--name", "shop", "--no-wait"];
    assert_eq!(at(&server.json(&args), "/state"), "checking");
}
