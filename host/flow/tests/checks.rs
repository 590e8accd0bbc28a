//! What is found in a flow before it is saved.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use eclusa_flow::{Flow, FlowDocument, check};
use serde_json::{Value, json};

fn text(body: &str) -> Value {
    json!({ "type": "text", "text": { "body": body } })
}

fn shop() -> Value {
    json!({
        "id": "shop", "name": "Shop", "greeting": [text("Olá!")], "queue": "front",
        "hours": {
            "time_zone": "America/Sao_Paulo",
            "weekly": { "monday": [{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "24:00" }],
                        "friday": [{ "from": "22:00", "to": "02:00" }] },
            "holidays": [{ "date": "12-25", "name": "Natal" },
                         { "date": "2026-12-24", "name": "Véspera", "open": [{ "from": "08:00", "to": "12:00" }] }],
            "away": [text("Estamos fechados.")], "then": "close"
        },
        "menu": { "text": "Como podemos ajudar?", "invalid": "Não entendi.", "options": [
            { "key": "buy", "label": "Comprar", "then": { "queue": "sales" } },
            { "key": "where", "label": "Onde fica?", "then": { "answer": {
                "contents": [text("Rua Um, 1")], "then": "menu" } } },
            { "key": "more", "label": "Mais", "then": { "submenu": { "text": "Mais", "options": [
                { "key": "0", "label": "Voltar", "then": "back" },
                { "key": "bye", "label": "Encerrar", "then": { "answer": {
                    "contents": [text("Até logo")], "then": "close" } } } ] } } }
        ] },
        "idle": { "reminder": { "after_seconds": 60, "contents": [text("Ainda está aí?")] },
                  "close": { "after_seconds": 120, "contents": [text("Encerramos.")] } },
        "closing": [text("Obrigado!")]
    })
}

/// Errors and warnings as `code pointer`, of the shop with one value set.
fn found(pointer: &str, value: Value) -> (Vec<String>, Vec<String>) {
    let mut flow = shop();
    match flow.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            flow.pointer_mut(parent).unwrap()[key] = value;
        }
    }
    let found = check(&serde_json::from_value::<FlowDocument>(flow).unwrap());
    let names = |list: Vec<eclusa_flow::Finding>| {
        list.into_iter().map(|it| format!("{} {}", it.code, it.pointer)).collect()
    };
    (names(found.errors), names(found.warnings))
}

#[test]
fn a_sound_flow_has_no_findings_and_survives_json() {
    let document: FlowDocument = serde_json::from_value(shop()).unwrap();
    let found = check(&document);
    assert_eq!((found.errors, found.warnings), (vec![], vec![]));
    let again = serde_json::to_string(&document).unwrap();
    assert_eq!(serde_json::from_str::<FlowDocument>(&again).unwrap(), document);
    assert!(Flow::new(document).is_ok());
}

