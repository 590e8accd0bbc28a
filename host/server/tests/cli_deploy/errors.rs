//! What cannot be done is told with what to do.

use sha2::{Digest, Sha256};

use crate::deploy;
use crate::server::Running;
use crate::support::{adapter, hostile, run, write};

/// How the commands refuse: the code of the server's problem, or their own.
fn refused(server: &Running, args: &[&str], pointer: &str, code: &str) {
    let ended = server.run(&[args, &["--json"]].concat());
    assert_eq!((ended.code, ended.text(pointer).as_str()), (1, code), "{args:?}: {}", ended.err);
    assert!(ended.err.contains("help: "), "{args:?}: {}", ended.err);
}

#[test]
fn what_is_not_there_is_named() {
    let server = Running::start();
    deploy(&server, "1", &[]);
    for args in [
        ["show", "none"].as_slice(),
        &["diff", "none"],
        &["approve", "none"],
        &["decline", "none"],
        &["activate", "none", "0a"],
        &["rollback", "none"],
        &["history", "none"],
        &["policy", "none"],
        &["policy", "none", "--mode", "manual"],
        &["pin", "none", "shop-br", "0a"],
        &["unpin", "none", "shop-br"],
    ] {
        refused(&server, &[&["adapter"], args].concat(), "/problem/code", "adapter_not_found");
    }
    let missing = "0".repeat(64);
    for args in [
        ["activate", "shop", &missing].as_slice(),
        &["rollback", "shop", &missing],
        &["diff", "shop", &missing],
        &["pin", "shop", "shop-br", &missing],
    ] {
        refused(&server, &[&["adapter"], args].concat(), "/problem/code", "revision_not_found");
    }
    for (args, code) in [
        (["adapter", "approve", "shop"].as_slice(), "nothing_waits"),
        (&["adapter", "rollback", "shop"], "nothing_to_roll_back_to"),
        (&["adapter", "diff", "shop"], "nothing_to_compare"),
        (&["adapter", "unpin", "shop", "shop-br"], "not_pinned"),
        (&["adapter", "policy", "shop", "--canary", "100:60"], "invalid_input"),
        (&["replay", "01JZZZZZZZZZZZZZZZZZZZZZZ1"], "message_or_request_not_found"),
    ] {
        refused(&server, args, "/problem/code", code);
    }
}

/// The same adapter in a file whose digest begins with the same digit: a section
/// that nobody reads is added.
fn with_digit(component: &[u8], first: char) -> Vec<u8> {
    (0..u16::MAX)
        .map(|salt| {
            let mut bytes = component.to_vec();
            bytes.extend([0, 8, 4]);
            bytes.extend(b"salt");
            bytes.extend(format!("{salt:03}").bytes().take(3));
            bytes
        })
        .find(|bytes| hex::encode(Sha256::digest(bytes)).starts_with(first))
        .unwrap()
}

#[test]
fn digits_that_fit_several_revisions_are_too_few() {
    let server = Running::start();
    let first = deploy(&server, "1", &[]);
    let digit = first.chars().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let other = with_digit(&std::fs::read(hostile("shop-2")).unwrap(), digit);
    let other = write(folder.path(), "shop.wasm", other);
    let other = server.json(&["adapter", "deploy", &other]);
    let prefix = digit.to_string();
    let ended = server.run(&["adapter", "activate", "shop", &prefix]);
    assert_eq!(ended.code, 1);
    for part in ["revision_ambiguous", &first, other["revision"].as_str().unwrap(), "more digits"] {
        assert!(ended.err.contains(part), "{part}: {}", ended.err);
    }
}

#[test]
fn a_wrong_token_is_told() {
    let server = Running::start();
    let file = hostile("shop-1");
    for args in [
        ["adapter", "deploy", &file].as_slice(),
        &["adapter", "show", "shop"],
        &["audit"],
        &["replay", "01JZZZZZZZZZZZZZZZZZZZZZZ1"],
    ] {
        let ended = server.run_as("ecl_wrong", args);
        assert_eq!(ended.code, 1, "{args:?}");
        assert!(ended.err.contains("(401, "), "{args:?}: {}", ended.err);
        assert!(ended.err.contains("help: "), "{args:?}: {}", ended.err);
    }
}

#[test]
fn what_cannot_work_is_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (open, odd) = (adapter("open"), write(folder.path(), "My Chat.wasm", "x"));
    let cut = write(folder.path(), "cut.json", "{\"mode\":");
    let list = write(folder.path(), "list.json", "[]");
    let folder = folder.path().to_str().unwrap();
    let closed = ["--url", "http://127.0.0.1:9"];
    for (args, code) in [
        (["deploy", &open].as_slice(), "unreachable"),
        (&["deploy", "/no/such/file.wasm"], "file_missing"),
        (&["deploy", folder, "--name", "a"], "not_a_file"),
        (&["deploy", &odd], "bad_name"),
        (&["deploy", &open, "--name", "../x"], "bad_name"),
        (&["show", "a/b"], "bad_name"),
        (&["history", "A"], "bad_name"),
        (&["diff", "open", "newest"], "bad_revision"),
        (&["activate", "open", "0x1"], "bad_revision"),
        (&["rollback", "open", "../x"], "bad_revision"),
        (&["pin", "open", "shop/br", "0a"], "bad_id"),
        (&["unpin", "open", "?"], "bad_id"),
        (&["policy", "open", "--from", &cut], "json_cut_off"),
        (&["policy", "open", "--from", &list], "wrong_shape"),
        (&["policy", "open", "--from", "/no/such/file.json"], "file_missing"),
        (&["approve", "open"], "unreachable"),
    ] {
        let ended = run(&[&["adapter", "--json"], args, closed.as_slice()].concat());
        let told = (ended.code, ended.text("/error/code"));
        assert_eq!((told.0, told.1.as_str()), (1, code), "{args:?}: {}", ended.err);
        assert!(ended.err.contains("help: "), "{args:?}: {}", ended.err);
    }
    for (args, code) in [
        (["replay", "../x", "--url", "http://127.0.0.1:9"].as_slice(), "bad_id"),
        (&["replay", "01JZ", "--revision", "x", "--url", "http://127.0.0.1:9"], "bad_revision"),
        (&["audit", "--adapter", "?", "--url", "http://127.0.0.1:9"], "bad_name"),
        (&["audit"], "no_server"),
        (&["adapter", "show", "open"], "no_server"),
    ] {
        let ended = run(&[args, &["--json"]].concat());
        assert_eq!((ended.code, ended.text("/error/code").as_str()), (1, code), "{args:?}");
    }
}

#[test]
fn wrong_usage_ends_with_two() {
    for args in [
        ["adapter", "deploy"].as_slice(),
        &["adapter", "deploy", "a.wasm", "--mode", "fast"],
        &["adapter", "policy", "shop", "--canary", "10"],
        &["adapter", "history", "shop", "--limit", "0"],
        &["audit", "--limit", "501"],
    ] {
        assert_eq!(run(args).code, 2, "{args:?}");
    }
}
