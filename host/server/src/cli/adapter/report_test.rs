#![allow(clippy::unwrap_used, reason = "tests")]

use eclusa_journal::registry::{
    Change, ChangeKind, ChannelShadow, Comparison, Example, FailureGroup, ShadowReport,
};
use serde_json::{Value, json};

use super::{brief, verdict, whole};
use crate::cli::output::Style;

fn change(pointer: &str, kind: ChangeKind, count: u32, before: Value, after: Value) -> Change {
    let example = Example { id: "01JZEXAMPLE".to_owned(), before, after };
    Change { pointer: pointer.to_owned(), kind, count, example }
}

fn group(code: &str, count: u32, message: &str) -> FailureGroup {
    FailureGroup {
        code: code.to_owned(),
        count,
        message: message.to_owned(),
        example: "01JZFAILS".to_owned(),
    }
}

fn report(channels: Vec<(&str, Comparison)>) -> ShadowReport {
    let channels = channels.into_iter().map(|(channel, receive)| ChannelShadow {
        channel: channel.to_owned(),
        receive,
        send: Comparison::default(),
        settle: Comparison::default(),
    });
    ShadowReport {
        baseline: "0".repeat(64),
        candidate: "1".repeat(64),
        compared_at: "2026-03-01T12:00:00Z".to_owned(),
        channels: channels.collect(),
    }
}

fn identical(total: u32) -> Comparison {
    Comparison { total, identical: total, ..Comparison::default() }
}

fn different() -> Comparison {
    let renamed = ChangeKind::Renamed("/events/*/message/extra/order_id".to_owned());
    Comparison {
        total: 10,
        identical: 1,
        changed: 5,
        new_failures: 3,
        repaired_failures: 1,
        changes: vec![
            change("/events/*/message/extra/order", renamed, 5, json!("A-9"), json!("A-9")),
            change("/events/*", ChangeKind::Added, 2, Value::Null, json!({"type": "typing"})),
        ],
        more_changes: 1,
        failures: vec![group("trap", 3, "the guest trapped:\n at \u{1b}[31mx")],
        repaired: vec![group("unknown_kind", 1, "no such kind")],
        ..Comparison::default()
    }
}

#[test]
fn each_place_has_its_count_its_example_and_the_way_to_it() {
    let report = report(vec![("shop", different())]);
    let candidate = "1".repeat(64);
    let text = whole(&report, Style::fixed(false), Some(&candidate)).join("\n");
    let expected = "
  in receive
    ! trap  newly failing  ×3
        the guest trapped
        eclusa replay 01JZFAILS --revision 111111111111
    ~ /events/*/message/extra/order → /events/*/message/extra/order_id  renamed  ×5
          \"A-9\"
        eclusa replay 01JZEXAMPLE --revision 111111111111
    + /events/*                                                         added  ×2
        + {\"type\":\"typing\"}
        eclusa replay 01JZEXAMPLE --revision 111111111111
    ✓ unknown_kind  repaired  ×1
        was: no such kind
        eclusa replay 01JZFAILS --revision 111111111111
    … and 1 more place

of 10 recorded inputs 5 changed, 3 newly failing, 1 repaired";
    let (_, below) = text.split_once("\n\n").unwrap();
    assert_eq!(format!("\n{below}"), expected);
}

#[test]
fn a_candidate_that_is_not_kept_cannot_be_replayed() {
    let text = whole(&report(vec![("shop", different())]), Style::fixed(false), None).join("\n");
    assert!(text.contains("        e.g. 01JZEXAMPLE\n"), "{text}");
    assert!(!text.contains("eclusa replay"), "{text}");
}

#[test]
fn a_brief_shows_only_what_differs() {
    let report = report(vec![("same", identical(9)), ("shop", different())]);
    let text = brief(&report, Style::fixed(false)).join("\n");
    assert!(!text.contains("same"), "{text}");
    for part in ["shop", "! trap  newly failing  ×3", "order_id  renamed  ×5", "added  ×2"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("A-9"), "{text}");
}

#[test]
fn a_brief_stays_brief() {
    let channels: Vec<String> = (0..11).map(|number| format!("shop-{number}")).collect();
    let channels = channels.iter().map(|channel| {
        let places = (0..7).map(|place| {
            change(&format!("/{place}"), ChangeKind::Added, 1, Value::Null, Value::Null)
        });
        let comparison =
            Comparison { total: 1, changed: 1, changes: places.collect(), ..identical(0) };
        (channel.as_str(), comparison)
    });
    let lines = brief(&report(channels.collect()), Style::fixed(false));
    let text = lines.join("\n");
    assert!(text.ends_with("… and 3 more channels"), "{text}");
    assert_eq!(text.matches("… and 2 more places").count(), 8, "{text}");
    assert_eq!(lines.len(), 8 * (2 + 5 + 1) + 1, "{text}");
}

#[test]
fn the_verdict_claims_no_more_than_was_compared() {
    let say = |report: &ShadowReport| verdict(report, Style::fixed(false));
    assert_eq!(say(&report(vec![])), "nothing was compared: no channel follows this adapter");
    assert_eq!(
        say(&report(vec![("a", identical(0))])),
        "nothing was compared: no traffic of these channels is recorded"
    );
    assert_eq!(
        say(&report(vec![("a", identical(3)), ("b", identical(0))])),
        "nothing differs: 3 recorded inputs become the same in both"
    );
    let other_code = change("/problem/code", ChangeKind::Replaced, 2, json!("a"), json!("b"));
    let failing =
        Comparison { total: 2, failing: 2, changes: vec![other_code], ..Comparison::default() };
    assert_eq!(
        say(&report(vec![("a", failing)])),
        "of 2 recorded inputs 0 changed, 0 newly failing, 0 repaired, 2 failing in both"
    );
}
