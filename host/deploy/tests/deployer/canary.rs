//! A share of the conversations first.

use std::collections::BTreeMap;

use eclusa_journal::registry::{AuditAction, CanaryPolicy, Deployment, DeploymentState, Policy};

use crate::world::{SHOP, World, shop, text};

async fn canary(revision: &str, policy: CanaryPolicy) -> (World, String, Deployment) {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let good = world.active();
    let policy = Policy { canary: Some(policy), ..Policy::default() };
    world.deployer.set_policy(SHOP, policy, "ana").await.unwrap();
    let deployment = world.deploy(shop(revision)).await;
    assert_eq!(deployment.state, DeploymentState::Canary);
    assert_eq!(world.active(), good, "what serves most is what served before");
    (world, good, deployment)
}

const HALF: CanaryPolicy = CanaryPolicy { percent: 50, seconds: 60, calls: None };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_stays_on_one_revision_both_ways() {
    let (world, good, new) = canary("2", HALF).await;
    let mut by = BTreeMap::new();
    for id in 0..120_u32 {
        let thread = format!("t{}", id % 40);
        let (answer, _) = world.chat("site", &text(id, &thread, "oi")).await;
        let revision = by.entry(thread.clone()).or_insert_with(|| answer.revision.clone());
        assert_eq!(*revision, answer.revision, "{thread} stays where it was");
        let route = world.deployer.routes().route(SHOP, "site").unwrap();
        assert_eq!(route.line("site", &thread).revision().sha256(), revision);
    }
    let on_new = by.values().filter(|revision| **revision == new.revision).count();
    assert!((8..=32).contains(&on_new), "{on_new} of 40");
    assert!(by.values().all(|revision| *revision == new.revision || *revision == good));
    // A request with conversations of both sides stays where it was.
    let of = |revision: &str| by.iter().find(|(_, by)| *by == revision).unwrap().0.clone();
    let mixed = serde_json::json!([text(500, &of(&new.revision), "a"), text(501, &of(&good), "b")]);
    assert_eq!(world.chat("site", &mixed).await.0.revision, good);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_takes_over_after_its_time() {
    let (world, _, new) = canary("2", HALF).await;
    world.later(61);
    // Only one to whom somebody has written can have proven anything.
    for id in 0..20 {
        world.chat("site", &text(id, &format!("t{id}"), "oi")).await;
    }
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while world.active() != new.revision {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(world.state_of(&new).await, DeploymentState::Trial);
    let view = world.deployer.adapter(SHOP).await.unwrap();
    assert!(view.record.canary.is_none() && view.record.trial.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_takes_over_after_its_calls() {
    let policy = CanaryPolicy { calls: Some(10), ..HALF };
    let (world, _, new) = canary("2", policy).await;
    for id in 0..60 {
        world.chat("site", &text(id, &format!("t{id}"), "oi")).await;
    }
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while world.active() != new.revision {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_one_returns_and_nobody_notices() {
    let (world, good, bad) = canary("traps-later", HALF).await;
    for id in 0..40 {
        let (answer, _) = world.chat("site", &text(id, &format!("t{id}"), "boom")).await;
        assert!(answer.received.is_ok());
        assert_eq!(answer.revision, good);
    }
    world.wait_for(AuditAction::RolledBack).await;
    assert_eq!(world.state_of(&bad).await, DeploymentState::RolledBack);
    assert!(world.deployer.adapter(SHOP).await.unwrap().record.canary.is_none());
    assert_eq!(world.active(), good);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_hand_it_is_promoted_or_taken_back() {
    let (world, good, new) = canary("2", HALF).await;
    let back = world.deployer.roll_back(SHOP, None, None, "ana", None).await.unwrap();
    assert_eq!((back.id, world.active()), (new.id, good));
    let again = world.deploy(shop("2")).await;
    assert_eq!(again.state, DeploymentState::Canary);
    let live = world.deployer.activate(SHOP, &again.revision, "ana").await.unwrap();
    assert_eq!((live.id, live.state), (again.id, DeploymentState::Trial));
    assert_eq!(world.active(), again.revision);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_file_put_back_ends_it() {
    let (world, good, new) = canary("2", HALF).await;
    assert_eq!(world.deploy(shop("1")).await.state, DeploymentState::Unchanged);
    assert_eq!(world.state_of(&new).await, DeploymentState::Superseded);
    assert_eq!(world.active(), good);
    for id in 0..20 {
        let (answer, _) = world.chat("site", &text(id, &format!("t{id}"), "oi")).await;
        assert_eq!(answer.revision, good);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_lacks_what_it_needs_has_no_share() {
    let (world, good, new) = canary("needs-secret", CanaryPolicy { percent: 99, ..HALF }).await;
    for id in 0..20 {
        let (answer, _) = world.chat("site", &text(id, &format!("t{id}"), "oi")).await;
        assert_eq!(answer.revision, good);
    }
    world.channel("site", serde_json::json!({ "secrets": { "api-key": "k-1234567890" } }));
    world.deployer.channel_changed(SHOP).await.unwrap();
    let mut by = Vec::new();
    for id in 20..40 {
        by.push(world.chat("site", &text(id, &format!("t{id}"), "oi")).await.0.revision);
    }
    assert!(by.contains(&new.revision));
}
