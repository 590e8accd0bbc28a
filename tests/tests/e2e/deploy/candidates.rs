//! Candidates that must not serve: each is stopped at its stage with its code,
//! and the revision before it goes on serving.

use eclusa_tests::{Eclusa, Setup, hostile_file, sha256, shop};
use serde_json::{Value, json};

use super::world::{id_of, revision_of, variant};
use super::{NAME, Shop};

/// Misbehaving adapters: file, stage, code.
const HOSTILE: [(&str, &str, &str); 18] = [
    ("version-newer", "world", "wrong_version"),
    ("version-older", "world", "wrong_version"),
    ("other-world", "world", "wrong_world"),
    ("imports-sockets", "imports", "forbidden_import"),
    ("memory-at-start", "memory", "memory_too_large"),
    ("functions-missing", "instantiate", "wrong_world"),
    ("wrong-signature", "instantiate", "wrong_signature"),
    ("describe-traps", "describe", "describe_trapped"),
    ("describe-panics", "describe", "describe_trapped"),
    ("describe-exits", "describe", "describe_trapped"),
    ("describe-loops", "describe", "describe_deadline"),
    ("describe-hoards", "describe", "describe_memory"),
    ("describe-recurses", "describe", "describe_stack"),
    ("describe-huge", "describe", "describe_too_large"),
    ("manifest-not-json", "describe", "manifest_not_json"),
    ("manifest-invalid", "describe", "manifest_invalid"),
    ("sample-fails", "samples", "sample_failed"),
    ("state-kept", "samples", "state_kept"),
];

/// Revisions of the shop's own: name, stage, code.
const WORSE: [(&str, &str, &str); 6] = [
    ("sample-fails", "samples", "sample_failed"),
    ("traps-on-place", "shadow", "shadow_new_failures"),
    ("send-traps", "shadow", "shadow_new_failures"),
    ("settle-traps", "shadow", "shadow_new_failures"),
    ("refuses", "shadow", "shadow_new_failures"),
    ("slow", "shadow", "shadow_slower"),
];

/// A component that must not serve, and where it must be stopped.
struct Bad {
    name: String,
    component: Vec<u8>,
    stage: &'static str,
    code: &'static str,
}

fn bad(name: &str, component: impl Into<Vec<u8>>, stage: &'static str, code: &'static str) -> Bad {
    Bad { name: name.to_owned(), component: component.into(), stage, code }
}

/// All of them. `compiled` is code that a host has compiled.
fn all(compiled: Vec<u8>) -> Vec<Bad> {
    let core = |text: &str| wat::parse_str(text).unwrap();
    let preview1 = core(
        r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))) (memory 1))"#,
    );
    let sound = shop::revision("2");
    let mut bytes = vec![
        bad("empty", "", "format", "empty_file"),
        bad("text", "hello", "format", "not_wasm"),
        bad("html", "<!doctype html><title>404</title>", "format", "not_wasm"),
        bad("truncated", &sound[..sound.len() / 2], "format", "truncated"),
        bad("core module", core("(module (memory 1))"), "format", "core_module"),
        bad("preview 1", preview1, "format", "preview1_module"),
        bad("compiled", compiled, "format", "compiled_code"),
    ];
    bytes.extend(HOSTILE.map(|(name, stage, code)| {
        bad(name, std::fs::read(hostile_file(name)).unwrap(), stage, code)
    }));
    bytes.extend(WORSE.map(|(name, stage, code)| bad(name, shop::revision(name), stage, code)));
    bytes
}

/// Machine code from the folder where the host keeps it.
fn compiled_code(eclusa: &Eclusa) -> Vec<u8> {
    let files = eclusa.data().join("compiled").read_dir().unwrap();
    let mut files = files.map(|entry| entry.unwrap().path());
    let is_code = |file: &std::path::PathBuf| file.extension().is_some_and(|it| it == "cwasm");
    std::fs::read(files.find(is_code).unwrap()).unwrap()
}

fn check_rejected(deployment: &Value, bad: &Bad) {
    let (name, reason) = (&bad.name, &deployment["reason"]);
    assert_eq!(
        (&deployment["state"], &reason["stage"], &reason["code"]),
        (&json!("rejected"), &json!(bad.stage), &json!(bad.code)),
        "{name}: {deployment:#}"
    );
    for text in ["message", "action"] {
        assert!(reason[text].as_str().is_some_and(|text| !text.is_empty()), "{name}: {reason}");
    }
    // The stages before it were passed, and none came after it.
    let stages = deployment["stages"].as_array().unwrap();
    let (last, passed) = stages.split_last().unwrap();
    assert_eq!(
        (&last["stage"], &last["ok"], &last["code"]),
        (&json!(bad.stage), &json!(false), &json!(bad.code)),
        "{name}"
    );
    assert!(passed.iter().all(|stage| stage["ok"] == true), "{name}: {stages:?}");
    assert_eq!(revision_of(deployment), sha256(&bad.component));
}

