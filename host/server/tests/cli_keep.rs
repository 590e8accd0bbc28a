//! `eclusa backup`, `restore` and `check` on data folders.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};

use eclusa_journal::{SqliteJournal, SqliteOptions};
use serde_json::Value;

fn eclusa(arguments: &[&str], paths: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eclusa"));
    command.args(arguments);
    for (option, path) in paths {
        if !option.is_empty() {
            command.arg(option);
        }
        command.arg(path);
    }
    command.env_remove("ECLUSA_URL").output().unwrap()
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_folder_is_backed_up_restored_and_checked() {
    let work = tempfile::tempdir().unwrap();
    let path = |name: &str| work.path().join(name);
    let (data, backup, restored) = (path("data"), path("backup"), path("restored"));
    let journal = SqliteJournal::open(&data, SqliteOptions::default()).unwrap();
    let both = [("--data", &*data), ("--to", &*backup)];
    let in_use = eclusa(&["--json", "backup"], &both);
    assert!(!in_use.status.success());
    assert!(String::from_utf8_lossy(&in_use.stderr).contains("in use by another process"));
    drop(journal);
    let made = eclusa(&["--json", "backup"], &both);
    assert!(made.status.success(), "{made:?}");
    assert_eq!(document(&made)["manifest"]["rows"]["requests"], 0);
    assert!(!eclusa(&["backup"], &both).status.success(), "it is there already");

    let restore = [("", &*backup), ("--data", &*restored)];
    let told = eclusa(&["restore"], &restore);
    assert!(told.status.success(), "{told:?}");
    assert!(String::from_utf8_lossy(&told.stdout).starts_with("restored: "));
    assert!(!eclusa(&["restore"], &restore).status.success(), "it is not empty any more");

    let check = eclusa(&["--json", "check"], &[("--data", &restored)]);
    assert!(check.status.success(), "{check:?}");
    assert_eq!(document(&check)["damaged"], 0);
    // A byte of the schema's text, also where pages hold older copies of it.
    let file = restored.join("journal.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let name = b"requests_failed";
    let places: Vec<usize> =
        (0..bytes.len() - name.len()).filter(|at| bytes[*at..].starts_with(name)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at] = b'R';
    }
    std::fs::write(&file, bytes).unwrap();
    let check = eclusa(&["check"], &[("--data", &restored)]);
    assert_eq!(check.status.code(), Some(1), "{check:?}");
    assert!(String::from_utf8_lossy(&check.stdout).contains("damaged"), "{check:?}");
    let none = eclusa(&["check"], &[("--data", &path("none"))]);
    assert!(!none.status.success() && !path("none").exists());
}
