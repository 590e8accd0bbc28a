//! More connections than files may be open.

use eclusa_tests::{Chat, DEADLINE, Eclusa, Setup, eventually};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use super::raw::Raw;

/// Lets a process open no further file, or as many as it likes; returns its limit
/// of before.
fn limit_files(eclusa: &Eclusa, most: Option<u64>) -> Option<u64> {
    let process = Pid::from_raw(eclusa.process_id().try_into().unwrap());
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let limit = Rlimit { current: most, maximum: limit.maximum };
    prlimit(process, Resource::Nofile, limit).unwrap().current
}

fn open_files(eclusa: &Eclusa) -> u64 {
    let files = std::fs::read_dir(format!("/proc/{}/fd", eclusa.process_id())).unwrap();
    files.count() as u64
}

#[tokio::test]
async fn where_no_file_can_be_opened_taking_pauses_and_then_goes_on() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let get = |path: &str| {
        let token = eclusa.token();
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n")
    };
    let mut kept = Raw::connect(&eclusa).await;
    kept.send(get("/livez")).await;
    assert_eq!(kept.reply().await.unwrap().status, 200);
    let before = limit_files(&eclusa, Some(open_files(&eclusa)));
    // The system takes them, and they wait.
    let mut waiting = Vec::new();
    for _ in 0..32 {
        let mut connection = Raw::connect(&eclusa).await;
        connection.send(get("/livez")).await;
        waiting.push(connection);
    }
    eventually("the log says what to do", async || {
        eclusa.log().contains("raise their limit (ulimit -n, LimitNOFILE)").then_some(())
    })
    .await;
    // What is open goes on, and the host does not try all the time.
    let tries = tokio::time::timeout(DEADLINE, async {
        loop {
            kept.send(get("/metrics")).await;
            let metrics = kept.reply().await.unwrap().body;
            let name = "eclusa_incoming_accept_errors_total ";
            let count = metrics.lines().find_map(|line| line.strip_prefix(name));
            let count: u64 = count.map_or(0, |count| count.parse().unwrap());
            if count >= 8 {
                break count;
            }
        }
    });
    let tries = tries.await.expect("it tries again");
    assert!(tries < 50, "{tries} tries within moments");
    limit_files(&eclusa, before);
    for mut connection in waiting {
        assert_eq!(connection.reply().await.unwrap().status, 200);
    }
    let told = eclusa.log().matches("no connection can be taken").count();
    assert!(told < 5, "told {told} times");
}