/// The shadow compares guest times, which a busy machine may stretch beyond the
/// usual limit; and it is to tell slow from slower on such a machine too.
fn patient() -> Setup {
    Setup::default().config("[limits]\nguest_time_ms = 400")
}

#[tokio::test]
async fn each_is_stopped_at_its_stage_and_the_good_one_serves() {
    let mut shop = Shop::with(patient(), &["site", "steady"]).await;
    shop.set_policy(&json!({ "rollback": { "latency_factor": 2.0 } })).await;
    shop.record_traffic(shop.site()).await;
    let (first, steady) = (shop.first.clone(), &shop.channels[1]);
    let candidates = all(compiled_code(&shop.eclusa));
    assert!(candidates.len() >= 15);
    for bad in &candidates {
        assert_eq!(shop.maps_now(steady).await, first, "before {}", bad.name);
        let checks = shop.eclusa.deploy(NAME, &bad.component);
        let (deployment, _) = shop.while_people_write(steady, &first, checks).await;
        check_rejected(&deployment, bad);
        assert_eq!(shop.maps_now(steady).await, first, "after {}", bad.name);
    }
    let adapter = shop.eclusa.adapter(NAME).await;
    let revisions = adapter["revisions"].as_array().unwrap();
    assert_eq!((revisions.len(), &adapter["waiting"]), (1, &Value::Null), "none of them is kept");
    let audit = shop.eclusa.audit(NAME).await;
    let rejected = audit.iter().filter(|entry| entry["action"] == "rejected").count();
    assert_eq!(rejected, candidates.len());
    let went_live = audit.iter().filter(|entry| entry["action"] == "went_live").count();
    assert_eq!(went_live, 1);
    // What it says in both directions is what it said before.
    let said = shop.say(shop.site(), "t1", "Tchau!").await;
    assert_eq!(shop.sent_by(&said).await, first);
    shop.eclusa.kill();
    shop.eclusa.start_again();
    assert_eq!(shop.maps_now(shop.site()).await, first);
    // Each is still known with its evidence.
    let last = audit.last().unwrap()["deployment"].as_str().unwrap();
    check_rejected(&shop.eclusa.deployment(last).await, candidates.last().unwrap());
}

#[tokio::test]
async fn a_broken_file_in_the_folder_stops_nothing_not_even_a_restart() {
    let mut shop = Shop::with(patient(), &["site"]).await;
    // What was recorded is still compared after all that people write meanwhile.
    shop.set_policy(&json!({ "shadow": { "requests": 5_000 } })).await;
    let first = shop.first.clone();
    shop.record_traffic(shop.site()).await;
    let second = shop::revision("2");
    let worse = |name| shop::revision(name);
    let files = [
        bad("text", "hello", "format", "not_wasm"),
        bad("truncated", &second[..1000], "format", "truncated"),
        bad(
            "newer",
            std::fs::read(hostile_file("version-newer")).unwrap(),
            "world",
            "wrong_version",
        ),
        bad("failing sample", worse("sample-fails"), "samples", "sample_failed"),
        bad("traps on places", worse("traps-on-place"), "shadow", "shadow_new_failures"),
    ];
    for bad in &files {
        shop.eclusa.save(NAME, &bad.component);
        let checks = shop.eclusa.taken_from_folder(NAME, &bad.component);
        let (deployment, _) = shop.while_people_write(shop.site(), &first, checks).await;
        check_rejected(&deployment, bad);
        assert_eq!(shop.maps_now(shop.site()).await, first, "after {}", bad.name);
    }
    // It finds the last of them at each start, and another one.
    for again in [false, true] {
        shop.eclusa.kill();
        if again {
            shop.eclusa.save(NAME, &files[0].component);
        }
        shop.eclusa.start_again();
        assert_eq!(shop.maps_now(shop.site()).await, first);
    }
    check_rejected(&shop.eclusa.taken_from_folder(NAME, &files[0].component).await, &files[0]);
    assert_eq!(shop.maps_now(shop.site()).await, first);
    // A sound file at last.
    shop.eclusa.save(NAME, &second);
    assert_eq!(shop.eclusa.taken_from_folder(NAME, &second).await["state"], "trial");
    assert_eq!(shop.maps_now(shop.site()).await, sha256(&second));
}

