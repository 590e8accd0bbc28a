//! The ways in which files are saved, and how soon that is news.

use std::fs::{self, File};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use eclusa_deploy::watch::{FolderNews, WatchOptions};

use crate::support::{ANNOUNCED, Folder, Watched, short};

#[tokio::test]
async fn a_file_saved_in_place_is_news() {
    let folder = Folder::new();
    let mut watched = folder.watch(ANNOUNCED);
    folder.write("x.wasm", "1");
    let FolderNews::File(file) = watched.next().await else { panic!("not a file") };
    assert_eq!((file.name.as_str(), file.path), ("x", folder.file("x.wasm")));
    assert_eq!(file.bytes, b"1");
    assert_eq!(file.sha256, "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b");
    folder.write("x.wasm", "2");
    watched.expect("x=2").await;
}

#[tokio::test]
async fn a_file_renamed_into_place_is_news_at_once() {
    let folder = Folder::new();
    let mut watched = folder.watch(WatchOptions { quiet: Duration::from_secs(3600), ..ANNOUNCED });
    // What is there before it listens has to stand still first.
    for round in 0.. {
        folder.replace("z.wasm", format!("listens {round}"));
        let news = watched.receiver.recv();
        if tokio::time::timeout(Duration::from_millis(100), news).await.is_ok() {
            break;
        }
        assert!(round < 100, "there is no news");
    }
    for content in ["1", "2", "3"] {
        folder.replace("x.wasm", content);
        let mut news = watched.news().await;
        while news.starts_with("z=listens") {
            news = watched.news().await;
        }
        assert_eq!(news, format!("x={content}"));
    }
}

/// Writes the file over in small parts; returns the longest pause between two.
fn write_slowly(mut file: File, content: &[u8]) -> Duration {
    let mut longest = Duration::ZERO;
    let mut last = Instant::now();
    for part in content.chunks(content.len() / 150) {
        file.write_all(part).unwrap();
        longest = longest.max(last.elapsed());
        last = Instant::now();
        // The pace of the writer is the subject here.
        std::thread::sleep(Duration::from_millis(5));
    }
    longest.max(last.elapsed())
}

async fn slow_writer(truncate: bool) {
    let options = WatchOptions { quiet: Duration::from_millis(500), ..ANNOUNCED };
    for _ in 0..5 {
        let folder = Folder::new();
        folder.replace("x.wasm", "0".repeat(60_000));
        let mut watched = folder.watch(options.clone());
        watched.next().await;
        let file = File::options().write(true).truncate(truncate).open(folder.file("x.wasm"));
        let content = "1".repeat(60_000);
        let writer = std::thread::spawn({
            let content = content.clone();
            move || write_slowly(file.unwrap(), content.as_bytes())
        });
        let first = watched.next().await;
        let longest = writer.join().unwrap();
        if longest > options.quiet / 2 {
            // The machine held the writer up, so that nothing can be said.
            continue;
        }
        let FolderNews::File(file) = first else { panic!("{first:?}") };
        assert!(file.bytes == content.as_bytes(), "{} bytes of it", file.bytes.len());
        folder.write("z.wasm", "marker");
        watched.expect("z=marker").await;
        return;
    }
    panic!("the machine is too busy for this test");
}

#[tokio::test]
async fn a_slow_writer_is_waited_for() {
    slow_writer(true).await;
}

#[tokio::test]
async fn a_slow_writer_that_keeps_the_size_is_waited_for() {
    slow_writer(false).await;
}

#[tokio::test]
async fn after_a_part_the_whole_follows() {
    let folder = Folder::new();
    let mut watched = folder.watch(ANNOUNCED);
    let mut file = File::create(folder.file("x.wasm")).unwrap();
    file.write_all(b"one").unwrap();
    watched.expect("x=one").await;
    file.write_all(b" and two").unwrap();
    watched.expect("x=one and two").await;
    // Somebody renames it before it is whole.
    let mut file = File::create(folder.file("x.tmp")).unwrap();
    file.write_all(b"three").unwrap();
    fs::rename(folder.file("x.tmp"), folder.file("x.wasm")).unwrap();
    watched.expect("x=three").await;
    file.write_all(b" and four").unwrap();
    watched.expect("x=three and four").await;
}

