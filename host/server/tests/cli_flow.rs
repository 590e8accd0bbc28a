//! `eclusa flow`: what needs no server, and what talks to one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/server.rs"]
mod server;
mod support;

use serde_json::{Value, json};
use server::Running;
use support::{run, run_with, write};

fn text(body: &str) -> Value {
    json!({ "type": "text", "text": { "body": body } })
}

/// A flow in which nothing is wrong.
fn counter() -> Value {
    json!({
        "id": "counter", "name": "Counter", "greeting": [text("Olá!")], "queue": "front",
        "menu": { "text": "Como podemos ajudar?", "options": [
            { "key": "buy", "label": "Comprar", "then": { "queue": "sales" } },
            { "key": "bye", "label": "Encerrar", "then": { "answer": {
                "contents": [text("Até logo")], "then": "close" } } } ] },
        "idle": { "reminder": { "after_seconds": 60, "contents": [text("Ainda está aí?")] } },
        "closing": [text("Obrigado!")]
    })
}

/// The same with two errors and a warning.
fn faulty() -> Value {
    let mut flow = counter();
    flow["menu"]["options"][0]["then"] = json!({ "answer": {
        "contents": [text("x")], "then": "close" } });
    flow["menu"]["options"][1]["key"] = json!("BUY");
    flow["closing"][0]["text"]["body"] = json!(" ");
    flow
}

fn at(time: &str, input: Value) -> Value {
    json!({ "at": format!("2026-03-02T{time}-03:00"), "input": input })
}

#[test]
fn a_flow_is_checked_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let sound = write(folder.path(), "sound.json", counter().to_string());
    let said = run(&["flow", "check", &sound]);
    assert_eq!((said.code, said.out.as_str()), (0, "nothing found\n"), "{}", said.err);
    let found = run(&["--json", "flow", "check", &sound]);
    assert_eq!((found.code, found.json()), (0, json!({ "errors": [], "warnings": [] })));

    let wrong = write(folder.path(), "wrong.json", faulty().to_string());
    let said = run(&["flow", "check", &wrong]);
    assert_eq!(said.code, 1);
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].starts_with("error /closing/0/text/body (empty_text): "), "{}", said.out);
    assert!(lines[1].starts_with("error /menu/options/1/key (duplicate_key): "), "{}", said.out);
    assert!(lines[2].starts_with("warning /menu/options (no_option_for_a_person): "));
    assert_eq!(lines.len(), 3);
    // The same by standard input, to read by a program.
    let found = run_with(&["--json", "flow", "check", "-"], faulty().to_string().as_bytes());
    assert_eq!(found.code, 1);
    let found = found.json();
    let places = |kind: &str| -> Vec<(String, String)> {
        let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
        let all = found[kind].as_array().unwrap().iter();
        all.map(|it| (text(it, "pointer"), text(it, "code"))).collect()
    };
    let owned = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    let errors = [
        owned("/closing/0/text/body", "empty_text"),
        owned("/menu/options/1/key", "duplicate_key"),
    ];
    assert_eq!(places("errors"), errors);
    assert_eq!(places("warnings"), [owned("/menu/options", "no_option_for_a_person")]);
}

#[test]
fn what_is_no_flow_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut flow = counter();
    flow["menu"]["options"][0]["lable"] = json!("x");
    let unknown = write(folder.path(), "flow.json", flow.to_string());
    for args in
        [vec!["flow", "check", &unknown], vec!["flow", "simulate", &unknown, "--script", &unknown]]
    {
        let refused = run(&args);
        assert_eq!(refused.code, 1);
        assert!(refused.err.contains("/menu/options/0/lable"), "{}", refused.err);
        assert!(refused.err.contains("unknown field `lable`"), "{}", refused.err);
    }
    let missing = run(&["--json", "flow", "check", "nowhere.json"]);
    assert_eq!(missing.code, 1);
    assert!(missing.text("/error/message").contains("nowhere.json"), "{}", missing.out);
    let usage = run(&["flow", "simulate", &unknown]);
    assert_eq!(usage.code, 2);
    assert!(usage.err.contains("--script"), "{}", usage.err);
    let help = run(&["flow", "--help"]);
    assert!(help.out.contains("eclusa flow simulate flow.json --script script.json"));
}

