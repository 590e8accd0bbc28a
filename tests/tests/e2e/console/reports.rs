//! Indicators and reports: the API's numbers and rows, for who may see them, whatever
//! people have written.

use eclusa_tests::{Browser, Chat, FakeChat, Setup, own};
use serde_json::json;

const HOSTILE: &str = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

#[tokio::test]
async fn pages_show_what_the_api_counts_and_lists() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let mut channel = Chat::Open.channel("site", &fake.url());
    channel["name"] = json!(HOSTILE);
    let channel = eclusa.create(&channel).await;
    let (browser, stranger) = (Browser::signed_in(&eclusa, eclusa.token()).await, Browser::new());
    let empty = browser.open(&eclusa, "/dashboard").await;
    assert!(empty.body.contains("No attendance opened in this period"), "{}", empty.body);
    // More than fit on a page.
    for number in 0..120 {
        let body = json!({
            "id": format!("m-{number}"), "conversation": format!("v-{number}"),
            "from": { "id": format!("u-{number}"), "name": HOSTILE },
            "type": "text", "text": { "body": HOSTILE },
        });
        eclusa.chat_posts(Chat::Open, &channel, &body.to_string()).await.ok();
    }
    let report = eclusa.get("/v1/reports/attendances?by=hour").await.ok();
    assert_eq!(report["totals"]["opened"], 120);
    let pages = ["/dashboard", "/dashboard?period=30d&channel=site", "/reports/attendances"];
    for path in pages {
        let page = browser.open(&eclusa, path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.contains(">120<"), "{path}: {}", page.body);
        for foreign in ["<script>", "<img src=x", "style=", "http://www.w3.org"] {
            assert!(!page.body.contains(foreign), "{foreign} in {path}");
        }
        let closed = stranger.open(&eclusa, path).await;
        assert_eq!((closed.status, closed.header("location")), (303, Some("/login")), "{path}");
    }

    // There and back again: 50, 50 and 20 rows, each of them once.
    let mut seen = Vec::new();
    let mut path = "/reports/attendances".to_owned();
    for (rows, rel) in [(50, "next"), (50, "next"), (20, "prev"), (50, "prev"), (50, "next")] {
        let page = browser.open(&eclusa, &path).await.body;
        let found: Vec<String> = after_each(&page, "<a href=\"/reports/attendances/20");
        assert_eq!(found.len(), rows, "{path}");
        seen.push(found);
        path = link(&page, rel);
    }
    assert_eq!((&seen[0], &seen[1]), (&seen[4], &seen[3]));
    let mut all = seen[..3].concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 120);
    let first = browser.open(&eclusa, "/reports/attendances").await.body;
    assert!(!first.contains("rel=\"prev\""), "nothing is newer than the first page");

    // One of them, and files of all, as the API has them.
    let one = browser.open(&eclusa, &format!("/reports/attendances/20{}", seen[0][0])).await;
    assert_eq!(one.status, 200, "{}", one.body);
    assert!(one.body.contains("&#60;script&#62;alert(1)") && !one.body.contains("<script>"));
    for form in ["csv", "json"] {
        let page = browser.open(&eclusa, &format!("/reports/attendances.{form}")).await;
        let api = eclusa.get(&format!("/v1/reports/attendances.{form}")).await;
        assert_eq!(page.body, api.body);
        assert!(page.header("content-disposition").unwrap().starts_with("attachment"));
        let closed = stranger.open(&eclusa, &format!("/reports/attendances.{form}")).await;
        assert_eq!(closed.status, 303, "{form}");
    }
}

/// What follows each of these marks, up to a quotation mark.
fn after_each(page: &str, mark: &str) -> Vec<String> {
    let found = page.split(mark).skip(1);
    found.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
}

fn link(page: &str, rel: &str) -> String {
    let before = page.split(&format!("\" rel=\"{rel}\"")).next().unwrap();
    before.rsplit("href=\"").next().unwrap().replace("&#38;", "&")
}

#[tokio::test]
async fn what_is_wrong_in_a_filter_stands_beside_its_field() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let viewer = Browser::signed_in(&eclusa, &eclusa.new_token("eyes", "viewer").await).await;
    for (query, id) in [
        ("from=2026-02-01&to=2026-01-31", "to-wrong"),
        ("from=yesterday", "from-wrong"),
        ("from=2026-01-01&to=%3Cscript%3E", "to-wrong"),
    ] {
        for page in ["/dashboard", "/reports/attendances"] {
            let wrong = viewer.open(&eclusa, &format!("{page}?{query}")).await;
            assert_eq!(wrong.status, 422, "{page} {query}: {}", wrong.body);
            assert!(wrong.body.contains(&format!("id=\"{id}\"")), "{page} {query}");
            assert!(!wrong.body.contains("<script>"), "{page} {query}");
        }
    }
    // Longer than what is counted by hours: told for the indicators, and the list goes on.
    let long = "from=2026-01-01&to=2026-06-30";
    let wrong = viewer.open(&eclusa, &format!("/dashboard?{long}")).await;
    assert!(wrong.body.contains("At most 92 days"), "{}", wrong.body);
    let list = viewer.open(&eclusa, &format!("/reports/attendances?{long}")).await;
    assert!(list.status == 200 && list.body.contains("up to 92 days"), "{}", list.body);
    for (path, status) in [
        ("/dashboard?perod=7d", 400),
        ("/reports/attendances?state=asleep", 422),
        ("/reports/attendances?before=x", 400),
        ("/reports/attendances?after=%22%3E", 400),
        ("/reports/attendances/nothing", 404),
        ("/reports/attendances.csv?from=x", 422),
        ("/preferences?back=//evil.example", 200),
    ] {
        let page = viewer.open(&eclusa, path).await;
        assert_eq!(page.status, status, "{path}: {}", page.body);
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{path}");
        // It is the page's own address that says it, and nothing leads there.
        assert!(!page.body.contains("\"//evil.example"), "{path}");
    }
    // A form that was sent as it stood has a shorter URL; so has a place on the clock.
    let today = viewer.open(&eclusa, "/dashboard?channel=site&period=7d").await.body;
    let [from, to] = ["from", "to"].map(|name| {
        let field = today.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        field.split('"').next().unwrap().to_owned()
    });
    let sent = format!("/dashboard?channel=site&period=7d&from={from}&to={to}");
    let sent = viewer.open(&eclusa, &sent).await;
    assert_eq!(sent.header("location"), Some("/dashboard?period=7d&channel=site"));
    let zone = [("zone", "America/Sao_Paulo"), ("back", "/dashboard")];
    let kept = viewer.submit(&eclusa, "/preferences", &zone).await;
    assert!(kept.header("set-cookie").unwrap().starts_with("eclusa_zone=America/Sao_Paulo; "));
    let nowhere = [("zone", "../../etc/passwd")];
    let kept = viewer.submit_from(&eclusa, &own(&eclusa), "/preferences", &nowhere).await;
    assert_eq!(kept.header("set-cookie"), None);
}
