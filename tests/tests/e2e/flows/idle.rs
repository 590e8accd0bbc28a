//! Who does not answer is reminded, then let go. The least time is a second, so these
//! wait for what comes and not for a time.

use eclusa_tests::{Chat, Setup, eventually};
use serde_json::{Value, json};

use super::world::{MENU, World, counter, text};

fn impatient() -> Value {
    let mut flow = counter();
    flow["idle"] = json!({
        "reminder": { "after_seconds": 1, "contents": [text("Ainda está aí?")] },
        "close": { "after_seconds": 2, "contents": [text("Encerramos.")] },
    });
    flow
}

const ENDS: [&str; 5] = ["Olá!", MENU, "Ainda está aí?", "Encerramos.", "Obrigado!"];

#[tokio::test]
async fn who_does_not_answer_is_reminded_and_then_let_go() {
    let mut world = World::new(Setup::with(&[Chat::Open]), impatient()).await;
    // One waits for a person all the while: nobody reminds him.
    world.writes("rui", "oi").await;
    world.writes("rui", "1").await;
    world.writes("ana", "oi").await;
    assert_eq!(world.told("ana", 5).await, ENDS);
    let closed = world.newest("ana").await;
    assert_eq!((&closed["state"], &closed["reason"]), (&json!("closed"), &json!("idle")));
    assert_eq!(closed["changed_by"], "flow:counter");
    world.writes("ana", "desculpe").await;
    assert_eq!(world.told("ana", 7).await[5..], ["Olá!", MENU]);
    assert_ne!(world.newest("ana").await["protocol"], closed["protocol"]);
    // An agent's message waits for an answer too.
    world.changes("rui", "assign", json!({ "agent": "eva" })).await;
    world.answers("rui", "Sou a Eva").await;
    let told = world.told("rui", 6).await;
    let expected = ["Olá!", MENU, "Sou a Eva", "Ainda está aí?", "Encerramos.", "Obrigado!"];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_was_due_while_the_server_was_dead_is_done_once() {
    let mut world = World::new(Setup::with(&[Chat::Open]), impatient()).await;
    world.writes("ana", "oi").await;
    world.told("ana", 2).await;
    for _ in 0..3 {
        world.eclusa.kill();
        world.eclusa.start_again();
    }
    assert_eq!(world.told("ana", 5).await, ENDS);
    let closed = eventually("it is closed", async || {
        Some(world.newest("ana").await).filter(|it| it["state"] == "closed")
    })
    .await;
    assert_eq!(closed["reason"], "idle");
    assert_eq!(world.told("ana", 5).await.len(), 5);
}