#[test]
fn a_script_is_simulated_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let flow = write(folder.path(), "flow.json", counter().to_string());
    let script = json!([
        at("09:00:00", json!({ "writes": "oi" })),
        at("09:02:00", json!({ "presses": { "payload": "bye" } })),
        at("09:03:00", json!("sends")),
    ]);
    let script = write(folder.path(), "script.json", script.to_string());
    let args = ["flow", "simulate", &flow, "--script", &script];
    let said = run(&args);
    assert_eq!(said.code, 0, "{}", said.err);
    let told: Vec<&str> = said.out.lines().map(|line| line.split_once(' ').unwrap().1).collect();
    assert_eq!(told.len(), 14, "{}", said.out);
    for (line, wanted) in [
        (0, r#"{"writes":"oi"}"#),
        (1, "an attendance opens"),
        (2, "\u{2192} Olá!"),
        (3, "\u{2192} Como podemos ajudar?"),
        (4, "\u{2192} Ainda está aí?"),
        (6, "\u{2192} Até logo"),
        (7, "\u{2192} Obrigado!"),
        (8, "closes (answered)"),
        (10, "an attendance opens"),
        (13, "something is due"),
    ] {
        assert!(told[line].contains(wanted), "{line} {wanted}: {}", said.out);
    }
    let json = run(&[&["--json"], &args[..]].concat()).json();
    assert_eq!(json["transcript"][4]["action"]["says"]["text"]["body"], "Ainda está aí?");
    assert_eq!(json["transcript"][4]["at"], "2026-03-02T12:01:00Z");
    assert_eq!(json["due_at"], "2026-03-02T12:04:00Z");
    assert_eq!(json["stopped"], Value::Null);
    assert_eq!(json["session"]["stage"]["menu"]["wrong"], 0);

    // What is wrong in the flow or the script is told with its place.
    let wrong = write(folder.path(), "wrong.json", faulty().to_string());
    let refused = run(&["--json", "flow", "simulate", &wrong, "--script", &script]);
    assert_eq!((refused.code, refused.text("/error/code").as_str()), (1, "invalid_flow"));
    assert!(refused.text("/error/message").contains("/menu/options/1/key (duplicate_key)"));
    for (moments, pointer) in [
        (json!([at("09:00:00", json!("due")), at("08:59:59", json!("due"))]), "/1/at"),
        (json!([{ "at": "today", "input": "due" }]), "/0/at"),
        (json!([at("09:00:00", json!({ "shouts": "hi" }))]), "/0/input"),
        (vec![at("09:00:00", json!("due")); 501].into(), "at most 500"),
    ] {
        let script = write(folder.path(), "bad.json", moments.to_string());
        let refused = run(&["flow", "simulate", &flow, "--script", &script]);
        assert_eq!(refused.code, 1);
        assert!(refused.err.contains(pointer), "{pointer}: {}", refused.err);
    }
}

#[test]
fn a_transcript_that_is_too_large_stops_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let mut flow = counter();
    flow["menu"] = Value::Null;
    flow["greeting"] = vec![text(&"x".repeat(4000)); 10].into();
    let flow = write(folder.path(), "flow.json", flow.to_string());
    // Each two open and close an attendance: some 40 KB.
    let moments: Vec<Value> = (0..250)
        .flat_map(|_| ["sends", "closed"].map(|input| at("09:00:00", json!(input))))
        .collect();
    let script = write(folder.path(), "script.json", Value::from(moments).to_string());
    let args = ["flow", "simulate", &flow, "--script", &script];
    let json = run(&[&["--json"], &args[..]].concat());
    assert_eq!(json.code, 1);
    let ran = json.json();
    let bytes = ran["transcript"].to_string().len();
    assert!((4 << 20..(4 << 20) + (64 << 10)).contains(&bytes), "{bytes}");
    // It is the first moment of which nothing is told.
    let inputs =
        ran["transcript"].as_array().unwrap().iter().filter(|it| it["input"] != Value::Null);
    assert_eq!(ran["stopped"]["pointer"], format!("/{}", inputs.count()));
    let said = run(&args);
    assert_eq!(said.code, 1);
    let last = said.out.lines().last().unwrap();
    let pointer = ran["stopped"]["pointer"].as_str().unwrap();
    assert!(last.starts_with("stopped before ") && last.contains(pointer), "{last}");
    assert!(last.contains("4 MiB"), "{last}");
}

