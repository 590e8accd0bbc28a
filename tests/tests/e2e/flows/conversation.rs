//! A contact is led to a person, and the flow falls silent.

use eclusa_tests::{Chat, FakePlatform, Setup, eventually};
use serde_json::{Value, json};

use super::world::{MENU, MORE, World, counter, text};

#[tokio::test]
async fn a_contact_goes_through_menus_to_a_person_and_the_flow_falls_silent() {
    let platform = FakePlatform::start();
    let setup = Setup::with(&[Chat::Open]).platform(&platform);
    let mut world = World::new(setup, counter()).await;
    let ana = "ana";
    world.writes(ana, "oi").await;
    assert_eq!(world.told(ana, 2).await, ["Olá!", MENU]);
    assert_eq!(world.newest(ana).await["queue"], Value::Null);
    // By number, by button, by key of digits, by label; a file is no answer.
    world.writes(ana, "2.").await;
    world.presses(ana, "more").await;
    world.writes(ana, "0").await;
    world.sends(ana).await;
    world.writes(ana, " ONDE FICA?").await;
    // So many wrong answers in a row that a person takes over.
    world.writes(ana, "quero falar").await;
    world.writes(ana, "com alguém").await;
    let sorry = format!("Não entendi.\n\n{MENU}");
    let told = world.told(ana, 10).await;
    let expected = ["Rua Um, 1", MENU, MORE, MENU, &sorry, "Rua Um, 1", MENU, &sorry];
    assert_eq!(told[2..], expected);
    let waits = world.newest(ana).await;
    assert_eq!((&waits["state"], &waits["queue"]), (&json!("queued"), &json!("front")));
    assert_eq!(waits["changed_by"], "flow:counter");
    assert_eq!(waits["first_answer_at"], Value::Null);

    world.changes(ana, "assign", json!({ "agent": "rui" })).await;
    world.answers(ana, "Sou o Rui").await;
    for words in ["1", "more", "Encerrar"] {
        world.writes(ana, words).await;
    }
    assert!(world.newest(ana).await["first_answer_at"].is_string());
    world.changes(ana, "close", json!({})).await;
    // The next word opens another one, and the flow begins again.
    world.writes(ana, "oi de novo").await;
    world.writes(ana, "comprar:").await;
    let told = world.told(ana, 14).await;
    assert_eq!(told[10..], ["Sou o Rui", "Obrigado!", "Olá!", MENU]);
    assert_eq!(world.newest(ana).await["queue"], "sales");
    world.is_as_simulated(ana, &["Sou o Rui"]).await;

    // An option that answers and ends; the platform is told by whom.
    let bia = "bia";
    for words in ["oi", "mais", "2", "oi"] {
        world.writes(bia, words).await;
    }
    let ends = ["Olá!", MENU, MORE, "Até logo", "Obrigado!", "Olá!", MENU];
    assert_eq!(world.told(bia, 7).await, ends);
    world.is_as_simulated(bia, &[]).await;
    let closed = eventually("the platform is told", async || {
        let pushed = platform.requests().into_iter().map(|push| push.json());
        let mut pushed = pushed.filter(|it| it["type"] == "attendance.closed");
        pushed.find(|it| it["attendance"]["conversation"] == "bia")
    })
    .await;
    let attendance = &closed["attendance"];
    assert_eq!(
        (&attendance["reason"], &attendance["changed_by"]),
        (&json!("answered"), &json!("flow:counter"))
    );
}

#[tokio::test]
async fn who_writes_on_a_holiday_is_told_so_and_waits_in_another_queue() {
    let days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days = (1..).zip(days).flat_map(|(month, days)| {
        (1..=days).map(move |day| json!({ "date": format!("{month:02}-{day:02}"), "name": "x" }))
    });
    let mut flow = counter();
    flow["hours"] = json!({
        "time_zone": "America/Sao_Paulo", "weekly": {}, "holidays": days.collect::<Vec<_>>(),
        "away": [text("Fechado.")], "then": { "queue": "night" },
    });
    for day in ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] {
        flow["hours"]["weekly"][day] = json!([{ "from": "00:00", "to": "24:00" }]);
    }
    let mut world = World::new(Setup::with(&[Chat::Open]), flow).await;
    world.writes("ana", "oi").await;
    world.writes("ana", "1").await;
    assert_eq!(world.told("ana", 2).await, ["Olá!", "Fechado."]);
    assert_eq!(world.newest("ana").await["queue"], "night");
    world.is_as_simulated("ana", &[]).await;
}
