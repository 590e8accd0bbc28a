//! A journal does what the simulator says, over conversations made up at random.

use eclusa_flow::{Action, Input, Moment, What, simulate};
use eclusa_journal::{Flows, rfc3339};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::world::{NINE, World, counter, flow, text};
use crate::{Maker, Memory, Sqlite};

/// One of the flows that can be made of these parts.
fn documents() -> impl Strategy<Value = Value> {
    let then = prop::sample::select(vec![
        json!("menu"),
        json!("close"),
        json!({ "queue": "night" }),
        json!({ "queue": null }),
    ]);
    let zones = prop::sample::select(vec!["America/Sao_Paulo", "Europe/Berlin", "Asia/Kolkata"]);
    let opens = prop::option::of((then, zones, 0..24_u32, 1..24_u32));
    (opens, any::<[bool; 5]>(), 0..3_u32).prop_map(|(opens, parts, retries)| {
        let [menu, reminder, close, closing, greeting] = parts;
        let mut document = counter();
        document["menu"]["retries"] = json!(retries);
        document["menu"]["options"][1] = json!({ "key": "more", "label": "Mais opções", "then": {
            "submenu": { "text": "More", "options": [
                { "key": "0", "label": "Voltar", "then": "back" },
                { "key": "ask", "label": "Pergunta", "then": { "answer": {
                    "contents": [text("Answer")], "then": { "queue": null } } } } ] } } });
        let is_menu = |(then, ..): &(Value, &str, u32, u32)| *then == json!("menu");
        if !menu && !opens.as_ref().is_some_and(is_menu) {
            document["menu"] = Value::Null;
        }
        if let Some((then, zone, from, hours)) = opens {
            let spans = json!([{ "from": format!("{from:02}:00"),
                                 "to": format!("{:02}:00", (from + hours) % 24) }]);
            document["hours"] = json!({ "time_zone": zone, "weekly": {
                "monday": spans, "wednesday": spans }, "away": [text("Away")], "then": then });
        }
        for (keep, name) in [(reminder, "reminder"), (close, "close")] {
            if !keep {
                document["idle"][name] = Value::Null;
            }
        }
        for (keep, name) in [(closing, "closing"), (greeting, "greeting")] {
            if !keep {
                document[name] = json!([]);
            }
        }
        document
    })
}

fn inputs() -> impl Strategy<Value = Input> {
    let words = ["1", "2", "3", "BUY", "mais opcoes", "voltar", "0", "bye", "what?"];
    let writes = prop::sample::select(words.to_vec());
    prop_oneof![
        8 => writes.clone().prop_map(|it| Input::Writes(it.to_owned())),
        2 => (writes, any::<bool>()).prop_map(|(it, titled)| Input::Presses {
            payload: if titled { "?".to_owned() } else { it.to_owned() },
            title: titled.then(|| it.to_owned()),
        }),
        1 => Just(Input::Sends),
        2 => Just(Input::Answered),
        1 => Just(Input::Assigned),
        1 => Just(Input::Queued),
        1 => Just(Input::Transferred),
        1 => Just(Input::Closed),
        3 => Just(Input::Due),
    ]
}

fn conversations() -> impl Strategy<Value = (Value, Vec<(i64, Input)>)> {
    let waits = prop_oneof![3 => 0..50_i64, 2 => 50..200_i64, 1 => 3_600..100_000_i64];
    (documents(), prop::collection::vec((waits, inputs()), 1..20))
}

/// Plays a conversation in both, and compares what the flow did and when.
async fn same(maker: &impl Maker, document: &Value, inputs: &[(i64, Input)]) {
    let mut at = NINE;
    let script: Vec<(i64, Moment)> = inputs
        .iter()
        .map(|(wait, input)| {
            at += wait * 1000;
            (at, Moment { at: rfc3339(at), input: input.clone() })
        })
        .collect();
    let moments: Vec<Moment> = script.iter().map(|(_, moment)| moment.clone()).collect();
    let simulated = simulate(&flow(document.clone()), &moments).unwrap();
    let mut world = World::new(maker, document.clone()).await;
    for (at, moment) in &script {
        // Time passes: what is due is done when it is due. Each word of ours brings two
        // such things at most.
        let mut done = 0;
        while let Some(due) = world.journal.flows_due().await.unwrap().filter(|due| due <= at) {
            world.set(due);
            assert_eq!(world.journal.advance_flows(1, true).await.unwrap().count, 1);
            done += 1;
            assert!(done <= 2, "what was due at {} is due again", rfc3339(due));
        }
        world.set(*at);
        world.happen(&moment.input).await;
    }
    let expected: Vec<(String, Value)> = simulated
        .transcript
        .iter()
        .filter_map(|told| match &told.what {
            What::Action(action) => Some((told.at.clone(), shown(action))),
            _ => None,
        })
        .collect();
    assert_eq!(world.acted().await, expected);
    let due = world.journal.flows_due().await.unwrap().map(rfc3339);
    assert_eq!(due, simulated.due_at);
}

fn shown(action: &Action) -> Value {
    serde_json::to_value(action).unwrap()
}

pub(crate) async fn a_conversation_goes_as_simulated(maker: &impl Maker) {
    let writes = |text: &str| Input::Writes(text.to_owned());
    let inputs = [
        (0, writes("hi")),
        (70, writes("what?")),
        (1, writes("where?")),
        (1, Input::Presses { payload: "buy".to_owned(), title: None }),
        (500, Input::Assigned),
        (1, Input::Answered),
        (600, Input::Due),
        (1, writes("hello?")),
    ];
    same(maker, &counter(), &inputs).await;
}

fn run<M: Maker>((document, inputs): (Value, Vec<(i64, Input)>)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(same(&M::default(), &document, &inputs));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_conversation_goes_as_simulated_in_memory(conversation in conversations()) {
        run::<Memory>(conversation);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_conversation_goes_as_simulated_in_sqlite(conversation in conversations()) {
        run::<Sqlite>(conversation);
    }
}
