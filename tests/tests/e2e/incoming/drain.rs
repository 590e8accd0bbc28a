//! Stopping: nothing that was taken is lost, and nobody waits in vain.

use std::collections::BTreeSet;

use eclusa_tests::{Chat, Setup, eventually, is_of_attendance, join_all};

use super::open;
use super::raw::{Raw, head, request};

const CALLERS: usize = 8;

/// Callers on connections that stay open write without a pause while the server
/// is asked to stop. Each request on a connection that has served before is
/// answered, and what is recorded is exactly what was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_amid_the_load_loses_nothing_and_breaks_no_connection() {
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    let channel = open(&eclusa).await;
    let url = eclusa.url().to_owned();
    let callers = (0..CALLERS).map(|caller| {
        let (channel, url) = (channel.clone(), url.clone());
        tokio::spawn(async move {
            let mut acknowledged = BTreeSet::new();
            let mut number = 0;
            while let Some(mut connection) = Raw::try_connect(&url).await {
                let mut served = 0;
                loop {
                    number += 1;
                    let id = format!("{caller}-{number}");
                    connection.send(request(&channel, &id)).await;
                    let Some(reply) = connection.reply().await else {
                        assert_eq!(served, 0, "a connection that had served broke");
                        break;
                    };
                    assert_eq!(reply.status, 200, "{reply:?}");
                    acknowledged.insert(id);
                    served += 1;
                    if reply.head.contains("connection: close") {
                        break;
                    }
                }
            }
            acknowledged
        })
    });
    let callers: Vec<_> = callers.collect();
    eventually("they are at it", async || {
        let page = eclusa.get("/v1/events?limit=500").await.ok();
        (page["events"].as_array()?.len() >= 50).then_some(())
    })
    .await;
    eclusa.ask_to_stop();
    let acknowledged: BTreeSet<String> =
        join_all(callers).await.into_iter().flat_map(|ids| ids.expect("a caller")).collect();
    assert!(eclusa.stopped().success());
    eclusa.start_again();
    let mut recorded = BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = eclusa.get(&format!("/v1/events?limit=500{after}")).await.ok();
        let events = page["events"].as_array().unwrap().iter();
        for event in events.filter(|event| !is_of_attendance(event)) {
            recorded.insert(event["message"]["external_id"].as_str().unwrap().to_owned());
        }
        if page["more"] != true {
            break;
        }
        after = format!("&after={}", page["next"].as_str().unwrap());
    }
    assert_eq!(recorded, acknowledged);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_ends_well_and_long_polls_end_at_once() {
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    let channel = open(&eclusa).await;
    let body = Chat::Open.text_request("1", "Oi");
    let length = body.len().to_string();
    let mut half = Raw::connect(&eclusa).await;
    half.send(head(&channel, &[("expect", "100-continue"), ("content-length", &length)])).await;
    // It is under way.
    assert_eq!(half.reply().await.unwrap().status, 100);
    let mut poll = Raw::connect(&eclusa).await;
    let token = eclusa.token();
    poll.send(format!(
        "GET /v1/events?wait=60 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"
    ))
    .await;
    eclusa.ask_to_stop();
    let polled = poll.replies().await;
    assert_eq!((polled.len(), polled[0].status), (1, 200));
    let url = eclusa.url().to_owned();
    eventually("nobody listens", async || Raw::try_connect(&url).await.is_none().then_some(()))
        .await;
    half.send(&body).await;
    let replies = half.replies().await;
    assert_eq!((replies.len(), replies[0].status), (1, 200), "{replies:?}");
    assert!(replies[0].head.contains("connection: close"), "{}", replies[0].head);
    assert!(eclusa.stopped().success());
    eclusa.start_again();
    eclusa.events(None, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn load_balancers_get_time_to_notice_and_a_second_signal_ends_it() {
    let drain = "[drain]\ndelay_ms = 3600000\nrequests_ms = 3600000";
    let mut eclusa = Setup::with(&[Chat::Open]).config(drain).start();
    let channel = open(&eclusa).await;
    eclusa.ask_to_stop();
    let told = eventually("the load balancer is told", async || {
        Some(eclusa.call("GET", "/readyz", &[], "").await).filter(|answer| answer.status == 503)
    })
    .await;
    told.problem(503, "draining");
    assert_eq!(eclusa.call("GET", "/livez", &[], "").await.status, 200);
    // Requests are taken until then, and each answer says that it was the last.
    let mut caller = Raw::connect(&eclusa).await;
    caller.send(request(&channel, "1")).await;
    let replies = caller.replies().await;
    assert_eq!((replies.len(), replies[0].status), (1, 200));
    let mut stuck = Raw::connect(&eclusa).await;
    stuck.send(head(&channel, &[("content-length", "100")])).await;
    eclusa.ask_to_stop();
    assert!(eclusa.stopped().success());
    eclusa.start_again();
    eclusa.events(None, 1).await;
    // It would drain for an hour.
    eclusa.kill();
}
