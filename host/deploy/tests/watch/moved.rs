//! The folder itself goes away, comes back, or is another one.

use std::fs;
use std::os::unix::fs::symlink;

use eclusa_deploy::watch::watch;

use crate::support::{ANNOUNCED, Folder, Watched};

#[tokio::test]
async fn a_folder_that_is_made_again_is_watched_again() {
    let folder = Folder::new();
    folder.write("x.wasm", "1");
    let mut watched = folder.watch(ANNOUNCED);
    watched.expect("x=1").await;
    for round in 2..5 {
        fs::remove_dir_all(folder.path()).unwrap();
        fs::create_dir(folder.path()).unwrap();
        folder.write("x.wasm", round.to_string());
        // That it was gone may or may not have been seen.
        let news = watched.news().await;
        if news == "x gone" {
            watched.expect(&format!("x={round}")).await;
        } else {
            assert_eq!(news, format!("x={round}"));
        }
        // Changes are announced again.
        folder.replace("x.wasm", "then");
        watched.expect("x=then").await;
    }
}

#[tokio::test]
async fn another_folder_in_its_place_is_compared_with_it() {
    let folder = Folder::new();
    folder.write("same.wasm", "1");
    folder.write("x.wasm", "1");
    let mut watched = folder.watch(ANNOUNCED);
    watched.expect("same=1").await;
    watched.expect("x=1").await;
    let (old, new) = (folder.beside("old"), folder.beside("new"));
    fs::create_dir(&new).unwrap();
    fs::write(new.join("same.wasm"), "1").unwrap();
    fs::write(new.join("x.wasm"), "2").unwrap();
    fs::rename(folder.path(), &old).unwrap();
    fs::rename(&new, folder.path()).unwrap();
    watched.expect("x=2").await;
    // What happens in the old one is of no interest any more.
    fs::write(old.join("x.wasm"), "3").unwrap();
    fs::write(old.join("y.wasm"), "1").unwrap();
    folder.write("z.wasm", "marker");
    watched.expect("z=marker").await;
}

#[tokio::test]
async fn a_link_to_the_folder_may_be_led_elsewhere() {
    let folder = Folder::new();
    for (release, content) in [("release-1", "1"), ("release-2", "2")] {
        fs::create_dir(folder.beside(release)).unwrap();
        fs::write(folder.beside(release).join("x.wasm"), content).unwrap();
    }
    let current = folder.beside("current");
    symlink("release-1", &current).unwrap();
    let (watcher, receiver) = watch(current.clone(), Default::default(), ANNOUNCED).unwrap();
    let mut watched = Watched { watcher, receiver };
    watched.expect("x=1").await;
    symlink("release-2", folder.beside("next")).unwrap();
    fs::rename(folder.beside("next"), &current).unwrap();
    watched.expect("x=2").await;
    fs::write(folder.beside("release-2").join("x.wasm"), "3").unwrap();
    watched.expect("x=3").await;
}
