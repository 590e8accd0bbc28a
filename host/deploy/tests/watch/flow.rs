//! Many files, slow receivers, the end.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use eclusa_deploy::watch::WatchOptions;

use crate::support::{ANNOUNCED, Folder};

#[tokio::test]
async fn many_files_at_once_are_all_news() {
    let folder = Folder::new();
    let mut watched = folder.watch(ANNOUNCED);
    std::thread::scope(|scope| {
        for half in [0, 1] {
            let folder = &folder;
            scope.spawn(move || {
                for number in (0..100).filter(|number| number % 2 == half) {
                    folder.write(&format!("a{number}.wasm"), number.to_string().repeat(9));
                    // Others are at work in the folder too.
                    folder.write(&format!("{number}.tmp"), "1");
                }
            });
        }
    });
    let mut found = BTreeSet::new();
    for _ in 0..100 {
        found.insert(watched.news().await);
    }
    let all = (0..100).map(|number| format!("a{number}={}", number.to_string().repeat(9)));
    assert_eq!(found, all.collect());
    folder.write("z.wasm", "marker");
    watched.expect("z=marker").await;
}

#[tokio::test]
async fn a_slow_receiver_gets_the_newest_of_each_and_loses_none() {
    let folder = Folder::new();
    folder.replace("a.wasm", "1");
    folder.replace("b.wasm", "1");
    let mut watched = folder.watch(ANNOUNCED);
    watched.expect("a=1").await;
    watched.expect("b=1").await;
    // The first takes all the room there is.
    folder.replace("a.wasm", "2");
    while watched.receiver.is_empty() {
        tokio::task::yield_now().await;
    }
    for number in 2..=50 {
        folder.replace("b.wasm", number.to_string());
        folder.replace("c.wasm", number.to_string());
    }
    fs::remove_file(folder.file("c.wasm")).unwrap();
    folder.replace("d.wasm", "1");
    watched.expect("a=2").await;
    let mut rest = BTreeSet::new();
    while rest.len() < 2 {
        rest.insert(watched.news().await);
    }
    assert_eq!(rest, BTreeSet::from(["b=50".to_owned(), "d=1".to_owned()]));
    folder.write("z.wasm", "marker");
    watched.expect("z=marker").await;
}

#[tokio::test]
async fn dropping_the_watcher_ends_it() {
    let folder = Folder::new();
    folder.write("a.wasm", "1");
    folder.write("b.wasm", "1");
    let mut watched = folder.watch(WatchOptions { quiet: Duration::ZERO, ..ANNOUNCED });
    // It waits for room when it is told to stop.
    while watched.receiver.is_empty() {
        tokio::task::yield_now().await;
    }
    drop(watched.watcher);
    let end = async { while watched.receiver.recv().await.is_some() {} };
    assert!(tokio::time::timeout(Duration::from_secs(10), end).await.is_ok());
}