/// What trapped, where, and how often, with an example to look at; and how to
/// deploy it all the same.
#[tokio::test]
async fn the_shadow_says_what_would_fail() {
    let shop = Shop::open().await;
    shop.record_traffic(shop.site()).await;
    let rejected = shop.deploy("traps-on-place", "rejected").await;
    let receive = &rejected["shadow"]["channels"][0]["receive"];
    assert_eq!((&receive["new_failures"], &receive["identical"]), (&json!(3), &json!(30)));
    let failure = &receive["failures"][0];
    assert_eq!((&failure["code"], &failure["count"]), (&json!("trap"), &json!(3)));
    let example = failure["example"].as_str().unwrap();
    let replay = shop.eclusa.get(&format!("/v1/requests/{example}/replay")).await.ok();
    assert_eq!(replay["then"]["events"][0]["message"]["type"], "location");
    assert_eq!(rejected["shadow"]["channels"][0]["send"]["identical"], 22);
    // Such a failure may be wanted. By review a person decides.
    let waiting = shop.deploy_by("traps-on-place", "?mode=review", "waiting").await;
    assert_eq!(waiting["reason"]["code"], "shadow_new_failures");
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    let live = shop.eclusa.decide(NAME, "approve", &Value::Null).await.ok();
    assert_eq!((&live["id"], &live["state"]), (&waiting["id"], &json!("trial")));
    assert_eq!(shop.maps_now(shop.site()).await, revision_of(&live));
}

#[tokio::test]
async fn what_waits_is_approved_declined_or_replaced() {
    let shop = Shop::open().await;
    shop.set_policy(&json!({ "mode": "manual" })).await;
    let second = shop.deploy("2", "waiting").await;
    assert_eq!(second["reason"]["code"], "manual");
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    let body = json!({ "reason": "not today" });
    let declined = shop.eclusa.decide(NAME, "decline", &body).await.ok();
    assert_eq!((&declined["id"], &declined["state"]), (&second["id"], &json!("declined")));
    assert_eq!(shop.eclusa.audited(NAME, "declined").await["detail"], "not today");
    shop.eclusa.decide(NAME, "approve", &Value::Null).await.problem(409, "nothing_waits");
    shop.eclusa.decide(NAME, "decline", &Value::Null).await.problem(409, "nothing_waits");
    // A newer candidate takes the place of the one that waits.
    let second = shop.deploy("2", "waiting").await;
    let third = shop.deploy("new-event", "waiting").await;
    assert_eq!(shop.eclusa.deployment(id_of(&second)).await["state"], "superseded");
    assert_eq!(shop.eclusa.adapter(NAME).await["waiting"]["deployment"], third["id"]);
    let live = shop.eclusa.decide(NAME, "approve", &Value::Null).await.ok();
    assert_eq!((&live["id"], &live["state"]), (&third["id"], &json!("trial")));
    assert_eq!(shop.maps_now(shop.site()).await, revision_of(&third));
    let entry = shop.eclusa.audited(NAME, "went_live").await;
    assert_eq!((&entry["actor"], &entry["detail"]), (&json!("admin"), &json!("approved")));
}

/// Whoever approves has seen what it is, beside what serves now.
#[tokio::test]
async fn what_waits_is_approved_on_evidence_about_what_serves() {
    let shop = Shop::open().await;
    let second = shop.deploy("2", "trial").await;
    let waiting = shop.deploy_by("renames", "?mode=manual", "waiting").await;
    assert_eq!(waiting["predecessor"], second["revision"]);
    let first = json!({ "revision": shop.first });
    shop.eclusa.decide(NAME, "activate", &first).await.ok();
    shop.eclusa.decide(NAME, "approve", &Value::Null).await.problem(409, "evidence_stale");
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    let named = json!({ "revision": revision_of(&waiting) });
    let live = shop.eclusa.decide(NAME, "activate", &named).await.ok();
    assert_eq!((&live["id"], &live["state"]), (&waiting["id"], &json!("trial")));
    assert_eq!(shop.maps_now(shop.site()).await, revision_of(&waiting));
}

/// Only the newest of many candidates is of interest.
#[tokio::test]
async fn of_many_at_once_the_newest_serves() {
    let shop = Shop::open().await;
    let second = shop::revision("2");
    let candidates: Vec<_> = (0..8).map(|number| variant(&second, number)).collect();
    let mut ids = Vec::new();
    for candidate in &candidates {
        let answer = shop.eclusa.put_adapter(NAME, "", candidate).await;
        assert_eq!(answer.status, 202);
        ids.push(id_of(&answer.json()).to_owned());
    }
    let last = ids.pop().unwrap();
    shop.eclusa.deployment_in_state(&last, "trial").await;
    assert_eq!(shop.maps_now(shop.site()).await, sha256(&candidates[7]));
    let mut never_checked = 0;
    for id in ids {
        let older = shop.eclusa.deployment(&id).await;
        assert_eq!(older["state"], "superseded", "{older:#}");
        never_checked += usize::from(older["reason"]["code"] == "newer_candidate");
    }
    assert!(never_checked >= 3, "{never_checked} of 7");
}
