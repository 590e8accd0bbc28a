//! What is not a file that can be taken.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use eclusa_deploy::watch::{FolderNews, WatchOptions};

use crate::support::{ANNOUNCED, Folder, QUIET, RESCANNED, Watched};

async fn problem(watched: &mut Watched, code: &str, says: &str) {
    let FolderNews::Problem(problem) = watched.next().await else { panic!("no problem") };
    assert_eq!(problem.code, code);
    assert!(problem.message.contains(says), "{}", problem.message);
    assert!(!problem.action.is_empty());
}

#[tokio::test]
async fn a_folder_in_place_of_a_file_is_a_problem() {
    let folder = Folder::new();
    folder.write("x.wasm", "1");
    let mut watched = folder.watch(ANNOUNCED);
    watched.expect("x=1").await;
    fs::remove_file(folder.file("x.wasm")).unwrap();
    fs::create_dir(folder.file("x.wasm")).unwrap();
    problem(&mut watched, "not_a_file", "a folder").await;
    // Solved, with the content it had.
    fs::remove_dir(folder.file("x.wasm")).unwrap();
    folder.replace("x.wasm", "1");
    watched.expect("x=1").await;
}

#[tokio::test]
async fn what_never_ends_or_blocks_is_not_read() {
    let folder = Folder::new();
    let pipe = Command::new("mkfifo").arg(folder.file("pipe.wasm")).status().unwrap();
    assert!(pipe.success());
    let _socket = UnixListener::bind(folder.file("socket.wasm")).unwrap();
    symlink("/dev/zero", folder.file("device.wasm")).unwrap();
    let mut watched = folder.watch(ANNOUNCED);
    problem(&mut watched, "not_a_file", "a device").await;
    problem(&mut watched, "not_a_file", "a pipe").await;
    problem(&mut watched, "not_a_file", "a socket").await;
    folder.write("z.wasm", "marker");
    watched.expect("z=marker").await;
}

#[tokio::test]
async fn names_that_are_no_adapters_are_told_once_with_the_rule() {
    let folder = Folder::new();
    let names = ["Telegram", "my chat", "my_chat", "v1.2", "ação", &"a".repeat(65)];
    for name in names {
        folder.write(&format!("{name}.wasm"), "1");
    }
    folder.write(&format!("{}.wasm", "a".repeat(64)), "1");
    let mut watched = folder.watch(RESCANNED);
    let mut found = Vec::new();
    for _ in 0..=names.len() {
        match watched.next().await {
            FolderNews::Problem(problem) => {
                assert_eq!(problem.code, "invalid_name");
                assert!(problem.message.contains("1 to 64 characters of a-z, 0-9 and -"));
                found.push(problem.name);
            }
            FolderNews::File(file) => assert_eq!(file.name, "a".repeat(64)),
            other => panic!("{other:?}"),
        }
    }
    found.sort();
    let mut names = names.map(str::to_owned);
    names.sort();
    assert_eq!(found, names);
    // Not again, neither by rescans nor when it is saved again.
    folder.write("Telegram.wasm", "2");
    unannounced(&folder, &mut watched).await;
    fs::remove_file(folder.file("Telegram.wasm")).unwrap();
    watched.expect("Telegram gone").await;
}

#[tokio::test]
async fn a_name_that_is_not_text_is_a_problem() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = Folder::new();
    File::create(folder.path().join(OsStr::from_bytes(b"x\xff.wasm"))).unwrap();
    let mut watched = folder.watch(ANNOUNCED);
    problem(&mut watched, "invalid_name", "1 to 64").await;
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_read() {
    let folder = Folder::new();
    let mut watched = folder.watch(WatchOptions { max_bytes: 10, ..RESCANNED });
    // Reading it would take the machine's memory.
    let file = File::create(folder.file("x.wasm")).unwrap();
    file.set_len(1 << 40).unwrap();
    problem(&mut watched, "file_too_large", "1099511627776 bytes, 10 are allowed").await;
    unannounced(&folder, &mut watched).await;
    folder.write("x.wasm", "0123456789");
    watched.expect("x=0123456789").await;
}

#[tokio::test]
async fn what_cannot_be_read_is_told_once() {
    let folder = Folder::new();
    // Root too cannot read what is not mapped, or follow a link to itself.
    symlink("/proc/self/mem", folder.file("a.wasm")).unwrap();
    symlink("b.wasm", folder.file("b.wasm")).unwrap();
    let mut watched = folder.watch(RESCANNED);
    problem(&mut watched, "unreadable", "a.wasm cannot be read").await;
    problem(&mut watched, "unreadable", "b.wasm cannot be read").await;
    unannounced(&folder, &mut watched).await;
}

/// Shows that there is no news though the folder is read several times.
async fn unannounced(folder: &Folder, watched: &mut Watched) {
    // The other name of the file is not in the folder, so that nobody announces
    // the change: only reading the folder again finds it.
    let other = folder.beside("other-name");
    folder.replace("z.wasm", "0");
    fs::hard_link(folder.file("z.wasm"), &other).unwrap();
    watched.expect("z=0").await;
    for content in ["1", "2"] {
        fs::write(&other, content).unwrap();
        watched.expect(&format!("z={content}")).await;
    }
    assert!(RESCANNED.rescan < QUIET);
}
