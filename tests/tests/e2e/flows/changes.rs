//! Conversations that are under way when the process dies, or the flow changes.

use eclusa_tests::{Chat, Setup};
use serde_json::{Value, json};

use super::world::{MENU, MORE, World, counter};

#[tokio::test]
async fn a_menu_goes_on_after_a_crash_where_it_was() {
    let mut world = World::new(Setup::with(&[Chat::Open]), counter()).await;
    world.writes("ana", "oi").await;
    world.writes("ana", "nada").await;
    world.writes("ana", "3").await;
    world.eclusa.kill();
    world.eclusa.start_again();
    let sorry = format!("Não entendi.\n\n{MENU}");
    assert_eq!(world.told("ana", 4).await, ["Olá!", MENU, &sorry, MORE]);
    // How many answers were wrong is kept too.
    world.writes("ana", "nada").await;
    world.writes("ana", "0").await;
    world.writes("ana", "nada").await;
    assert!(world.eclusa.stop().success());
    world.eclusa.start_again();
    world.writes("ana", "nada").await;
    assert_eq!(world.told("ana", 7).await[4..], [MORE, MENU, &sorry]);
    assert_eq!(world.newest("ana").await["queue"], "front");
    world.is_as_simulated("ana", &[]).await;
}

#[tokio::test]
async fn who_is_in_a_conversation_keeps_the_flow_as_it_was() {
    let mut world = World::new(Setup::with(&[Chat::Open]), counter()).await;
    world.writes("ana", "oi").await;
    let refused = world.eclusa.cli(&["--json", "flow", "delete", "counter"]).await;
    assert!(refused.code == Some(1) && refused.out.contains("flow_in_use"), "{}", refused.out);

    let mut other = counter();
    other["menu"]["options"] =
        json!([{ "key": "x", "label": "Outra", "then": { "queue": "elsewhere" } }]);
    assert_eq!(world.eclusa.api("PUT", "/v1/flows/counter", &other).await.status, 200);
    world.writes("bia", "oi").await;
    assert_eq!(world.told("bia", 2).await[1], "Como podemos ajudar?\n\n1. Outra");
    world.writes("ana", "3").await;
    assert_eq!(world.told("ana", 3).await[2], MORE);

    // The channel has no flow any more, and the flow is gone.
    let none = json!({ "flow": null, "flow_runner": "platform" });
    let changed = world.eclusa.api("PATCH", "/v1/channels/site", &none).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let deleted = world.eclusa.cli(&["flow", "delete", "counter"]).await;
    assert_eq!(deleted.code, Some(0), "{}", deleted.err);
    world.eclusa.kill();
    world.eclusa.start_again();
    world.writes("bia", "1").await;
    world.writes("ana", "0").await;
    world.writes("ana", "1").await;
    assert_eq!(world.newest("bia").await["queue"], "elsewhere");
    assert_eq!(world.newest("ana").await["queue"], "sales");
    world.is_as_simulated("ana", &[]).await;

    // Nothing is said where an attendance opens now, and the one before has its end.
    world.changes("ana", "close", json!({})).await;
    world.writes("ana", "oi").await;
    world.writes("rui", "oi").await;
    let opened = world.newest("rui").await;
    assert_eq!((&opened["state"], &opened["flow"]), (&json!("queued"), &Value::Null));
    assert_eq!(world.newest("ana").await["flow"], Value::Null);
    assert_eq!(world.told("ana", 5).await[3..], [MENU, "Obrigado!"]);
    assert!(world.told("rui", 0).await.is_empty());
}
