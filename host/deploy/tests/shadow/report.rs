//! What a report says.

use eclusa_deploy::shadow::{Traffic, compare_channel, slower};
use eclusa_engine::{CallContext, Revision};
use eclusa_journal::registry::{
    ChangeKind, ChannelShadow, Comparison, RollbackPolicy, ShadowReport,
};
use eclusa_journal::{OutboundRecord, RawRequest};
use serde_json::{Value, json};

use crate::support::{
    assert_adds_up, assert_identical, context, entry, outbound, request, shared, shop,
    shop_traffic, taken,
};

fn compare(baseline: &str, candidate: &str, traffic: &Traffic) -> ChannelShadow {
    let (baseline, candidate) = (shop(baseline), shop(candidate));
    let shadow = compare_channel(&baseline, &candidate, &context(), "shop", traffic).unwrap();
    for it in [&shadow.receive, &shadow.send, &shadow.settle] {
        assert_adds_up(it);
    }
    // What is kept can be read again, and holds nothing personal.
    let json = serde_json::to_string(&shadow).unwrap();
    assert_eq!(serde_json::from_str::<ChannelShadow>(&json).unwrap(), shadow);
    for personal in ["Ana", "Souza", "Cadê", "A-1001", "23.5614", "s-77", "told"] {
        assert!(!json.contains(personal), "{personal}: {json}");
    }
    shadow
}

/// Pointers, kinds and counts.
fn changes(it: &Comparison) -> Vec<(&str, ChangeKind, u32)> {
    it.changes.iter().map(|it| (it.pointer.as_str(), it.kind.clone(), it.count)).collect()
}

#[test]
fn the_same_mapping_is_identical() {
    let shadow = compare("1", "2", &shop_traffic());
    assert_eq!(shadow.channel, "shop");
    assert_identical(&shadow.receive, 19, 2);
    assert_identical(&shadow.send, 3, 0);
    assert_identical(&shadow.settle, 2, 0);
    let receive = shadow.receive.candidate_latency.unwrap();
    assert_eq!(receive.calls, 18, "the first is a warm-up");
    assert!(receive.p50_us > 0.0 && receive.p50_us <= receive.p95_us);
    assert!(receive.p95_us <= receive.max_us);
    assert_eq!(shadow.send.baseline_latency.unwrap().calls, 3);
}

#[test]
fn a_renamed_field_is_named_with_the_right_count() {
    let shadow = compare("1", "renames", &shop_traffic());
    let renamed = ChangeKind::Renamed("/events/*/message/extra/order_id".to_owned());
    assert_eq!(changes(&shadow.receive), [("/events/*/message/extra/order", renamed, 8)]);
    assert_eq!((shadow.receive.changed, shadow.receive.identical), (8, 9));
    let example = &shadow.receive.changes[0].example;
    assert_eq!((example.id.as_str(), &example.before), ("r0", &json!("A-9999")));
    assert_identical(&shadow.send, 3, 0);
}

#[test]
fn a_changed_value_is_named_with_the_right_count() {
    let shadow = compare("1", "drops", &shop_traffic());
    let body = ("/events/*/message/text/body", ChangeKind::Replaced, 4);
    assert_eq!(changes(&shadow.receive), [body]);
    let example = &shadow.receive.changes[0].example;
    assert_eq!(example.before, json!("aaaa aa aaaa"));
    assert_eq!(example.after, json!("aaaa aa"));
}

#[test]
fn a_new_event_is_one_change() {
    let shadow = compare("1", "new-event", &shop_traffic());
    assert_eq!(changes(&shadow.receive), [("/events/*", ChangeKind::Added, 17)]);
    assert_eq!(shadow.receive.changes[0].example.after["type"], json!("typing"));
    assert_eq!(shadow.receive.changes[0].example.before, Value::Null);
}

#[test]
fn an_event_that_is_gone_is_one_change() {
    let shadow = compare("new-event", "1", &shop_traffic());
    assert_eq!(changes(&shadow.receive), [("/events/*", ChangeKind::Removed, 17)]);
}

#[test]
fn a_change_inside_a_body_is_named() {
    let shadow = compare("1", "send-changes", &shop_traffic());
    let renamed = ChangeKind::Renamed("/request/body/message".to_owned());
    assert_eq!(changes(&shadow.send), [("/request/body/text", renamed, 3)]);
    assert_identical(&shadow.receive, 19, 2);
    assert_identical(&shadow.settle, 2, 0);
}

#[test]
fn new_failures_are_grouped_by_code() {
    let shadow = compare("1", "traps-on-place", &shop_traffic());
    assert_eq!((shadow.receive.new_failures, shadow.receive.identical), (3, 14));
    let [group] = shadow.receive.failures.as_slice() else { panic!("{shadow:?}") };
    assert_eq!((group.code.as_str(), group.count, group.example.as_str()), ("trap", 3, "r12"));
    assert!(group.message.starts_with("it trapped: "), "{group:?}");

    let shadow = compare("1", "refuses", &shop_traffic());
    let [group] = shadow.receive.failures.as_slice() else { panic!("{shadow:?}") };
    assert_eq!((group.code.as_str(), group.count), ("unknown_kind", 2));
    assert_eq!(group.message, "it returns a problem: the input cannot be mapped");
    assert_eq!((shadow.receive.new_failures, shadow.receive.failing), (2, 2));
}

#[test]
fn new_failures_to_send_and_to_settle_are_found() {
    let shadow = compare("1", "send-traps", &shop_traffic());
    assert_eq!((shadow.send.new_failures, shadow.send.failures[0].code.as_str()), (3, "trap"));
    assert_eq!(shadow.send.failures[0].example, "m0");
    let shadow = compare("1", "settle-traps", &shop_traffic());
    assert_eq!((shadow.settle.total, shadow.settle.new_failures), (2, 2));
    assert_identical(&shadow.send, 3, 0);
}

