//! More than there is memory for.

use eclusa_tests::{Chat, Eclusa, Setup, eventually, join_all};

use super::raw::{Raw, head};
use super::{channel, open, refused};

const MIB: usize = 1 << 20;
const CALLERS: usize = 200;

/// What the process holds in memory, in bytes.
fn resident(eclusa: &Eclusa) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", eclusa.process_id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<usize>().unwrap() * 1024
}

/// 200 callers announce bodies of 4 MiB, send 3 MiB and stop: 600 MiB in all,
/// where 16 are allowed.
#[tokio::test]
async fn a_flood_of_large_slow_bodies_is_shed_before_memory_grows() {
    let limits = "[incoming]\nbody_memory_bytes = 16777216\n[limits]\nchannel_body_bytes = 4194304";
    let eclusa = Setup::with(&[Chat::Open]).config(limits).start();
    let (flooded, other) = (open(&eclusa).await, channel(&eclusa, "other").await);
    let before = resident(&eclusa);
    let part = vec![b' '; 3 * MIB];
    let callers = (0..CALLERS).map(async |_| {
        let mut caller = Raw::connect(&eclusa).await;
        caller.send(head(&flooded, &[("content-length", &(4 * MIB).to_string())])).await;
        caller.send(&part).await;
        caller
    });
    let callers = join_all(callers).await;
    eventually("most are shed", async || {
        let shed = refused(&eclusa, "channel_body_memory_full").await;
        (shed >= CALLERS as u64 - 4).then_some(())
    })
    .await;
    let during = resident(&eclusa);
    // The others are served meanwhile.
    for path in ["/livez", "/readyz", "/metrics", "/v1/events"] {
        eclusa.get(path).await;
    }
    let body = Chat::Open.text_request("1", "Oi");
    eclusa.chat_posts(Chat::Open, &other, &body).await.ok();
    let large = vec![b' '; 4 * MIB];
    let headers = Chat::Open.sign(&large);
    let answer = eclusa.call("POST", &other.ingress, &headers, large).await;
    assert_ne!(answer.status, 503, "another channel has its half: {}", answer.body);
    println!(
        "resident: {} MiB before, {} MiB while {CALLERS} callers have sent {} MiB",
        before / MIB,
        during / MIB,
        CALLERS * part.len() / MIB
    );
    assert!(during < before + 100 * MIB, "{} MiB more", (during - before) / MIB);
    drop(callers);
    eventually("all room is free again", async || {
        eclusa.get("/metrics").await.body.contains("eclusa_incoming_body_bytes 0\n").then_some(())
    })
    .await;
    eclusa.chat_posts(Chat::Open, &flooded, &body).await.ok();
}
