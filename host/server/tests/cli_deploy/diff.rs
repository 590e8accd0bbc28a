//! `eclusa adapter diff` and `eclusa replay`.

use serde_json::{Value, json};

use crate::server::{Running, place, text};
use crate::{assert_parts, at, deploy};

const RENAMED: &str =
    "    ~ /events/*/message/extra/order → /events/*/message/extra/order_id  renamed  ×3\n";

fn texts() -> Vec<Value> {
    ["1", "2", "3"].map(text).to_vec()
}

#[test]
fn a_renamed_field_is_named_with_its_count() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    server.shop("shop-br", &texts());
    let second = deploy(&server, "renames", &["--mode", "review"]);

    let out = server.done(&["adapter", "diff", "shop"]);
    assert_parts(
        &out,
        &[
            &format!("- {}  1.0.0  active\n", &first[..12]),
            &format!("+ {}  1.1.0  waiting\n", &second[..12]),
            "  receive       3          0        3              0         0                0    ",
            RENAMED,
            "          \"A-9\"\n",
            &format!(" --revision {}\n", &second[..12]),
            "\nof 3 recorded inputs 3 changed, 0 newly failing, 0 repaired\n",
        ],
    );
    assert!(!out.contains("A-1") && !out.contains("Ana"), "examples are masked: {out}");

    let report = server.json(&["adapter", "diff", "shop", &second[..12]]);
    let compared = at(&report, "/channels/0/receive");
    assert_eq!((&compared["total"], &compared["changed"]), (&json!(3), &json!(3)));
    let changes = compared["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0]["count"], 3);
    assert_eq!(changes[0]["kind"], json!({ "renamed": "/events/*/message/extra/order_id" }));

    // Decided on, it stays the change that it was.
    server.done(&["adapter", "approve", "shop"]);
    for args in [vec!["adapter", "diff", "shop"], vec!["adapter", "diff", "shop", &second[..12]]] {
        let out = server.done(&args);
        assert_parts(&out, &[RENAMED, &format!("+ {}  1.1.0  active\n", &second[..12])]);
    }
    // The way back is a change too.
    let out = server.done(&["adapter", "diff", "shop", &first[..12]]);
    assert_parts(&out, &["extra/order_id → /events/*/message/extra/order  renamed  ×3"]);
}

#[test]
fn equal_revisions_do_not_differ() {
    let server = Running::start();
    deploy(&server, "1", &[]);
    server.shop("shop-br", &texts());
    deploy(&server, "2", &["--mode", "manual"]);
    let out = server.done(&["adapter", "diff", "shop"]);
    assert_parts(&out, &["\nnothing differs: 3 recorded inputs become the same in both\n"]);
}

#[test]
fn a_rejected_revision_can_still_be_looked_at() {
    let server = Running::start();
    deploy(&server, "1", &[]);
    server.shop("shop-br", &[text("1"), place("2")]);
    let file = crate::support::hostile("shop-traps-on-place");
    let ended = server.run(&["adapter", "deploy", &file, "--name", "shop", "--json"]);
    let rejected = ended.text("/revision");
    deploy(&server, "2", &[]);
    let out = server.done(&["adapter", "diff", "shop", &rejected[..12]]);
    assert_parts(
        &out,
        &[
            &format!("+ {}  -  not kept\n", &rejected[..12]),
            "    ! trap  newly failing  ×1\n",
            "\nof 2 recorded inputs 0 changed, 1 newly failing, 0 repaired\n",
        ],
    );
    assert!(!out.contains("eclusa replay"), "it cannot be called any more: {out}");
}

#[test]
fn a_message_is_replayed_as_it_was_written() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    server.shop("shop-br", &[text("1")]);
    let second = deploy(&server, "renames", &["--mode", "review"]);
    let report = server.json(&["adapter", "diff", "shop"]);
    let id = at(&report, "/channels/0/receive/changes/0/example/id").as_str().unwrap();

    let out = server.done(&["replay", id, "--revision", &second[..12]]);
    assert_parts(
        &out,
        &[
            &format!("{id} on channel shop-br\n"),
            &format!("- then  shop {}\n", &first[..12]),
            &format!("+ now   shop {}\n", &second[..12]),
            "What the chat sent\n  POST /\n",
            "\n\n  {\n    \"at\": ",
            "    \"text\": \"Bom dia, Ana!\",\n",
            "            \"order\": \"A-1\"\n          },",
            "            \"order_id\": \"A-1\"\n          },",
            "Difference\n  ~ /events/0/message/extra/order → \
             /events/0/message/extra/order_id  renamed\n        \"A-1\"\n",
        ],
    );
    let out = server.done(&["replay", id]);
    assert!(out.ends_with("Difference\n  nothing differs\n"), "{out}");
    let document = server.json(&["replay", id, "--revision", &second]);
    assert_eq!(at(&document, "/revision_now/sha256"), &json!(second));
    assert_eq!(document["differences"].as_array().unwrap().len(), 1);
}
