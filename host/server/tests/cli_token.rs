//! `eclusa token` and `eclusa secrets`, against a server and on data folders.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/server.rs"]
mod server;
mod support;

use std::path::Path;

use eclusa_journal::{SqliteJournal, SqliteOptions};
use serde_json::Value;
use server::Running;
use support::{Ended, eclusa, ended, run, write};

/// What a command prints that makes a token: the token alone on standard output.
fn token(made: &Ended) -> String {
    assert_eq!(made.code, 0, "{}", made.err);
    let token = made.out.strip_suffix('\n').unwrap();
    assert!(token.starts_with("ecl_") && token.len() == 76, "{}", made.out);
    assert!(!made.err.contains(token), "it is printed once");
    token.to_owned()
}

#[test]
fn a_token_is_made_listed_rotated_and_revoked() {
    let server = Running::start();
    let made = server.run(&["token", "create", "crm", "--role", "viewer", "--days", "90"]);
    let first = token(&made);
    assert!(made.err.contains("crm: role viewer; the token is shown only now"), "{}", made.err);
    assert_eq!(server.run_as(&first, &["channel", "list"]).code, 0);

    let listed = server.run(&["token", "list"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    let lines: Vec<_> = listed.out.lines().collect();
    assert!(lines[0].starts_with("name"), "{}", listed.out);
    assert!(lines[1].starts_with("admin") && lines[2].starts_with("crm"), "{}", listed.out);
    assert!(lines[2].contains("viewer") && !lines[2].ends_with("never"), "{}", listed.out);
    assert!(!listed.out.contains("ecl_"));
    let json = server.run(&["--json", "token", "list"]).json();
    assert_eq!(json["tokens"][1]["name"], "crm");
    assert_eq!(json["tokens"][1]["expired"], false);
    assert!(json["tokens"][1]["expires_at"].is_string());

    let rotated = server.run(&["--json", "token", "rotate", "crm"]);
    let second = rotated.text("/token");
    assert_ne!(first, second);
    let refused = server.run_as(&first, &["channel", "list"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("token_unknown"), "{}", refused.err);
    assert_eq!(server.run_as(&second, &["channel", "list"]).code, 0);

    let revoked = server.run(&["token", "revoke", "crm"]);
    assert_eq!((revoked.code, revoked.out.as_str()), (0, "revoked crm\n"), "{}", revoked.err);
    assert_eq!(server.run_as(&second, &["channel", "list"]).code, 1);
    let again = server.run(&["--json", "token", "revoke", "crm"]);
    assert_eq!((again.code, again.text("/problem/code").as_str()), (1, "token_not_found"));
}

#[test]
fn what_is_no_name_role_or_time_is_said_before_a_server_is_asked() {
    for (args, wanted) in [
        (&["token", "create", "crm"][..], "--role"),
        (&["token", "create", "crm", "--role", "root"], "possible values"),
        (&["token", "create", "crm", "--role", "viewer", "--days", "0"], "1..=36500"),
    ] {
        let wrong = run(args);
        assert_eq!(wrong.code, 2, "{}", wrong.err);
        assert!(wrong.err.contains(wanted), "{wanted}: {}", wrong.err);
    }
    let server = Running::start();
    let wrong = server.run(&["token", "revoke", "../channels/a"]);
    assert_eq!(wrong.code, 1);
    let wrong = server.run(&["token", "create", "Ana!", "--role", "viewer"]);
    assert!(wrong.code == 1 && wrong.err.contains("/name"), "{}", wrong.err);
    // Whoever may only look gets to know what is needed.
    let viewer = token(&server.run(&["token", "create", "eva", "--role", "viewer"]));
    let refused = server.run_as(&viewer, &["token", "create", "evil", "--role", "admin"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("permission_missing") && refused.err.contains("admin"));
    let refused = server.run_as(&viewer, &["secrets", "rotate"]);
    assert!(refused.code == 1 && refused.err.contains("permission_missing"), "{}", refused.err);
}

/// A data folder that a server has used.
fn used(folder: &Path) -> String {
    let data = folder.join("data");
    drop(SqliteJournal::open(&data, SqliteOptions::default()).unwrap());
    data.to_str().unwrap().to_owned()
}

fn clean(args: &[&str]) -> Ended {
    let mut command = eclusa(args);
    command.env_remove("ECLUSA_ADMIN_TOKEN").env_remove("ECLUSA_DATA");
    ended(command.output().unwrap())
}

#[test]
fn a_lost_admin_token_is_replaced_on_a_stopped_server_only() {
    let folder = tempfile::tempdir().unwrap();
    let data = used(folder.path());
    let first = token(&clean(&["token", "reset-admin", "--data", &data]));
    let again = clean(&["--json", "token", "reset-admin", "--data", &data]);
    assert_eq!((again.text("/name"), again.text("/role")), ("admin".into(), "admin".into()));
    assert_ne!(again.text("/token"), first);

    let journal = SqliteJournal::open(Path::new(&data), SqliteOptions::default()).unwrap();
    let in_use = clean(&["token", "reset-admin", "--data", &data]);
    assert_eq!((in_use.code, in_use.out.as_str()), (1, ""));
    assert!(in_use.err.contains("in use by another process"), "{}", in_use.err);
    drop(journal);

    let none = folder.path().join("none");
    let missing = clean(&["token", "reset-admin", "--data", none.to_str().unwrap()]);
    assert!(missing.code == 1 && missing.err.contains("there is no journal"), "{}", missing.err);
    assert!(!none.exists(), "a mistyped folder is not made");
    let set = "admin_token = \"a-token-of-the-configuration\"";
    let config = write(folder.path(), "eclusa.toml", set);
    let set = clean(&["token", "reset-admin", "--config", &config, "--data", &data]);
    assert!(set.code == 1 && set.err.contains("ECLUSA_ADMIN_TOKEN"), "{}", set.err);
}

#[test]
fn the_token_that_was_reset_opens_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = used(folder.path());
    let made = token(&clean(&["token", "reset-admin", "--data", &data]));
    let server = Running::on(Path::new(&data));
    assert_eq!(server.run_as(&made, &["token", "list"]).code, 0);
    let audit = server.run_as(&made, &["--json", "audit", "--subject", "token:admin"]).json();
    assert_eq!(audit["entries"][0]["actor"], "reset-admin");
}

#[test]
fn keys_of_secrets_are_rotated_on_a_server_and_in_a_folder() {
    let server = Running::start();
    let rotated = server.run(&["--json", "secrets", "rotate"]);
    assert_eq!(rotated.code, 0, "{}", rotated.err);
    let key = rotated.text("/key");
    let again = server.run(&["secrets", "rotate"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.out.starts_with("the secrets of 0 channels are under the key "), "{}", again.out);
    assert!(again.out.contains(&format!("only older backups need: {key}")), "{}", again.out);

    let folder = tempfile::tempdir().unwrap();
    let data = used(folder.path());
    let keys = || {
        let text = std::fs::read_to_string(Path::new(&data).join("secrets.key")).unwrap();
        text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = keys();
    let rotated = clean(&["--json", "secrets", "rotate", "--data", &data]);
    assert_eq!(rotated.json()["older"].as_array().map(Vec::len), Some(1), "{}", rotated.err);
    let after = keys();
    assert_eq!(after[1..], before[..], "the new one stands before the old one");
    for key in &after {
        assert!(!rotated.out.contains(key.as_str()), "ids are shown, never keys");
    }
    let missing = folder.path().join("none");
    let missing = clean(&["secrets", "rotate", "--data", missing.to_str().unwrap()]);
    assert!(missing.code == 1 && missing.err.contains("there is no journal"), "{}", missing.err);
    let nowhere = clean(&["--json", "secrets", "rotate"]);
    assert_eq!((nowhere.code, nowhere.text("/error/code").as_str()), (1, "no_server"));
    let _: Value = nowhere.json();
}