#[test]
fn each_fault_has_its_code_and_place() {
    let long = "x".repeat(5000);
    let spans = |list: &[(&str, &str)]| -> Value {
        list.iter().map(|(from, to)| json!({ "from": from, "to": to })).collect()
    };
    let to_menu = |label: &str| {
        json!({ "key": label, "label": label, "then": { "answer": {
        "contents": [text("x")], "then": "menu" } } })
    };
    let errors = [
        ("/id", json!("Shop"), "invalid_id /id"),
        ("/name", json!(" "), "invalid_name /name"),
        ("/queue", json!(" front"), "invalid_queue /queue"),
        ("/greeting/0/text/body", json!(" "), "empty_text /greeting/0/text/body"),
        ("/greeting/0/text/body", json!(long), "text_too_long /greeting/0/text/body"),
        ("/greeting", vec![text("x"); 11].into(), "too_many /greeting"),
        (
            "/greeting/0",
            json!({ "type": "audio", "audio": { "handle": "1" } }),
            "handle_in_flow /greeting/0/audio/handle",
        ),
        (
            "/greeting/0",
            json!({ "type": "audio", "audio": { "url": "ftp://a/b" } }),
            "invalid_content /greeting/0/audio/url",
        ),
        (
            "/greeting/0",
            json!({ "type": "location", "location": { "latitude": 91, "longitude": 0 } }),
            "invalid_content /greeting/0/location/latitude",
        ),
        ("/hours/time_zone", json!("Sao_Paulo"), "unknown_time_zone /hours/time_zone"),
        (
            "/hours/weekly/monday",
            spans(&[("8:00", "12:00")]),
            "invalid_time /hours/weekly/monday/0/from",
        ),
        (
            "/hours/weekly/monday",
            spans(&[("24:00", "12:00")]),
            "invalid_time /hours/weekly/monday/0/from",
        ),
        (
            "/hours/weekly/monday",
            spans(&[("08:00", "24:01")]),
            "invalid_time /hours/weekly/monday/0/to",
        ),
        ("/hours/weekly/monday", spans(&[("08:00", "08:00")]), "empty_span /hours/weekly/monday/0"),
        (
            "/hours/weekly/monday",
            spans(&[("08:00", "12:00"), ("11:59", "13:00")]),
            "overlapping_hours /hours/weekly/monday/1",
        ),
        // Friday's goes on until 02:00.
        (
            "/hours/weekly/saturday",
            spans(&[("01:00", "03:00")]),
            "overlapping_hours /hours/weekly/saturday/0",
        ),
        // And Sunday's until Monday.
        (
            "/hours/weekly/sunday",
            spans(&[("22:00", "09:00")]),
            "overlapping_hours /hours/weekly/monday/0",
        ),
        (
            "/hours/weekly/monday",
            spans(&[
                ("00:00", "00:30"),
                ("01:00", "01:30"),
                ("02:00", "02:30"),
                ("03:00", "03:30"),
                ("04:00", "04:30"),
                ("05:00", "05:30"),
                ("06:00", "06:30"),
                ("07:00", "07:30"),
                ("08:00", "08:30"),
            ]),
            "too_many /hours/weekly/monday",
        ),
        ("/hours/holidays/0/date", json!("02-30"), "impossible_date /hours/holidays/0/date"),
        ("/hours/holidays/1/date", json!("2026-02-29"), "impossible_date /hours/holidays/1/date"),
        ("/hours/holidays/1/date", json!("2026-2-01"), "impossible_date /hours/holidays/1/date"),
        ("/hours/holidays/1/date", json!("12-25"), "duplicate_holiday /hours/holidays/1/date"),
        (
            "/hours/holidays/0/open",
            spans(&[("08:00", "10:00"), ("09:00", "11:00")]),
            "overlapping_hours /hours/holidays/0/open/1",
        ),
        ("/hours/away", json!([]), "missing_text /hours/away"),
        ("/menu/text", json!(""), "empty_text /menu/text"),
        ("/menu/retries", json!(11), "invalid_retries /menu/retries"),
        ("/menu/options", json!([]), "empty_menu /menu/options"),
        ("/menu/options/1/key", json!(" BUY"), "duplicate_key /menu/options/1/key"),
        ("/menu/options/1/label", json!("comprar"), "duplicate_label /menu/options/1/label"),
        ("/menu/options/1/label", json!("Buy"), "unreachable_option /menu/options/1/label"),
        ("/menu/options/1/label", json!("1"), "unreachable_option /menu/options/1/label"),
        ("/menu/options/0/key", json!("2"), "unreachable_option /menu/options/0/key"),
        ("/menu/options/0/then", json!("back"), "back_from_first_menu /menu/options/0/then"),
        (
            "/menu/options/1/then/answer/contents",
            json!([]),
            "missing_text /menu/options/1/then/answer/contents",
        ),
        (
            "/menu/options",
            json!([to_menu("a"), to_menu("b")]),
            "loop_without_way_out /menu/options",
        ),
        (
            "/menu/options/2/then/submenu/options",
            json!([to_menu("a")]),
            "loop_without_way_out /menu/options/2/then/submenu/options",
        ),
        ("/idle/close/after_seconds", json!(60), "close_before_reminder /idle/close/after_seconds"),
        (
            "/idle/close/after_seconds",
            json!(2_592_001),
            "invalid_seconds /idle/close/after_seconds",
        ),
        ("/idle/reminder/after_seconds", json!(0), "invalid_seconds /idle/reminder/after_seconds"),
        ("/idle/reminder/contents", json!([]), "missing_text /idle/reminder/contents"),
    ];
    for (pointer, value, expected) in errors {
        let (errors, _) = found(pointer, value.clone());
        assert_eq!(errors, [expected], "{pointer} = {value}");
    }
}

#[test]
fn what_is_allowed_and_hardly_meant_is_a_warning() {
    let menu = json!({ "text": "?", "options": [{ "key": "a", "label": "b", "then": { "answer": {
        "contents": [text("x")], "then": "close" } } }] });
    for (pointer, value, expected) in [
        ("/menu", menu, "no_option_for_a_person /menu/options"),
        ("/idle", json!({}), "idle_without_effect /idle"),
    ] {
        assert_eq!(found(pointer, value), (vec![], vec![expected.to_owned()]));
    }
    let mut flow = shop();
    flow["hours"]["then"] = json!("menu");
    flow["hours"]["away"] = json!([]);
    let silent = check(&serde_json::from_value(flow.clone()).unwrap());
    assert_eq!(silent.warnings[0].code, "no_away_message");
    flow["menu"] = Value::Null;
    assert_eq!(check(&serde_json::from_value(flow).unwrap()).errors[0].code, "no_menu");
}

#[test]
fn never_open_and_menus_without_end_are_refused() {
    let (errors, _) = found(
        "/hours",
        json!({ "time_zone": "UTC", "weekly": {}, "away": [text("x")],
        "then": { "queue": null } }),
    );
    assert_eq!(errors, ["never_open /hours/weekly"]);
    let mut menu = json!({ "text": "?", "options": [
        { "key": "p", "label": "Person", "then": { "queue": null } } ] });
    for _ in 0..5 {
        menu = json!({ "text": "?", "options": [
            { "key": "m", "label": "More", "then": { "submenu": menu } } ] });
    }
    let (errors, _) = found("/menu", menu);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("menu_too_deep "), "{errors:?}");
    let (errors, _) = found("/greeting", vec![text(&"x".repeat(4000)); 70].into());
    assert_eq!(errors, ["flow_too_large "]);
}

#[test]
fn unknown_keys_are_errors_at_every_level() {
    for pointer in [
        "",
        "/hours",
        "/hours/weekly",
        "/hours/holidays/0",
        "/menu",
        "/menu/options/0",
        "/menu/options/1/then/answer",
        "/idle",
        "/idle/close",
    ] {
        let mut flow = shop();
        flow.pointer_mut(pointer).unwrap()["colour"] = json!("red");
        let read = serde_json::from_value::<FlowDocument>(flow);
        assert!(read.unwrap_err().to_string().contains("colour"), "{pointer}");
    }
}
