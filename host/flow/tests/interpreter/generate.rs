//! Sound flows, and what happens to a contact, made up at random.

use eclusa_flow::{Flow, Input};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Value, json};

use crate::walls::{Zone, utc};

const KEYS: [&str; 8] = ["buy", "Onde", "PIX", "0", "9", "Ajuda", "é", "2-via"];
const LABELS: [&str; 8] =
    ["Comprar", "Horário", "Falar com pessoa", "Ação", "Não sei", "Voltar", "É urgente!", "Outra"];

fn text(body: &str) -> Value {
    json!({ "type": "text", "text": { "body": body } })
}

fn contents() -> impl Strategy<Value = Value> {
    let place =
        json!({ "type": "location", "location": { "latitude": -23.55, "longitude": -46.63 } });
    let one = select(vec![text("Olá"), text("Um momento"), text("Rua Um, 1"), place]);
    prop::collection::vec(one, 1..3).prop_map(Value::from)
}

fn no_contents() -> impl Strategy<Value = Value> {
    prop_oneof![1 => Just(json!([])), 3 => contents()]
}

fn queues() -> impl Strategy<Value = Value> {
    select(vec![json!({ "queue": null }), json!({ "queue": "sales" }), json!({ "queue": "night" })])
}

/// What an option does where it leads to no submenu.
fn leaves(depth: u32) -> impl Strategy<Value = Value> {
    let then = prop_oneof![2 => Just(json!("menu")), 1 => Just(json!("close")), 1 => queues()];
    let answer = (contents(), then)
        .prop_map(|(contents, then)| json!({ "answer": { "contents": contents, "then": then } }));
    let back = if depth == 0 { 0 } else { 3 };
    prop_oneof![2 => queues(), 3 => answer, back => Just(json!("back"))]
}

fn menus(depth: u32) -> BoxedStrategy<Value> {
    let then = match depth {
        0..3 => {
            let submenu = menus(depth + 1).prop_map(|menu| json!({ "submenu": menu }));
            prop_oneof![3 => leaves(depth), 1 => submenu].boxed()
        }
        _ => leaves(depth).boxed(),
    };
    let retries = prop::option::of(0..3_u32);
    let invalid = prop::option::of(select(vec!["Não entendi.", "Sorry?"]));
    let text = select(vec!["Como podemos ajudar?", "Escolha:"]);
    (1..5_usize, retries, invalid, text)
        .prop_flat_map(move |(count, retries, invalid, text)| {
            let keys = subsequence(KEYS.to_vec(), count).prop_shuffle();
            let labels = subsequence(LABELS.to_vec(), count).prop_shuffle();
            let thens = prop::collection::vec(then.clone(), count);
            (keys, labels, thens).prop_map(move |(keys, labels, thens)| {
                let options = keys.into_iter().zip(labels).zip(thens);
                let options: Vec<Value> = options
                    .map(|((key, label), then)| json!({ "key": key, "label": label, "then": then }))
                    .collect();
                let mut menu = json!({ "text": text, "invalid": invalid, "options": options });
                if let Some(retries) = retries {
                    menu["retries"] = json!(retries);
                }
                menu
            })
        })
        .boxed()
}

/// Times of the day in steps of half an hour, 24:00 among the ends.
fn spans() -> impl Strategy<Value = Value> {
    let time = |half: u32| format!("{:02}:{:02}", half / 2, half % 2 * 30);
    let one = (0..48_u32, 1..49_u32)
        .prop_filter("it has a length", |(from, to)| from != to)
        .prop_map(move |(from, to)| json!([{ "from": time(from), "to": time(to) }]));
    let split = (0..20_u32, 21..30_u32, 31..49_u32).prop_map(move |(from, noon, to)| {
        json!([{ "from": time(from), "to": time(noon) }, { "from": time(noon), "to": time(to) }])
    });
    prop_oneof![1 => Just(json!([])), 3 => one, 1 => split]
}

/// Opening times in a zone, with holidays next to where its clocks are set.
pub(crate) fn hours(zone: &'static Zone) -> impl Strategy<Value = Value> {
    let dates = zone.changes.iter().flat_map(|(at, _)| {
        (-2..3).map(|days| (utc(at) + time::Duration::days(days)).date().to_string())
    });
    let dates: Vec<String> =
        dates.flat_map(|date| [date.get(5..).unwrap_or_default().to_owned(), date]).collect();
    let holidays = prop::collection::vec((select(dates), spans()), 0..4).prop_map(|mut given| {
        given.sort_by(|a, b| a.0.cmp(&b.0));
        given.dedup_by(|a, b| a.0 == b.0);
        let one =
            |(date, open): (String, Value)| json!({ "date": date, "name": "x", "open": open });
        given.into_iter().map(one).collect::<Vec<_>>()
    });
    (prop::collection::vec(spans(), 7), holidays, no_contents()).prop_map(
        move |(days, holidays, away)| {
            let names =
                ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
            let weekly: serde_json::Map<String, Value> =
                names.iter().map(|it| (*it).to_owned()).zip(days).collect();
            json!({ "time_zone": zone.name, "weekly": weekly, "holidays": holidays,
                    "away": away, "then": { "queue": null } })
        },
    )
}

