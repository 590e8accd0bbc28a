//! What stays ready, and what is let go.

use eclusa_journal::Registry;
use eclusa_journal::registry::AuditAction;

use crate::world::{SHOP, World, shop, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_are_kept_and_older_ones_forgotten() {
    let world = World::keeping(2).await;
    let first = world.deploy(shop("1")).await;
    let second = world.deploy(shop("2")).await;
    let third = world.deploy(shop("new-event")).await;
    let view = world.deployer.adapter(SHOP).await.unwrap();
    let kept: Vec<_> = view.record.kept.iter().map(|it| &it.sha256).collect();
    assert_eq!(kept, [&third.revision, &second.revision]);
    assert!(world.journal.component(second.revision).await.unwrap().is_some());
    assert!(world.journal.component(first.revision.clone()).await.unwrap().is_none());
    assert!(world.deployer.activate(SHOP, &first.revision, "ana").await.is_err());
    let forgotten = world.wait_for(AuditAction::Forgotten).await;
    assert_eq!(forgotten.revision, Some(first.revision));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pinned_one_is_kept_whatever_comes() {
    let world = World::keeping(2).await;
    let first = world.deploy(shop("1")).await;
    world.deployer.pin(SHOP, "site", &first.revision, "ana").await.unwrap();
    for revision in ["2", "new-event", "conversation"] {
        world.deploy(shop(revision)).await;
    }
    assert_eq!(world.chat("site", &text(1, "t", "oi")).await.0.revision, first.revision);
    assert!(world.journal.component(first.revision).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_names_may_have_the_same_bytes() {
    let world = World::keeping(2).await;
    let first = world.deploy(shop("1")).await;
    let other = eclusa_deploy::Submission {
        name: "other-shop".to_owned(),
        bytes: shop("1"),
        door: eclusa_journal::registry::Door::Api,
        actor: "ana".to_owned(),
        mode: None,
    };
    world.deployer.submit_and_wait(other).await.unwrap();
    world.deploy(shop("2")).await;
    world.deploy(shop("new-event")).await;
    assert!(world.journal.component(first.revision).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_under_way_finish_on_their_revision() {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let before = world.deployer.routes().route(SHOP, "site").unwrap();
    let held = std::sync::Arc::downgrade(before.revision());
    world.deploy(shop("2")).await;
    let now = world.deployer.routes().route(SHOP, "site").unwrap();
    assert_ne!(now.revision().sha256(), before.revision().sha256());
    assert!(held.upgrade().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn candidates_that_wait_do_not_push_out_where_a_rollback_leads() {
    let world = World::keeping(2).await;
    let first = world.deploy(shop("1")).await;
    world.deploy(shop("2")).await;
    for revision in ["new-event", "conversation", "drops"] {
        world.deploy_by(shop(revision), Some(eclusa_journal::registry::Mode::Manual)).await;
    }
    world.deployer.roll_back(SHOP, None, None, "ana", None).await.unwrap();
    assert_eq!(world.active(), first.revision);
}
