//! Channels that lack what a revision needs, and channels set to one.

use eclusa_deploy::DeployError;
use eclusa_journal::registry::{AuditAction, DeploymentState};
use serde_json::json;

use crate::world::{SHOP, World, shop, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_without_a_new_secret_stays_behind_until_it_has_it() {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let good = world.active();
    world.channel("app", json!({ "secrets": { "api-key": "k-1234567890" } }));
    let new = world.deploy(shop("needs-secret")).await;
    assert_eq!(new.state, DeploymentState::Trial);
    let stage = new.stages.iter().find(|it| it.stage == "requirements").unwrap();
    assert!(stage.message.contains("site"), "{}", stage.message);
    assert!(new.changes.iter().any(|it| it.pointer == "/secrets/api-key"), "{:?}", new.changes);
    let hold = &world.deployer.adapter(SHOP).await.unwrap().record.holds["site"];
    assert_eq!(hold.revision, good);
    assert_eq!(hold.missing[0].0, "/secrets/api-key");
    assert_eq!(world.chat("site", &text(1, "t", "oi")).await.0.revision, good);
    assert_eq!(world.chat("app", &text(1, "t", "oi")).await.0.revision, new.revision);
    // Another change of the channel's does not release it; the secret does.
    world.channel("site", json!({ "settings": { "greeting": "Oi" } }));
    world.deployer.channel_changed(SHOP).await.unwrap();
    assert_eq!(world.chat("site", &text(2, "t", "oi")).await.0.revision, good);
    world.channel("site", json!({ "secrets": { "api-key": "k-0987654321" } }));
    world.deployer.channel_changed(SHOP).await.unwrap();
    assert_eq!(world.chat("site", &text(3, "t", "oi")).await.0.revision, new.revision);
    world.wait_for(AuditAction::Released).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_required_setting_holds_too_and_going_back_releases() {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let good = world.active();
    let new = world.deploy(shop("needs-setting")).await;
    assert_eq!(world.active(), new.revision);
    assert_eq!(world.chat("site", &text(1, "t", "oi")).await.0.revision, good);
    // A third revision finds the channel where it was.
    world.deploy(shop("2")).await;
    assert!(world.deployer.adapter(SHOP).await.unwrap().record.holds.is_empty());
    assert_ne!(world.chat("site", &text(2, "t", "oi")).await.0.revision, good);
    world.deployer.roll_back(SHOP, None, None, "ana", None).await.unwrap();
    assert_eq!(world.active(), new.revision);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pinned_channel_stays_where_it_is() {
    let world = World::new().await;
    let first = world.deploy(shop("1")).await;
    world.channel("app", json!({}));
    world.deployer.pin(SHOP, "app", &first.revision[..10], "ana").await.unwrap();
    let second = world.deploy(shop("2")).await;
    assert_eq!(world.chat("site", &text(1, "t", "oi")).await.0.revision, second.revision);
    assert_eq!(world.chat("app", &text(1, "t", "oi")).await.0.revision, first.revision);
    let world = world.restart().await;
    assert_eq!(world.chat("app", &text(2, "t", "oi")).await.0.revision, first.revision);
    world.deployer.unpin(SHOP, "app", "ana").await.unwrap();
    assert_eq!(world.chat("app", &text(3, "t", "oi")).await.0.revision, second.revision);
    assert!(world.deployer.unpin(SHOP, "app", "ana").await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_names_what_is_there_and_fits() {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let needs = world.deploy(shop("needs-secret")).await;
    let pin = |channel: &str, revision: &str| {
        let (deployer, channel, revision) =
            (world.deployer.clone(), channel.to_owned(), revision.to_owned());
        async move { deployer.pin(SHOP, &channel, &revision, "ana").await.unwrap_err() }
    };
    assert!(matches!(
        pin("nowhere", &needs.revision).await,
        DeployError::Unknown { kind: "channel", .. }
    ));
    assert!(matches!(pin("site", "ffff").await, DeployError::Unknown { kind: "revision", .. }));
    assert!(matches!(pin("site", &needs.revision).await, DeployError::Requirements { .. }));
}
