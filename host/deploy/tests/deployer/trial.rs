//! Revisions that went live and have to prove themselves.

use eclusa_journal::Traffic;
use eclusa_journal::registry::{AuditAction, DeploymentState, Mode, Policy, RollbackPolicy};
use eclusa_journal::{Journal, Page, RevisionRef};

use crate::world::{SHOP, World, shop, text};

async fn on_trial(revision: &str) -> (World, String, eclusa_journal::registry::Deployment) {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let good = world.active();
    let deployment = world.deploy(shop(revision)).await;
    assert_eq!(deployment.state, DeploymentState::Trial);
    (world, good, deployment)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_failures_are_answered_by_its_predecessor_and_then_it_is_taken_back() {
    let (world, good, bad) = on_trial("traps-later").await;
    for id in 0..3 {
        let (fine, _) = world.chat("site", &text(id, "t1", "fine")).await;
        assert_eq!(fine.revision, bad.revision);
    }
    for id in 3..6 {
        let (answer, accepted) = world.chat("site", &text(id, "t1", "boom")).await;
        assert_eq!(answer.revision, good, "the predecessor answers");
        assert_eq!(answer.received.unwrap().events.len(), 1);
        assert!(!accepted.events[0].duplicate);
    }
    let entry = world.wait_for(AuditAction::RolledBack).await;
    assert_eq!(entry.actor, "eclusa");
    assert!(entry.detail.contains("3 of its 6 calls"), "{}", entry.detail);
    assert_eq!(world.active(), good);
    let taken_back = world.deployer.deployment(&bad.id).await.unwrap();
    assert_eq!(taken_back.state, DeploymentState::RolledBack);
    let reason = taken_back.reason.unwrap();
    assert_eq!(reason.code, "live_failures");
    assert!(reason.details[0].contains("3 ×"), "{reason:?}");
    let (after, _) = world.chat("site", &text(7, "t1", "boom")).await;
    assert_eq!(after.revision, good);
    let page = Page { channel: None, before: None, limit: 10 };
    assert_eq!(world.journal.unmapped(page).await.unwrap(), [], "nobody has noticed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_failed_after_the_trial_is_mapped_again_in_order_when_it_is_taken_back() {
    let (world, good, bad) = on_trial("traps-later").await;
    world.later(601);
    world.wait_for(AuditAction::Proven).await;
    assert_eq!(world.state_of(&bad).await, DeploymentState::Live);
    for id in 0..5 {
        let (answer, _) = world.chat("site", &text(id, "t1", "boom")).await;
        assert!(answer.received.is_err(), "nobody answers for it any more");
    }
    // A younger message of the same conversation passes them.
    world.chat("site", &text(5, "t1", "fine")).await;
    world.deployer.roll_back(SHOP, None, None, "ana", Some("it traps".to_owned())).await.unwrap();
    let remapped = world.wait_for(AuditAction::Remapped).await;
    assert_eq!(remapped.detail, "5 requests were mapped again, 0 still fail");
    assert_eq!(world.active(), good);
    let events = world.journal.events(None, 100).await.unwrap().events;
    let external: Vec<_> = events
        .iter()
        .filter(|event| event.object.0 == "message")
        .map(|event| {
            let message: serde_json::Value = serde_json::from_str(event.object.1.get()).unwrap();
            (message["external_id"].as_str().unwrap().to_owned(), event.late)
        })
        .collect();
    let expected = [("5", false), ("0", true), ("1", true), ("2", true), ("3", true), ("4", true)];
    assert_eq!(external, expected.map(|(id, late)| (id.to_owned(), late)));
    let failed = RevisionRef { adapter: SHOP.to_owned(), sha256: bad.revision };
    assert_eq!(world.journal.failed_by(failed, None, 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slower_one_is_taken_back() {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let rollback =
        RollbackPolicy { latency_calls: 20, latency_floor_ms: 1.0, ..RollbackPolicy::default() };
    let policy = Policy { rollback, ..Policy::default() };
    world.deployer.set_policy(SHOP, policy, "ana").await.unwrap();
    for id in 0..25 {
        world.chat("site", &text(id, "t1", "slow")).await;
    }
    let good = world.active();
    // Recorded traffic would show it: as if there were none.
    let mut policy = world.deployer.adapter(SHOP).await.unwrap().record.policy;
    policy.shadow.requests = 0;
    world.deployer.set_policy(SHOP, policy, "ana").await.unwrap();
    let slow = world.deploy(shop("slow-later")).await;
    assert_eq!(slow.state, DeploymentState::Trial);
    for id in 25..50 {
        world.chat("site", &text(id, "t1", "slow")).await;
    }
    world.wait_for(AuditAction::RolledBack).await;
    assert_eq!(world.active(), good);
    let reason = world.deployer.deployment(&slow.id).await.unwrap().reason.unwrap();
    assert_eq!(reason.code, "live_slower");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_few_failures_among_many_calls_do_not_count() {
    let (world, _, _) = on_trial("traps-later").await;
    let rollback = RollbackPolicy { failure_percent: 50.0, ..RollbackPolicy::default() };
    let policy = Policy { rollback, ..Policy::default() };
    world.deployer.set_policy(SHOP, policy, "ana").await.unwrap();
    for id in 0..12 {
        let words = if id % 3 == 0 { "boom" } else { "fine" };
        let (answer, _) = world.chat("site", &text(id, "t1", words)).await;
        assert!(answer.received.is_ok());
    }
    world.later(601);
    world.wait_for(AuditAction::Proven).await;
    assert!(world.audit().await.iter().all(|it| it.action != AuditAction::RolledBack));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_window_nothing_is_watched() {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let rollback = RollbackPolicy { seconds: 0, ..RollbackPolicy::default() };
    let policy = Policy { rollback, ..Policy::default() };
    world.deployer.set_policy(SHOP, policy, "ana").await.unwrap();
    assert_eq!(world.deploy(shop("2")).await.state, DeploymentState::Live);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_hand_it_goes_back_step_by_step_and_forward_again() {
    let world = World::new().await;
    let first = world.deploy(shop("1")).await;
    let second = world.deploy(shop("2")).await;
    let third = world.deploy(shop("new-event")).await;
    let back = world.deployer.roll_back(SHOP, None, None, "ana", None).await.unwrap();
    assert_eq!((back.id, back.state), (third.id.clone(), DeploymentState::RolledBack));
    assert_eq!(world.active(), second.revision);
    assert_eq!(world.state_of(&second).await, DeploymentState::Live);
    world.deployer.roll_back(SHOP, None, None, "ana", None).await.unwrap();
    assert_eq!(world.active(), first.revision);
    let nothing = world.deployer.roll_back(SHOP, None, None, "ana", None).await;
    assert!(nothing.unwrap_err().to_string().contains("no other revision"));
    let again = world.deployer.activate(SHOP, &third.revision[..8], "ana").await.unwrap();
    assert_eq!((again.state, &again.revision), (DeploymentState::Trial, &third.revision));
    assert_eq!(world.active(), third.revision);
    let same = world.deployer.activate(SHOP, &third.revision, "ana").await;
    assert!(same.is_err());
    let to_first = world.deployer.roll_back(SHOP, Some(&first.revision), None, "ana", None).await;
    assert_eq!(to_first.unwrap().revision, third.revision);
    assert_eq!(world.active(), first.revision);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollback_given_twice_goes_one_step() {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let second = world.deploy(shop("2")).await;
    let third = world.deploy(shop("new-event")).await;
    let back = || world.deployer.roll_back(SHOP, None, Some(&third.revision), "ana", None);
    assert_eq!(back().await.unwrap().id, third.id);
    assert!(back().await.unwrap_err().to_string().contains("is not what went live last"));
    assert_eq!(world.active(), second.revision);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollback_leads_only_to_what_has_served() {
    let world = World::new().await;
    let first = world.deploy(shop("1")).await;
    let waiting = world.deploy_by(shop("2"), Some(Mode::Manual)).await;
    let to = world.deployer.roll_back(SHOP, Some(&waiting.revision), None, "ana", None).await;
    assert!(to.unwrap_err().to_string().contains("has not served"));
    assert_eq!(world.active(), first.revision);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_not_approved_on_evidence_about_another() {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    world.deploy(shop("2")).await;
    let waiting = world.deploy_by(shop("new-event"), Some(Mode::Manual)).await;
    world.deployer.roll_back(SHOP, None, None, "ana", None).await.unwrap();
    let approved = world.deployer.approve(SHOP, "ana").await.unwrap_err().to_string();
    assert!(approved.contains("another revision serves now"), "{approved}");
    // Whoever names it has looked at it.
    let live = world.deployer.activate(SHOP, &waiting.revision[..10], "ana").await.unwrap();
    assert_eq!((live.id, world.active()), (waiting.id, waiting.revision));
}