#[test]
fn flows_of_a_server_are_applied_listed_shown_and_deleted() {
    let server = Running::start();
    let folder = tempfile::tempdir().unwrap();
    let flow = write(folder.path(), "flow.json", counter().to_string());
    let mut other = counter();
    other["id"] = json!("night");
    other["menu"]["options"].as_array_mut().unwrap().remove(0);
    let other = write(folder.path(), "other.json", other.to_string());
    let applied = server.run(&["flow", "apply", "-f", &flow, "-f", &other]);
    assert_eq!(applied.out, "created counter\ncreated night\n", "{}", applied.err);
    assert_eq!(applied.code, 0);
    assert!(applied.err.contains("warning: /menu/options: "), "{}", applied.err);
    let again = server.json(&["flow", "apply", "-f", &flow]);
    assert_eq!(again["flows"][0]["result"], "replaced");
    assert_eq!(again["flows"][0]["flow"]["revision"], 2);

    let listed = server.done(&["flow", "list"]);
    let rows: Vec<&str> = listed.lines().collect();
    assert!(rows[0].starts_with("id") && rows[1].starts_with("counter"), "{listed}");
    assert!(rows[2].starts_with("night") && rows.len() == 3, "{listed}");
    let listed = server.json(&["flow", "list"]);
    assert_eq!(
        (&listed["flows"][0]["id"], &listed["flows"][1]["revision"]),
        (&json!("counter"), &json!(1))
    );
    let shown: Value = serde_json::from_str(&server.done(&["flow", "show", "counter"])).unwrap();
    assert_eq!(
        (&shown["menu"]["text"], &shown["revision"]),
        (&counter()["menu"]["text"], &json!(2))
    );

    // The server's findings have their places here too, and nothing is changed.
    let wrong = write(folder.path(), "wrong.json", faulty().to_string());
    let refused = server.run(&["flow", "apply", "-f", &wrong]);
    assert_eq!(refused.code, 1);
    for place in ["/closing/0/text/body", "/menu/options/1/key"] {
        assert!(refused.err.contains(place), "{place}: {}", refused.err);
    }
    let refused = server.run(&["--json", "flow", "apply", "-f", &wrong]);
    assert_eq!((refused.code, refused.text("/problem/code").as_str()), (1, "invalid_input"));
    assert_eq!(server.json(&["flow", "show", "counter"])["revision"], 2);

    assert_eq!(server.done(&["flow", "delete", "night"]), "deleted night\n");
    let gone = server.run(&["--json", "flow", "delete", "night"]);
    assert_eq!((gone.code, gone.text("/problem/code").as_str()), (1, "flow_not_found"));
    let gone = server.run(&["--json", "flow", "show", "night"]);
    assert_eq!((gone.code, gone.text("/problem/code").as_str()), (1, "flow_not_found"));
    // An id that is none does not lead to another call.
    let bad = server.run(&["--json", "flow", "delete", "../channels/a"]);
    assert_eq!((bad.code, bad.text("/error/code").as_str()), (1, "bad_id"));
    let answer = server.json(&["flow", "delete", "counter"]);
    assert_eq!(answer, json!({ "id": "counter", "result": "deleted" }));
    assert_eq!(server.json(&["flow", "list"]), json!({ "flows": [] }));
}
