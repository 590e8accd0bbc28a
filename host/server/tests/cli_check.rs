//! `eclusa adapter check`, `test` and `list`, on real components.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use support::{adapter, hostile, root, run, write};

#[test]
fn an_adapter_that_may_serve_passes_every_stage() {
    let ended = run(&["adapter", "check", "--json", &adapter("open")]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let document = ended.json();
    let stages = document["stages"].as_array().unwrap();
    assert_eq!(stages.len(), 8);
    assert!(stages.iter().all(|stage| stage["ok"] == true && stage["duration_ms"].is_number()));
    assert_eq!(document["adapter"]["name"], "open");
    assert_eq!(document["adapter"]["interface"], "0.1.0");
    assert_eq!(document["adapter"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(document["adapter"]["inbound"]["text"]["level"], "full");
}

#[test]
fn people_get_lines_without_colours_where_there_is_no_terminal() {
    let ended = run(&["adapter", "check", &adapter("open")]);
    assert_eq!(ended.code, 0);
    for part in ["  ok      format", "  ok      samples", "open 0.1.0", "contact   full"] {
        assert!(ended.out.contains(part), "{part}: {}", ended.out);
    }
    assert!(!ended.out.contains('\x1b'), "{}", ended.out);
}

#[test]
fn what_may_not_serve_says_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for (file, code) in [
        (write(folder.path(), "text.wasm", "hello"), "not_wasm"),
        (write(folder.path(), "empty.wasm", ""), "empty_file"),
        (write(folder.path(), "module.wasm", b"\0asm\x01\0\0\0"), "core_module"),
        (folder.path().join("none.wasm").to_str().unwrap().to_owned(), "file_missing"),
        (folder.path().to_str().unwrap().to_owned(), "not_a_file"),
        (hostile("other-world"), "wrong_world"),
        (hostile("version-newer"), "wrong_version"),
        (hostile("imports-sockets"), "forbidden_import"),
        (hostile("describe-loops"), "describe_deadline"),
        (hostile("manifest-not-json"), "manifest_not_json"),
        (hostile("sample-fails"), "sample_failed"),
    ] {
        let ended = run(&["adapter", "check", "--json", &file]);
        assert_eq!((ended.code, ended.text("/error/code").as_str()), (1, code), "{file}");
        assert!(!ended.text("/error/message").is_empty(), "{file}");
        assert!(!ended.text("/error/action").is_empty(), "{file}");
        assert_eq!(ended.json()["ok"], false);

        let ended = run(&["adapter", "check", &file]);
        assert_eq!(ended.code, 1, "{file}");
        assert!(ended.out.contains("help: "), "{file}: {}", ended.out);
    }
}

#[test]
fn a_panic_is_told_with_its_text_and_its_place() {
    let ended = run(&["adapter", "check", &hostile("describe-panics")]);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("  | told to panic"), "{}", ended.out);
    assert!(ended.out.contains("  at eclusa:adapter/mapping@0.1.0#describe"), "{}", ended.out);
}

#[test]
fn one_that_fails_holds_no_other_up() {
    let files = [&hostile("describe-traps"), &adapter("open")];
    let ended = run(&["adapter", "check", "--json", files[0], files[1]]);
    assert_eq!(ended.code, 1);
    let document = ended.json();
    assert_eq!(document["ok"], false);
    assert_eq!(document["adapters"][0]["ok"], false);
    assert_eq!(document["adapters"][1]["ok"], true);
}

#[test]
fn samples_of_a_folder_are_run_too() {
    let folder = tempfile::tempdir().unwrap();
    let sample = std::fs::read(root().join("adapters/open/samples/receive/text.json")).unwrap();
    write(folder.path(), "receive/good.json", &sample);
    let good = folder.path().to_str().unwrap();
    let ended = run(&["adapter", "test", &adapter("open"), "--samples", good]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("sample receive/text ... ok"), "{}", ended.out);
    assert!(ended.out.contains("good.json (receive/text) ... ok"), "{}", ended.out);
    assert!(ended.out.contains(" passed; 0 failed"), "{}", ended.out);

    write(folder.path(), "receive/cut.json", &sample[..sample.len() / 2]);
    write(folder.path(), "receive/wrong.json", r#"{"name":"w","request":{"body":{}},"events":[]}"#);
    let key = r#"{"name":"k","request":{"headers":{"a":1}},"events":[]}"#;
    write(folder.path(), "receive/key.json", key);
    let ended = run(&["adapter", "test", "--json", &adapter("open"), "--samples", good]);
    assert_eq!(ended.code, 1);
    let document = ended.json();
    assert_eq!(document["failed"], 3);
    let failed: Vec<_> = document["samples"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|sample| sample["ok"] == false)
        .map(|sample| sample["difference"].as_str().unwrap())
        .collect();
    for part in ["cut off", "missing_field", "/request/headers/a"] {
        assert!(failed.iter().any(|text| text.contains(part)), "{part}: {failed:#?}");
    }
}

#[test]
fn a_folder_without_samples_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let samples = folder.path().to_str().unwrap();
    let ended = run(&["adapter", "test", "--json", &adapter("open"), "--samples", samples]);
    assert_eq!((ended.code, ended.text("/error/code").as_str()), (1, "no_samples"));
}

#[test]
fn own_samples_that_fail_are_told_with_their_difference() {
    let ended = run(&["adapter", "test", &hostile("sample-fails")]);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("receive/text"), "{}", ended.out);
    assert!(ended.out.contains("test result: FAILED"), "{}", ended.out);
}

#[test]
fn a_folder_is_listed_with_those_that_cannot_serve() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(adapter("open"), folder.path().join("site.wasm")).unwrap();
    write(folder.path(), "broken.wasm", "no");
    write(folder.path(), "README.md", "not an adapter");
    let path = folder.path().to_str().unwrap();
    let ended = run(&["adapter", "list", "--json", "--adapters", path]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let document = ended.json();
    assert_eq!(document["adapters"][0]["name"], "broken");
    assert_eq!(document["adapters"][0]["state"], "rejected");
    assert_eq!(document["adapters"][1]["name"], "site");
    assert_eq!(document["adapters"][1]["state"], "active");

    let ended = run(&["adapter", "list", "--json", "--adapters", &format!("{path}/none")]);
    assert_eq!((ended.code, ended.text("/error/code").as_str()), (1, "folder_unreadable"));
    let ended = run(&["adapter", "list", "--json"]);
    assert_eq!((ended.code, ended.text("/error/code").as_str()), (1, "no_place"));
}
