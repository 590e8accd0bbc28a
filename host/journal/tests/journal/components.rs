//! Components as files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eclusa_journal::Registry;

use crate::registry::sha256;
use crate::{Maker, Sqlite};

fn file(data: &Path, name: &str) -> PathBuf {
    data.join("components").join(format!("{name}.wasm"))
}

#[tokio::test]
async fn a_damaged_file_is_not_returned_and_is_replaced() {
    let maker = Sqlite::default();
    let journal = maker.open();
    let bytes = b"\0asm whole".to_vec();
    let name = sha256(&bytes);
    journal.put_component(name.clone(), bytes.clone()).await.unwrap();
    for damaged in [&b""[..], &b"\0asm"[..], &b"\0asm WHOLE"[..]] {
        std::fs::write(file(maker.0.path(), &name), damaged).unwrap();
        assert_eq!(journal.component(name.clone()).await.unwrap(), None);
    }
    let journal = maker.reopen(journal);
    assert_eq!(journal.component(name.clone()).await.unwrap(), None);
    journal.put_component(name.clone(), bytes.clone()).await.unwrap();
    assert_eq!(journal.component(name).await.unwrap(), Some(bytes));
}

#[tokio::test]
async fn a_whole_file_is_left_alone() {
    let maker = Sqlite::default();
    let journal = maker.open();
    let bytes = b"\0asm".to_vec();
    let name = sha256(&bytes);
    journal.put_component(name.clone(), bytes.clone()).await.unwrap();
    let times = || std::fs::metadata(file(maker.0.path(), &name)).unwrap().modified().unwrap();
    let before = times();
    // Another file in its place would be a new one.
    let same = std::fs::File::open(file(maker.0.path(), &name)).unwrap();
    journal.put_component(name.clone(), bytes).await.unwrap();
    assert_eq!(times(), before);
    drop(same);
}

#[tokio::test]
async fn what_a_crash_left_is_in_nobodys_way() {
    let maker = Sqlite::default();
    std::fs::create_dir(maker.0.path().join("components")).unwrap();
    let incoming = maker.0.path().join("components/incoming");
    std::fs::write(&incoming, "half of a component").unwrap();
    let journal = maker.open();
    let bytes = b"\0asm".to_vec();
    journal.put_component(sha256(&bytes), bytes.clone()).await.unwrap();
    assert_eq!(journal.component(sha256(&bytes)).await.unwrap(), Some(bytes));
    assert!(!incoming.exists());
}

#[tokio::test]
async fn a_name_never_leads_to_another_file() {
    let maker = Sqlite::default();
    let journal = maker.open();
    let secret = "../".to_owned() + &"a".repeat(61);
    std::fs::create_dir(maker.0.path().join("components")).unwrap();
    let outside = maker.0.path().join(format!("{}.wasm", "a".repeat(61)));
    std::fs::write(&outside, "secret").unwrap();
    assert_eq!(secret.len(), 64);
    assert_eq!(journal.component(secret.clone()).await.unwrap(), None);
    journal.remove_component(secret.clone()).await.unwrap();
    assert!(outside.exists());
    journal.put_component(secret, b"secret".to_vec()).await.unwrap_err();
    assert_eq!(std::fs::read(&outside).unwrap(), b"secret");
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let maker = Sqlite::default();
    let journal = maker.open();
    let bytes = b"\0asm".to_vec();
    let name = sha256(&bytes);
    journal.put_component(name.clone(), bytes).await.unwrap();
    assert_eq!(mode(&maker.0.path().join("components")), 0o700);
    assert_eq!(mode(&file(maker.0.path(), &name)), 0o600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_are_each_whole() {
    let maker = Sqlite::default();
    let journal = Arc::new(maker.open());
    let tasks: Vec<_> = (0..32_u8)
        .map(|number| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                // Each of eight components four times.
                let bytes = vec![number % 8; 100_000];
                journal.put_component(sha256(&bytes), bytes.clone()).await.unwrap();
                assert_eq!(journal.component(sha256(&bytes)).await.unwrap(), Some(bytes));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(std::fs::read_dir(maker.0.path().join("components")).unwrap().count(), 8);
}
