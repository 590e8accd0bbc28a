//! What is there when a server starts.

use std::collections::BTreeMap;
use std::fs;

use eclusa_deploy::watch::{WatchError, WatchOptions, scan, watch};

use crate::support::{ANNOUNCED, Folder, short};

#[test]
fn a_scan_tells_files_and_problems_by_name() {
    let folder = Folder::new();
    folder.write("telegram.wasm", "1");
    folder.write("open.wasm", "12");
    folder.write("large.wasm", "0123456789+");
    folder.write("My Chat.wasm", "1");
    folder.write(".open.wasm", "1");
    folder.write("open.wasm.part", "1");
    folder.write("README.md", "1");
    fs::create_dir(folder.file("dir.wasm")).unwrap();
    let options = WatchOptions { max_bytes: 10, ..WatchOptions::default() };
    let found: Vec<_> = scan(&folder.path(), &options).unwrap().map(|it| short(&it)).collect();
    let expected = [
        "My Chat: invalid_name",
        "dir: not_a_file",
        "large: file_too_large",
        "open=12",
        "telegram=1",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_scan_reads_each_file_when_its_turn_comes() {
    let folder = Folder::new();
    folder.write("a.wasm", "1");
    folder.write("b.wasm", "1");
    folder.write("c.wasm", "1");
    let mut found = scan(&folder.path(), &WatchOptions::default()).unwrap();
    assert_eq!(found.next().map(|it| short(&it)).unwrap(), "a=1");
    fs::remove_file(folder.file("b.wasm")).unwrap();
    folder.write("c.wasm", "2");
    assert_eq!(found.next().map(|it| short(&it)).unwrap(), "c=2");
    assert!(found.next().is_none());
}

#[test]
fn no_folder_is_an_error_that_names_it() {
    let folder = Folder::new();
    let nowhere = folder.beside("nowhere");
    assert!(scan(&nowhere, &WatchOptions::default()).is_err());
    let error = watch(nowhere.clone(), BTreeMap::new(), WatchOptions::default()).unwrap_err();
    assert!(matches!(&error, WatchError::Folder { folder, .. } if *folder == nowhere));
    assert!(error.to_string().contains(&nowhere.display().to_string()), "{error}");
}

#[tokio::test]
async fn only_what_differs_from_what_is_known_is_news() {
    let folder = Folder::new();
    folder.write("changed.wasm", "2");
    folder.write("new.wasm", "1");
    folder.write("same.wasm", "1");
    let known = [("changed", "1"), ("gone", "1"), ("same", "1")];
    let mut watched = folder.watch_knowing(&known, ANNOUNCED);
    watched.expect("changed=2").await;
    watched.expect("gone gone").await;
    watched.expect("new=1").await;
    folder.write("z.wasm", "marker");
    watched.expect("z=marker").await;
}
