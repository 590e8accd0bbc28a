//! Files behind links.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::{ANNOUNCED, Folder, RESCANNED};

/// Leads a link elsewhere in one step, as `ln -sfn` does.
fn lead(link: &Path, target: impl AsRef<Path>) {
    let temporary = link.with_file_name("..link");
    symlink(target, &temporary).unwrap();
    fs::rename(temporary, link).unwrap();
}

#[tokio::test]
async fn a_link_led_elsewhere_is_news() {
    let folder = Folder::new();
    fs::write(folder.beside("one"), "1").unwrap();
    fs::write(folder.beside("two"), "2").unwrap();
    let mut watched = folder.watch(ANNOUNCED);
    lead(&folder.file("x.wasm"), "../one");
    watched.expect("x=1").await;
    lead(&folder.file("x.wasm"), folder.beside("two"));
    watched.expect("x=2").await;
    fs::write(folder.beside("copy"), "2").unwrap();
    lead(&folder.file("x.wasm"), "../copy");
    folder.write("z.wasm", "marker");
    watched.expect("z=marker").await;
}

#[tokio::test]
async fn a_link_on_the_way_led_elsewhere_is_news() {
    // As ConfigMaps are mounted: x.wasm -> ..data/x.wasm, ..data -> ..2024_1.
    let folder = Folder::new();
    for (version, content) in [("..2024_1", "1"), ("..2024_2", "2")] {
        fs::create_dir(folder.file(version)).unwrap();
        folder.write(&format!("{version}/x.wasm"), content);
        folder.write(&format!("{version}/y.wasm"), "same");
    }
    lead(&folder.file("..data"), "..2024_1");
    symlink("..data/x.wasm", folder.file("x.wasm")).unwrap();
    symlink("..data/y.wasm", folder.file("y.wasm")).unwrap();
    let mut watched = folder.watch(ANNOUNCED);
    watched.expect("x=1").await;
    watched.expect("y=same").await;
    lead(&folder.file("..data"), "..2024_2");
    watched.expect("x=2").await;
    fs::remove_dir_all(folder.file("..2024_1")).unwrap();
    folder.write("z.wasm", "marker");
    watched.expect("z=marker").await;
}

#[tokio::test]
async fn a_broken_link_is_a_problem_until_it_leads_to_a_file() {
    let folder = Folder::new();
    symlink("../one", folder.file("x.wasm")).unwrap();
    let mut watched = folder.watch(RESCANNED);
    watched.expect("x: link_broken").await;
    // Nobody announces what happens elsewhere.
    fs::write(folder.beside("one"), "1").unwrap();
    watched.expect("x=1").await;
    fs::write(folder.beside("one"), "2").unwrap();
    watched.expect("x=2").await;
    fs::remove_file(folder.beside("one")).unwrap();
    watched.expect("x: link_broken").await;
    fs::remove_file(folder.file("x.wasm")).unwrap();
    watched.expect("x gone").await;
}

#[tokio::test]
async fn a_broken_link_is_told_once() {
    let folder = Folder::new();
    symlink("nowhere", folder.file("x.wasm")).unwrap();
    let mut watched = folder.watch(RESCANNED);
    watched.expect("x: link_broken").await;
    lead(&folder.file("x.wasm"), "nowhere else");
    folder.write("z.wasm", "marker");
    watched.expect("z=marker").await;
}
