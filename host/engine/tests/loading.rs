//! Which file is stopped at which stage, with which code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use eclusa_engine::{Engine, EngineConfig, Limits};
use eclusa_engine::{LoadError, StageName};
use support::{engine, hostile};

fn refused(bytes: &[u8]) -> LoadError {
    let error = engine().load("candidate", bytes).map(|_| ()).unwrap_err();
    // Whatever it is, it says what to do, and ends with the stage that failed.
    assert!(!error.action.is_empty(), "{error}");
    let last = error.stages.last().unwrap();
    assert_eq!((last.stage, last.ok, last.code), (error.stage, false, Some(error.code)));
    assert!(error.stages.iter().rev().skip(1).all(|stage| stage.ok));
    error
}

#[test]
fn hostile_adapters_are_stopped() {
    let table = [
        ("version-newer", StageName::World, "wrong_version"),
        ("version-older", StageName::World, "wrong_version"),
        ("other-world", StageName::World, "wrong_world"),
        ("imports-sockets", StageName::Imports, "forbidden_import"),
        ("memory-at-start", StageName::Memory, "memory_too_large"),
        ("functions-missing", StageName::Instantiate, "wrong_world"),
        ("wrong-signature", StageName::Instantiate, "wrong_signature"),
        ("describe-traps", StageName::Describe, "describe_trapped"),
        ("describe-panics", StageName::Describe, "describe_trapped"),
        ("describe-exits", StageName::Describe, "describe_trapped"),
        ("describe-loops", StageName::Describe, "describe_deadline"),
        ("describe-hoards", StageName::Describe, "describe_memory"),
        ("describe-recurses", StageName::Describe, "describe_stack"),
        ("describe-huge", StageName::Describe, "describe_too_large"),
        ("manifest-not-json", StageName::Describe, "manifest_not_json"),
        ("manifest-invalid", StageName::Describe, "manifest_invalid"),
        ("sample-fails", StageName::Samples, "sample_failed"),
        ("state-kept", StageName::Samples, "state_kept"),
    ];
    for (name, stage, code) in table {
        let error = refused(&hostile(name));
        println!("{name}: {error}\n    {} {:?}", error.action, error.details);
        assert_eq!((error.stage, error.code), (stage, code), "{name}: {error:#?}");
    }
}