#[test]
fn repaired_failures_are_found() {
    let shadow = compare("1", "repairs", &shop_traffic());
    assert_eq!((shadow.receive.repaired_failures, shadow.receive.failing), (2, 0));
    let [group] = shadow.receive.repaired.as_slice() else { panic!("{shadow:?}") };
    assert_eq!(
        (group.code.as_str(), group.count, group.example.as_str()),
        ("unknown_kind", 2, "r17")
    );
    assert!(shadow.receive.changes.is_empty() && shadow.receive.failures.is_empty());
}

fn report(shadow: ChannelShadow) -> ShadowReport {
    ShadowReport {
        baseline: "1".to_owned(),
        candidate: "2".to_owned(),
        compared_at: "2026-01-02T03:04:05Z".to_owned(),
        channels: vec![shadow],
    }
}

#[test]
fn a_slow_candidate_is_found_on_the_side_where_it_is_slow() {
    let body = entry(1, "text", &json!({"text": "Oi"}));
    let traffic = Traffic {
        requests: (0..25).map(|id| request(&format!("r{id}"), &body)).collect(),
        outbound: (0..25).map(|id| outbound(&format!("m{id}"), "Oi", taken())).collect(),
    };
    // Only the factor counts here; how slow it is differs between machines.
    let rule = RollbackPolicy { latency_floor_ms: 0.5, ..RollbackPolicy::default() };
    let shadow = compare("1", "slow", &traffic);
    assert_identical(&shadow.receive, 25, 0);
    println!("{:?} {:?}", shadow.receive.baseline_latency, shadow.receive.candidate_latency);
    let found = slower(&report(shadow), &rule).unwrap();
    assert!(["receive", "send"].contains(&found.what), "{found:?}");
    assert!(found.candidate_p95_us > 3.0 * found.baseline_p95_us);
    let back = compare("slow", "1", &traffic);
    assert_eq!(slower(&report(back), &rule), None);
}

/// Every sample of an adapter as recorded traffic.
fn samples(revision: &Revision) -> Vec<(CallContext, Traffic)> {
    let samples = &revision.manifest().samples;
    let receive = samples.receive.iter().map(|sample| {
        let it = sample.request.to_request();
        let mut record = request(&sample.name, &Value::Null);
        record.raw = RawRequest {
            received_at: it.received_at,
            method: it.method,
            path: it.path,
            query: it.query,
            headers: it.headers,
            body: it.body,
        };
        let traffic = Traffic { requests: vec![record], outbound: Vec::new() };
        (CallContext::from(&sample.channel), traffic)
    });
    let send = samples.send.iter().map(|sample| {
        let record = |response| OutboundRecord {
            message: sample.message.clone(),
            ..outbound("m", "x", response)
        };
        let responses = sample.responses.iter().map(|it| record(Some(it.response.to_response())));
        let traffic = Traffic {
            requests: Vec::new(),
            outbound: std::iter::once(record(None)).chain(responses).collect(),
        };
        (CallContext::from(&sample.channel), traffic)
    });
    receive.chain(send).collect()
}

#[test]
fn an_adapter_is_identical_with_itself_in_all_its_samples() {
    for adapter in ["open", "telegram", "whatsapp-cloud", "slack"] {
        let baseline = shared(&format!("adapters/{adapter}.wasm"));
        let (mut compared, mut identical) = (0, 0);
        for (cx, traffic) in samples(&baseline) {
            let shadow = compare_channel(&baseline, &baseline, &cx, "c", &traffic).unwrap();
            for it in [&shadow.receive, &shadow.send, &shadow.settle] {
                compared += it.total;
                identical += it.identical;
                assert_eq!(it.identical + it.failing, it.total, "{adapter}: {it:?}");
                assert!(it.changes.is_empty());
            }
        }
        println!("{adapter}: {identical} of {compared}");
        assert!(compared > 20 && identical * 3 > compared * 2, "{adapter}: {identical}/{compared}");
    }
}

#[test]
fn what_a_guest_wrote_is_in_no_report() {
    let (open, behave) = (shared("adapters/open.wasm"), shared("hostile/behave.wasm"));
    // The open adapter maps these; the other one does what it is told instead.
    let told = ["time", "empty-id", "extra", "invalid", "panic", "loop", "header", "nan"];
    let requests = told.iter().map(|told| {
        let body = json!({
            "id": "1", "conversation": "c", "from": {"id": "p"}, "type": "text",
            "text": {"body": "Oi"}, "behave": told,
        });
        request(told, &body)
    });
    let traffic = Traffic { requests: requests.collect(), outbound: Vec::new() };
    let shadow = compare_channel(&open, &behave, &context(), "c", &traffic).unwrap();
    assert_adds_up(&shadow.receive);
    let messages: Vec<(&str, &str)> =
        shadow.receive.failures.iter().map(|it| (it.code.as_str(), it.message.as_str())).collect();
    println!("{messages:#?}");
    assert_eq!(shadow.receive.new_failures, 8, "{shadow:#?}");
    let codes: Vec<&str> = messages.iter().map(|it| it.0).collect();
    assert_eq!(codes, ["bad_output", "deadline_exceeded", "told_so", "trap"]);
    assert_eq!(
        messages[0].1,
        "/events/0/message/sent_at: expected an RFC 3339 time in UTC, e.g. 2015-09-07T17:05:32Z"
    );
    let json = serde_json::to_string(&shadow).unwrap();
    for personal in ["1441645532", "told to", "set-cookie", "empty-id\""] {
        assert!(!json.replace("\"example\":\"empty-id\"", "").contains(personal), "{json}");
    }
}
