//! The next process.

use eclusa_deploy::FolderParts;
use eclusa_deploy::watch::WatchOptions;
use eclusa_journal::Registry;
use eclusa_journal::registry::{AuditAction, DeploymentState};
use tokio::sync::watch;

use crate::world::{SHOP, World, shop, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_revisions_serve_and_a_trial_goes_on() {
    let world = World::new().await;
    let first = world.deploy(shop("1")).await;
    let second = world.deploy(shop("traps-later")).await;
    let world = world.restart().await;
    assert_eq!(world.active(), second.revision);
    for id in 0..3 {
        let (answer, _) = world.chat("site", &text(id, "t", "boom")).await;
        assert_eq!(answer.revision, first.revision, "the predecessor still answers for it");
    }
    world.wait_for(AuditAction::RolledBack).await;
    let world = world.restart().await;
    assert_eq!(world.active(), first.revision);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_cut_off_is_known_under_a_new_name_too() {
    let world = World::new().await;
    let submission = eclusa_deploy::Submission {
        name: "new-shop".to_owned(),
        bytes: shop("2"),
        door: eclusa_journal::registry::Door::Api,
        actor: "ana".to_owned(),
        mode: None,
    };
    // Recorded, and then the process is gone before the checks are over: as its
    // record shows it to the next one.
    let began = world.deployer.submit(submission).await.unwrap();
    assert_eq!(began.state, DeploymentState::Checking);
    let known = world.journal.adapters().await.unwrap();
    assert!(known.iter().any(|it| it.name == "new-shop" && it.revision >= 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_component_is_done_without() {
    let world = World::new().await;
    let first = world.deploy(shop("1")).await;
    let second = world.deploy(shop("2")).await;
    world.journal.remove_component(second.revision).await.unwrap();
    let world = world.restart().await;
    assert_eq!(world.active(), first.revision);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_is_deployed_watched_and_not_taken_twice() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.wasm");
    std::fs::write(&file, shop("1")).unwrap();
    let parts =
        || FolderParts { folder: folder.path().to_owned(), options: WatchOptions::default() };
    let (stop, stopping) = watch::channel(false);
    let world = World::new().await;
    world.deployer.serve_folder(parts(), stopping.clone()).await.unwrap();
    let first = world.active();
    std::fs::write(folder.path().join("next"), shop("2")).unwrap();
    std::fs::rename(folder.path().join("next"), &file).unwrap();
    while world.active() == first {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let second = world.active();
    world.deployer.roll_back(SHOP, None, None, "ana", None).await.unwrap();
    assert_eq!(world.active(), first);
    drop(stop);
    // The folder still holds what was taken back: a restart leaves it alone.
    let (_stop, stopping) = watch::channel(false);
    let world = world.restart().await;
    world.deployer.serve_folder(parts(), stopping).await.unwrap();
    assert_eq!(world.active(), first);
    let page = eclusa_journal::Page { channel: None, before: None, limit: 10 };
    let deployments = world.deployer.deployments(None, page).await.unwrap();
    let all: Vec<_> = deployments.iter().map(|it| (it.revision == second, it.state)).collect();
    let expected = [(true, DeploymentState::RolledBack), (false, DeploymentState::Live)];
    assert_eq!(all, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_file_in_the_folder_at_the_start_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let good = world.active();
    let world = world.restart().await;
    std::fs::write(folder.path().join("shop.wasm"), b"broken").unwrap();
    let (_stop, stopping) = watch::channel(false);
    let parts = FolderParts { folder: folder.path().to_owned(), options: WatchOptions::default() };
    world.deployer.serve_folder(parts, stopping).await.unwrap();
    world.wait_for(AuditAction::Rejected).await;
    assert_eq!(world.active(), good);
}