#[tokio::test]
async fn one_slow_writer_holds_up_nobody_else() {
    let folder = Folder::new();
    let mut watched = folder.watch(ANNOUNCED);
    let mut slow = File::create(folder.file("a.wasm")).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let stop = Arc::clone(&stop);
        move || {
            while !stop.load(Ordering::Relaxed) {
                slow.write_all(b"a").unwrap();
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    });
    folder.write("b.wasm", "1");
    // A writer held up by the machine may be taken for one that is done.
    while watched.news().await != "b=1" {}
    assert!(!writer.is_finished());
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    let whole = fs::read_to_string(folder.file("a.wasm")).unwrap();
    while watched.news().await != format!("a={whole}") {}
}

#[tokio::test]
async fn what_is_no_new_content_is_no_news() {
    let folder = Folder::new();
    folder.write("x.wasm", "1");
    let mut watched = folder.watch(ANNOUNCED);
    watched.expect("x=1").await;

    folder.write("x.wasm", "1");
    folder.write("z.wasm", "same bytes in place");
    watched.expect("z=same bytes in place").await;

    folder.replace("x.wasm", "1");
    folder.replace("z.wasm", "same bytes renamed");
    watched.expect("z=same bytes renamed").await;

    let file = File::options().append(true).open(folder.file("x.wasm")).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
    folder.write("z.wasm", "touched");
    watched.expect("z=touched").await;

    let mut permissions = file.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folder.file("x.wasm"), permissions).unwrap();
    folder.write("z.wasm", "other mode");
    watched.expect("z=other mode").await;
}

#[tokio::test]
async fn a_file_that_is_gone_is_new_when_it_is_back() {
    let folder = Folder::new();
    folder.write("x.wasm", "1");
    let mut watched = folder.watch(ANNOUNCED);
    watched.expect("x=1").await;
    fs::remove_file(folder.file("x.wasm")).unwrap();
    watched.expect("x gone").await;
    folder.write("x.wasm", "1");
    watched.expect("x=1").await;
    fs::rename(folder.file("x.wasm"), folder.file("y.wasm")).unwrap();
    let mut both = [watched.news().await, watched.news().await];
    both.sort();
    assert_eq!(both, ["x gone", "y=1"]);
}

#[tokio::test]
async fn editors_and_copying_tools_are_let_work() {
    let folder = Folder::new();
    let mut watched = folder.watch(ANNOUNCED);
    for name in [".x.wasm.swp", ".x.wasm", "x.wasm~", ".tmp123", "x.wasm.part", "4913", "x.wasm-"] {
        folder.write(name, "not an adapter");
    }
    folder.write("z.wasm", "marker");
    watched.expect("z=marker").await;
    // As vim saves by default: the old file becomes a backup, a new one is written.
    folder.write("x.wasm", "1");
    watched.expect("x=1").await;
    fs::rename(folder.file("x.wasm"), folder.file("x.wasm~")).unwrap();
    folder.write("x.wasm", "2");
    fs::remove_file(folder.file("x.wasm~")).unwrap();
    watched.expect("x=2").await;
}

#[tokio::test]
async fn news_is_soon() {
    let folder = Folder::new();
    let mut watched = folder.watch(WatchOptions::default());
    let content = vec![b'.'; 250_000];
    let median = async |watched: &mut Watched, in_place: bool| {
        let mut times = Vec::new();
        for round in 0..21 {
            let content = [format!("{in_place}{round}").as_bytes(), &content].concat();
            let temporary = folder.file("x.tmp");
            if !in_place {
                fs::write(&temporary, &content).unwrap();
            }
            let saved = Instant::now();
            if in_place {
                folder.write("x.wasm", &content);
            } else {
                fs::rename(temporary, folder.file("x.wasm")).unwrap();
            }
            let news = watched.next().await;
            times.push(saved.elapsed());
            assert!(short(&news).starts_with("x="), "{news:?}");
        }
        times.sort();
        times[times.len() / 2]
    };
    let (renamed, written) = (median(&mut watched, false).await, median(&mut watched, true).await);
    println!("from saving to news, median: renamed {renamed:?}, in place {written:?}");
    assert!(renamed < written);
}
