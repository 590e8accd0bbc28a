//! Decisions of a person: approve, decline, activate, roll back, pin; the policy.

use serde_json::json;

use crate::server::Running;
use crate::support::write;
use crate::{assert_parts, at, deploy, serving};

#[test]
fn a_person_approves_or_declines() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    let second = deploy(&server, "2", &["--mode", "manual"]);
    let out = server.done(&["adapter", "decline", "shop", "--reason", "not today"]);
    assert_eq!(
        out,
        format!("    Declined shop {}\n     Serving {}\n", &second[..12], &first[..12])
    );
    assert_eq!(serving(&server), first);

    deploy(&server, "2", &["--mode", "manual"]);
    let out = server.done(&["adapter", "approve", "shop"]);
    assert_parts(&out, &[&format!("        Live shop {} serves; watched until", &second[..12])]);
    assert_eq!(serving(&server), second);
}

#[test]
fn a_revision_is_taken_back_and_put_live_again() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    let second = deploy(&server, "2", &[]);
    let out = server.done(&["adapter", "rollback", "shop", "--reason", "too new"]);
    assert_parts(
        &out,
        &[
            &format!("  Taken back shop {}", &second[..12]),
            &format!("     Serving {}\n", &first[..12]),
        ],
    );
    assert_eq!(serving(&server), first);
    let out = server.done(&["adapter", "activate", "shop", &second[..8].to_uppercase()]);
    assert_parts(&out, &[&format!("        Live shop {} serves", &second[..12])]);
    assert_eq!(serving(&server), second);
    let document = server.json(&["adapter", "rollback", "shop", &first[..8]]);
    assert_eq!(document["state"], "rolled_back");
    assert_eq!(serving(&server), first);
}

#[test]
fn a_channel_is_pinned_until_it_is_unpinned() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    deploy(&server, "2", &[]);
    server.shop("shop-br", &[]);
    let out = server.done(&["adapter", "pin", "shop", "shop-br", &first[..8]]);
    assert_eq!(
        out,
        format!(
            "      Pinned shop-br to {} until `eclusa adapter unpin shop shop-br`\n",
            &first[..12]
        )
    );
    let show = server.done(&["adapter", "show", "shop"]);
    assert_parts(&show, &[&format!("pinned     shop-br on {}", &first[..12])]);
    let out = server.done(&["adapter", "unpin", "shop", "shop-br"]);
    assert_eq!(out, "    Unpinned shop-br follows shop again\n");
    assert_eq!(server.json(&["adapter", "show", "shop"])["pins"], json!({}));
}

#[test]
fn of_the_policy_only_what_is_named_changes() {
    let server = Running::start();
    deploy(&server, "1", &[]);
    let before = server.json(&["adapter", "policy", "shop"]);
    let canary = ["--canary", "10:3600", "--rollback-seconds", "60", "--mode", "review"];
    let out = server.done(&[&["adapter", "policy", "shop"], canary.as_slice()].concat());
    assert_parts(
        &out,
        &[
            "mode       review: ",
            "canary     10 % of the conversations for 1 h\n",
            "rollback   for 1 min after going live",
        ],
    );
    let mut expected = before.clone();
    expected["mode"] = json!("review");
    expected["canary"] = json!({ "percent": 10, "seconds": 3600 });
    expected["rollback"]["seconds"] = json!(60);
    assert_eq!(server.json(&["adapter", "policy", "shop"]), expected);

    server.done(&["adapter", "policy", "shop", "--canary", "none"]);
    let policy = server.json(&["adapter", "policy", "shop"]);
    assert_eq!((&policy["canary"], &policy["mode"]), (&json!(null), &json!("review")));

    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "policy.json", before.to_string());
    let args = ["adapter", "policy", "shop", "--from", &file, "--rollback-seconds", "0"];
    let out = server.done(&args);
    assert_parts(&out, &["mode       auto: ", "rollback   never by itself"]);
    assert_eq!(at(&server.json(&["adapter", "policy", "shop"]), "/rollback/seconds"), 0);
}