#[test]
fn files_that_are_no_adapters_are_named_as_what_they_are() {
    let component = hostile("behave");
    let core = wat::parse_str("(module (memory 1))").unwrap();
    let preview1 = wat::parse_str(
        r#"(module (import "wasi_snapshot_preview1" "fd_write"
             (func (param i32 i32 i32 i32) (result i32))))"#,
    )
    .unwrap();
    let unbound = wat::parse_str(r#"(module (@custom "component-type:adapter" "x"))"#).unwrap();
    let empty = wat::parse_str("(component)").unwrap();
    let command = wat::parse_str(
        r#"(component (instance $run) (export "wasi:cli/run@0.2.6" (instance $run)))"#,
    )
    .unwrap();
    let compiled = {
        let engine = wasmtime::Engine::default();
        engine.precompile_component(&empty).unwrap()
    };
    let mut damaged = component.clone();
    for byte in damaged.iter_mut().skip(8).take(64) {
        *byte = 0xee;
    }
    let half = component.split_at(component.len() / 2).0;
    let table: [(&str, &[u8], &str, &str); 17] = [
        ("nothing", b"", "empty_file", "the file is empty"),
        ("text", b"hello", "not_wasm", "text that begins with `hello`"),
        ("wat", b"(module)", "not_wasm", "in its text form"),
        ("HTML", b"<!doctype html><h1>404", "not_wasm", "an HTML page"),
        ("JSON", br#"{"message":"Bad credentials"}"#, "not_wasm", "a JSON document"),
        ("ZIP", b"PK\x03\x04\x14\0", "not_wasm", "a ZIP archive"),
        ("gzip", b"\x1f\x8b\x08\0", "not_wasm", "compressed by gzip"),
        ("header", b"\0asm", "truncated", "ends too early"),
        ("future", b"\0asm\x63\0\x01\0", "unknown_format", "version of the WebAssembly format"),
        ("core module", &core, "core_module", "a core WebAssembly module"),
        ("no component yet", &unbound, "core_module", "not yet made a component"),
        ("preview 1", &preview1, "preview1_module", "for WASI preview 1"),
        ("compiled", &compiled, "compiled_code", "compiled code (.cwasm)"),
        ("half", half, "truncated", "ends too early"),
        ("damaged", &damaged, "malformed", "is damaged"),
        ("empty component", &empty, "wrong_world", "it exports nothing"),
        ("command", &command, "wrong_world", "a command line program"),
    ];
    for (name, bytes, code, words) in table {
        let error = refused(bytes);
        println!("{name}: {error}\n    {}", error.action);
        assert_eq!(error.code, code, "{name}: {error:#?}");
        assert!(error.message.contains(words), "{name}: {error}");
    }
}

#[test]
fn only_who_speaks_an_older_version_than_the_adapter_can_be_updated() {
    for (name, can_help) in [("version-newer", true), ("version-older", false)] {
        let error = refused(&hostile(name));
        assert_eq!(error.action.contains("update the host"), can_help, "{}", error.action);
    }
}

#[test]
fn a_component_cut_off_anywhere_is_refused_in_words() {
    let component = hostile("behave");
    for share in 1..64 {
        let error = refused(component.split_at(component.len() * share / 64).0);
        assert_eq!(error.code, "truncated", "{share}/64: {error}");
    }
}

#[test]
fn sessions_take_no_place_from_files_that_are_loaded() {
    let limits = Limits { queue_time: std::time::Duration::ZERO, ..Limits::default() };
    let engine = Engine::new(EngineConfig { limits, cache_dir: None }).unwrap();
    let first = engine.load("first", &hostile("behave")).unwrap().revision;
    // As many comparisons as there is room for, each with an instance of its own.
    let mut sessions: Vec<_> = std::iter::from_fn(|| first.session().ok()).collect();
    assert_eq!(sessions.len(), 8);
    for session in &mut sessions {
        session.receive(&support::context(), &support::request("hello")).unwrap().value.unwrap();
    }
    let busy = first.rehearsal().unwrap_err();
    assert_eq!((busy.code, busy.retryable), ("busy", true));
    assert!(busy.message.contains("all 8 places"), "{busy}");

    engine.load("second", &hostile("behave")).unwrap();
    drop(sessions.pop());
    first.rehearsal().unwrap();
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let mut bytes = b"\0asm".to_vec();
    bytes.resize((64 << 20) + 1, 0);
    assert_eq!(refused(&bytes).code, "file_too_large");
}

#[test]
fn a_panic_in_describe_is_shown() {
    let error = refused(&hostile("describe-panics"));
    let call = error.call.as_ref().unwrap();
    assert!(call.panic.as_deref().unwrap().contains("told to panic"), "{call:?}");
    assert!(call.backtrace.iter().any(|frame| frame.contains("describe")), "{call:?}");
    assert!(error.message.contains("told to panic"), "{error}");
}

#[test]
fn all_failed_samples_are_listed() {
    let error = refused(&hostile("sample-fails"));
    assert_eq!(error.details.len(), 2, "{:?}", error.details);
    assert!(error.details.iter().any(|line| line.contains("receive/text")));
    assert!(error.details.iter().any(|line| line.contains("/request/url")));
}

#[test]
fn a_sound_adapter_passes_all_stages() {
    let mut seen = Vec::new();
    let bytes = hostile("behave");
    let loaded =
        engine().load_with("behave", &bytes, &mut |stage| seen.push(stage.clone())).unwrap();
    assert_eq!(seen, loaded.stages);
    assert_eq!(loaded.stages.len(), 8);
    assert_eq!(loaded.revision.interface_version(), "0.1.0");
    assert_eq!(loaded.revision.manifest().name, "behave");
    assert_eq!(loaded.revision.sha256().len(), 64);
    for stage in &loaded.stages {
        println!("{}", serde_json::to_string(stage).unwrap());
    }
}
