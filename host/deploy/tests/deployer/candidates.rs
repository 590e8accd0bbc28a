//! What becomes of good and bad candidates.

use eclusa_journal::registry::{AuditAction, ChangeKind, DeploymentState, Mode, Policy};

use crate::world::{SHOP, World, component, place, shop, text};

/// A world in which the good revision serves, and much has been recorded.
async fn busy() -> World {
    let world = World::new().await;
    assert_eq!(world.deploy(shop("1")).await.state, DeploymentState::Live);
    for id in 0..30 {
        world.chat("site", &text(id, "t1", "Bom dia, tudo bem?")).await;
    }
    for id in 30..35 {
        world.chat("site", &place(id, "t2")).await;
    }
    for number in 0..25 {
        world.say("site", "t1", &format!("answer {number}")).await;
    }
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_one_goes_live_and_an_equal_one_after_it() {
    let world = busy().await;
    let first = world.active();
    let second = world.deploy(shop("2")).await;
    assert_eq!(second.state, DeploymentState::Trial);
    assert_eq!(second.predecessor.as_deref(), Some(first.as_str()));
    assert_eq!(world.active(), second.revision);
    let report = second.shadow.unwrap();
    assert!(report.is_identical());
    assert_eq!(report.sum(|it| it.total), 35 + 25);
    let stages: Vec<&str> = second.stages.iter().map(|it| it.stage.as_str()).collect();
    let expected = [
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
    assert_eq!(stages, expected);
    assert!(second.stages.iter().all(|stage| stage.ok && !stage.message.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_ones_are_stopped_at_their_stage_and_the_good_one_serves() {
    let world = busy().await;
    let good = world.active();
    let whole = shop("2");
    let truncated = whole[..whole.len() / 2].to_vec();
    let bad = [
        ("truncated", truncated, "format", None),
        ("empty", Vec::new(), "format", None),
        ("text", b"not wasm at all".to_vec(), "format", None),
        ("other world", component("other-world"), "world", None),
        ("older interface", component("version-older"), "world", None),
        ("newer interface", component("version-newer"), "world", None),
        ("missing functions", component("functions-missing"), "instantiate", None),
        ("sockets", component("imports-sockets"), "imports", None),
        ("memory at start", component("memory-at-start"), "memory", None),
        ("describe traps", component("describe-traps"), "describe", None),
        ("describe panics", component("describe-panics"), "describe", None),
        ("describe recurses", component("describe-recurses"), "describe", None),
        ("manifest invalid", component("manifest-invalid"), "describe", None),
        ("manifest not JSON", component("manifest-not-json"), "describe", None),
        ("failing sample", shop("sample-fails"), "samples", Some("sample_failed")),
        ("state between calls", component("state-kept"), "samples", None),
        ("traps on one type", shop("traps-on-place"), "shadow", Some("shadow_new_failures")),
        ("send traps", shop("send-traps"), "shadow", Some("shadow_new_failures")),
        ("ten times slower", shop("slow"), "shadow", Some("shadow_slower")),
    ];
    for (name, bytes, stage, code) in bad {
        let rejected = world.deploy(bytes).await;
        assert_eq!(rejected.state, DeploymentState::Rejected, "{name}: {rejected:#?}");
        let reason = rejected.reason.unwrap();
        assert_eq!(reason.stage.as_deref(), Some(stage), "{name}: {reason:?}");
        if let Some(code) = code {
            assert_eq!(reason.code, code, "{name}");
        }
        assert!(!reason.message.is_empty() && !reason.action.is_empty(), "{name}");
        let last = rejected.stages.last().unwrap();
        assert_eq!((last.stage.as_str(), last.ok), (stage, false), "{name}");
        assert_eq!(last.code.as_deref(), Some(reason.code.as_str()), "{name}");
        assert_eq!(world.active(), good, "{name}");
        let (answer, _) = world.chat("site", &text(1000, "t3", name)).await;
        assert!(answer.received.is_ok() && answer.revision == good, "{name}");
    }
    let view = world.deployer.adapter(SHOP).await.unwrap();
    assert_eq!(view.revisions.len(), 1, "nothing that was rejected is kept");
    let world = world.restart().await;
    assert_eq!(world.active(), good);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_field_is_named_with_its_count() {
    let world = busy().await;
    let policy = Policy { mode: Mode::Review, ..Policy::default() };
    world.deployer.set_policy(SHOP, policy, "ana").await.unwrap();
    let waiting = world.deploy(shop("renames")).await;
    assert_eq!(waiting.state, DeploymentState::Waiting);
    let report = world.deployer.diff(SHOP, None).await.unwrap();
    assert_eq!(report.candidate, waiting.revision);
    let receive = &report.channels[0].receive;
    assert_eq!((receive.total, receive.changed, receive.identical), (35, 35, 0));
    let changes: Vec<_> =
        receive.changes.iter().map(|it| (&*it.pointer, &it.kind, it.count)).collect();
    let to = ChangeKind::Renamed("/events/*/message/extra/order_id".to_owned());
    assert_eq!(changes, [("/events/*/message/extra/order", &to, 35)]);
    assert_eq!(receive.changes[0].example.before, serde_json::json!("A-9999"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_of_a_rejected_one_can_be_read() {
    let world = busy().await;
    let rejected = world.deploy(shop("traps-on-place")).await;
    let recorded = rejected.shadow.unwrap();
    assert_eq!(recorded.channels[0].receive.new_failures, 5);
    for revision in [None, Some(&rejected.revision[..9])] {
        assert_eq!(world.deployer.diff(SHOP, revision).await.unwrap(), recorded);
    }
    assert!(world.deployer.diff(SHOP, Some("ffff")).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_waits_for_a_person_when_anything_differs() {
    let world = busy().await;
    let good = world.active();
    let policy = Policy { mode: Mode::Review, ..Policy::default() };
    world.deployer.set_policy(SHOP, policy, "ana").await.unwrap();
    assert_eq!(world.deploy(shop("2")).await.state, DeploymentState::Trial, "nothing differs");
    let waiting = world.deploy(shop("renames")).await;
    assert_eq!(waiting.state, DeploymentState::Waiting);
    assert_eq!(waiting.reason.as_ref().unwrap().code, "review");
    assert_ne!(world.active(), waiting.revision);
    let declined = world.deployer.decline(SHOP, "rui", Some("no".to_owned())).await.unwrap();
    assert_eq!((declined.id, declined.state), (waiting.id, DeploymentState::Declined));
    assert!(world.deployer.approve(SHOP, "rui").await.is_err(), "nothing waits any more");
    let again = world.deploy(shop("renames")).await;
    let live = world.deployer.approve(SHOP, "rui").await.unwrap();
    assert_eq!((live.id, live.state), (again.id, DeploymentState::Trial));
    assert_eq!(world.active(), live.revision);
    let went = world.audit().await.into_iter().rfind(|it| it.action == AuditAction::WentLive);
    assert_eq!(went.unwrap().actor, "rui");
    assert_ne!(world.active(), good);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn manual_always_waits_and_the_mode_of_one_deployment_counts() {
    let world = busy().await;
    let waiting = world.deploy_by(shop("2"), Some(Mode::Manual)).await;
    assert_eq!(waiting.state, DeploymentState::Waiting);
    assert_eq!(waiting.reason.unwrap().code, "manual");
    // A newer candidate takes the place of the one that waits.
    let next = world.deploy(shop("new-event")).await;
    assert_eq!(next.state, DeploymentState::Trial);
    let before = world.deployer.deployment(&waiting.id).await.unwrap();
    assert_eq!(before.state, DeploymentState::Superseded);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_way_to_verify_waits_for_a_person() {
    let world = busy().await;
    let waiting = world.deploy(shop("verification")).await;
    assert_eq!(waiting.state, DeploymentState::Waiting);
    assert_eq!(waiting.reason.unwrap().code, "verification_changed");
    assert!(waiting.changes.iter().any(|it| it.pointer.starts_with("/verification")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_bytes_again_change_nothing() {
    let world = busy().await;
    let again = world.deploy(shop("1")).await;
    assert_eq!(again.state, DeploymentState::Unchanged);
    assert!(
        world.audit().await.iter().filter(|it| it.action == AuditAction::WentLive).count() == 1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_the_newest_serves() {
    let world = busy().await;
    let revisions = ["2", "drops", "new-event", "conversation"];
    let mut ids = Vec::new();
    for revision in revisions {
        let submission = eclusa_deploy::Submission {
            name: SHOP.to_owned(),
            bytes: shop(revision),
            door: eclusa_journal::registry::Door::Folder,
            actor: "folder".to_owned(),
            mode: None,
        };
        ids.push(world.deployer.submit(submission).await.unwrap());
    }
    let last = ids.pop().unwrap();
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    while !matches!(world.state_of(&last).await, DeploymentState::Trial) {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(world.active(), last.revision);
    for older in ids {
        let state = world.state_of(&older).await;
        assert_eq!(state, DeploymentState::Superseded);
    }
}
