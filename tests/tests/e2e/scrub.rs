//! A row that is damaged on the disk, and that nobody reads.

use eclusa_tests::{Chat, FakeChat, Setup, eventually};
use serde_json::json;

#[tokio::test]
async fn a_damaged_row_that_nobody_reads_is_told() {
    let mut eclusa = Setup::with(&[Chat::Open]).start();
    let fake = FakeChat::start(Chat::Open);
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let needle = "a text like no other";
    let text = Chat::Open.text_request("41", needle);
    eclusa.chat_posts(Chat::Open, &channel, &text).await.ok();
    assert_eq!(eclusa.get("/readyz").await.ok()["scrub"]["damaged"], json!([]));
    assert!(eclusa.stop().success());

    let file = eclusa.data().join("journal.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let places = bytes.windows(needle.len()).enumerate();
    let places: Vec<_> =
        places.filter(|(_, part)| *part == needle.as_bytes()).map(|(at, _)| at).collect();
    // In the request, and in the event.
    assert_eq!(places.len(), 2);
    for at in places {
        bytes[at] ^= 1;
    }
    std::fs::write(&file, bytes).unwrap();

    eclusa.start_again();
    let damaged = eventually("the damage is told", async || {
        let damaged = eclusa.get("/readyz").await.ok()["scrub"]["damaged"].clone();
        (damaged != json!([])).then_some(damaged)
    })
    .await;
    let tables: Vec<_> = damaged.as_array().unwrap().iter().map(|it| &it["table"]).collect();
    assert_eq!(tables, ["events", "requests"]);
    let row = damaged[1]["row"].as_str().unwrap().to_owned();
    eclusa.get("/v1/events").await.problem(500, "data_damaged");
    // It is ready, and takes what comes.
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("42", "Oi")).await.ok();
    let metrics = eclusa.get("/metrics").await.body;
    assert!(metrics.contains("eclusa_scrub_damaged_rows_total 2\n"), "{metrics}");
    let log = eclusa.log();
    let line = log.lines().find(|line| line.contains("a row of the journal is damaged"));
    assert!(line.is_some_and(|line| line.contains("eclusa check")), "{log}");
    assert!(log.contains(&row), "{log}");
}