fn idle() -> impl Strategy<Value = Value> {
    let step = |seconds: u32, contents| json!({ "after_seconds": seconds, "contents": contents });
    let reminder = (1..60_u32, contents()).prop_map(move |(after, it)| step(after, it));
    let close = (60..300_u32, no_contents()).prop_map(move |(after, it)| step(after, it));
    (prop::option::of(reminder), prop::option::of(close))
        .prop_map(|(reminder, close)| json!({ "reminder": reminder, "close": close }))
}

/// A flow in which nothing is wrong, in a zone.
pub(crate) fn flows(zone: &'static Zone) -> impl Strategy<Value = Value> {
    let then = prop_oneof![1 => Just(json!("menu")), 1 => Just(json!("close")), 1 => queues()];
    (
        (no_contents(), no_contents()),
        prop::option::weighted(0.9, menus(0)),
        prop::option::of((hours(zone), then)),
        prop::option::of(Just("front")),
        prop::option::weighted(0.8, idle()),
    )
        .prop_map(|((greeting, closing), menu, hours, queue, idle)| {
            let hours = hours.map(|(mut hours, then)| {
                hours["then"] = then;
                hours
            });
            json!({ "id": "made", "name": "Made", "greeting": greeting, "closing": closing,
                    "menu": menu, "hours": hours, "queue": queue, "idle": idle })
        })
        .prop_filter("it is sound", is_sound)
}

/// Whether nothing is wrong in it. Of what was made by the rules of options, nothing may
/// be: only these can come of chance.
pub(crate) fn is_sound(flow: &Value) -> bool {
    let of_chance =
        ["loop_without_way_out", "never_open", "overlapping_hours", "no_menu", "missing_text"];
    match Flow::new(serde_json::from_value(flow.clone()).unwrap()) {
        Ok(_) => true,
        Err(found) => {
            assert!(found.errors.iter().all(|it| of_chance.contains(&it.code)), "{found:?}");
            false
        }
    }
}

/// What people type for a sign.
fn typed() -> impl Strategy<Value = String> {
    let signs: Vec<&str> = KEYS.into_iter().chain(LABELS).chain(["1", "2", "3", "4"]).collect();
    let ways: [fn(&str) -> String; 6] = [
        str::to_owned,
        str::to_uppercase,
        |sign| format!("  {sign}\n"),
        |sign| format!("{sign}."),
        |sign| format!("{sign} )"),
        |sign| sign.replace(['á', 'ã'], "a").replace(['ç', 'é'], "c"),
    ];
    (select(signs), select(ways.to_vec())).prop_map(|(sign, way)| way(sign))
}

fn inputs() -> impl Strategy<Value = Input> {
    let presses = (typed(), prop::option::of(typed()))
        .prop_map(|(payload, title)| Input::Presses { payload, title });
    let odd = select(vec!["", " ", ".", "0)", "77", "-1", "quero", "1 2"]);
    prop_oneof![
        12 => typed().prop_map(Input::Writes),
        2 => odd.prop_map(|it| Input::Writes(it.to_owned())),
        3 => presses,
        1 => Just(Input::Sends),
        2 => Just(Input::Answered),
        1 => select(vec![Input::Assigned, Input::Queued, Input::Transferred]),
        1 => Just(Input::Closed),
        4 => Just(Input::Due),
    ]
}

/// A history which begins near a change of the zone's clocks.
fn histories(zone: &'static Zone) -> impl Strategy<Value = Vec<(i64, Input)>> {
    let begins = (any::<Index>(), -72 * 60..72 * 60_i64).prop_map(|(change, minutes)| {
        let (at, _) = change.get(zone.changes);
        utc(at).unix_timestamp() + minutes * 60
    });
    let waits = prop_oneof![4 => 0..30_i64, 3 => 30..400_i64, 1 => 3_600..100_000_i64];
    (begins, prop::collection::vec((waits, inputs()), 1..30)).prop_map(|(begins, steps)| {
        let mut at = begins * 1000;
        let moment = |(wait, input)| {
            at += wait * 1000;
            (at, input)
        };
        steps.into_iter().map(moment).collect()
    })
}

/// A flow, and what happens on its channel.
pub(crate) fn conversations(
    zone: &'static Zone,
) -> impl Strategy<Value = (Value, Vec<(i64, Input)>)> {
    (flows(zone), histories(zone))
}
