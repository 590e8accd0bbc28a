//! What was, and what becomes of it in another revision.

use eclusa_journal::registry::ChangeKind;
use eclusa_journal::{Journal, Page};

use crate::world::{SHOP, World, place, shop, text};

async fn recorded() -> (World, String, String) {
    let world = World::new().await;
    world.deploy(shop("1")).await;
    let (_, accepted) = world.chat("site", &text(7, "t1", "Bom dia")).await;
    let id = accepted.events[0].id.clone();
    (world, id, accepted.request_id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_revision_gives_the_same_again() {
    let (world, message, request) = recorded().await;
    for id in [&message, &request] {
        let replay = world.deployer.replay(id, None).await.unwrap();
        assert_eq!(replay.differences, [], "{:#}", replay.now);
        assert_eq!(replay.revision_then.unwrap().sha256, replay.revision_now.sha256);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_revision_shows_what_differs_and_nothing_changes() {
    let (world, message, _) = recorded().await;
    let other = world.deploy(shop("renames")).await;
    world.deployer.roll_back(SHOP, None, None, "ana", None).await.unwrap();
    let before = world.journal.events(None, 100).await.unwrap().events.len();
    let replay = world.deployer.replay(&message, Some(&other.revision[..10])).await.unwrap();
    let found: Vec<_> = replay.differences.iter().map(|it| (&*it.pointer, &it.kind)).collect();
    let to = ChangeKind::Renamed("/events/0/message/extra/order_id".to_owned());
    assert_eq!(found, [("/events/0/message/extra/order", &to)]);
    assert_eq!(world.journal.events(None, 100).await.unwrap().events.len(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_failed_can_be_tried_in_another() {
    let world = World::new().await;
    world.deploy(shop("traps-on-place")).await;
    let (_, accepted) = world.chat("site", &place(1, "t1")).await;
    let good = world.deploy(shop("1")).await;
    let replay = world.deployer.replay(&accepted.request_id, Some(&good.revision)).await.unwrap();
    assert_eq!(replay.then["problem"]["code"], "trap");
    assert_eq!(replay.now["events"][0]["type"], "message.received");
    let page = Page { channel: None, before: None, limit: 10 };
    assert_eq!(world.journal.unmapped(page).await.unwrap().len(), 1, "it is still unmapped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_to_the_chat_shows_its_request() {
    let (world, _, _) = recorded().await;
    let id = world.say("site", "t1", "Oi").await;
    let replay = world.deployer.replay(&id, None).await.unwrap();
    assert_eq!(replay.now["request"]["body"]["text"], "Oi");
    assert!(replay.then.is_null(), "it has not gone out yet");
    assert!(world.deployer.replay("01ARZ3NDEKTSV4RRFFQ69G5FAV", None).await.is_err());
}
