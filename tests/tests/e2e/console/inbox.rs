//! The inbox: what agents see, what they do, and what nobody can do through it.

use std::time::Duration;

use eclusa_tests::{Answer, Browser, Channel, Chat, Eclusa, FakeChat, Setup};
use serde_json::{Value, json};

const OPEN: Chat = Chat::Open;

/// A server with a channel `site` whose chat takes everything.
async fn started() -> (Eclusa, FakeChat, Channel, Browser) {
    let fake = FakeChat::start(OPEN);
    let eclusa = Setup::with(&[OPEN]).start();
    let channel = eclusa.create(&OPEN.channel("site", &fake.url())).await;
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    (eclusa, fake, channel, browser)
}

/// The chat says something of any type.
async fn says(eclusa: &Eclusa, channel: &Channel, conversation: &str, message: Value) {
    let mut whole = json!({
        "id": format!("{conversation}-{}", message), "conversation": conversation,
        "from": { "id": format!("u-{conversation}"), "name": "Ana <b>Lima</b>" },
    });
    whole.as_object_mut().unwrap().extend(message.as_object().unwrap().clone());
    eclusa.chat_posts(OPEN, channel, &whole.to_string()).await.ok();
}

fn text(body: &str) -> Value {
    json!({ "type": "text", "text": { "body": body } })
}

/// The newest attendance.
async fn newest(eclusa: &Eclusa) -> Value {
    eclusa.get("/v1/attendances?limit=1").await.ok()["attendances"][0].clone()
}

async fn send(browser: &Browser, eclusa: &Eclusa, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.form_token(eclusa).await;
    let mut fields = fields.to_vec();
    fields.push(("csrf", &csrf));
    browser.submit(eclusa, path, &fields).await
}

#[tokio::test]
async fn what_a_chat_says_is_shown_and_never_becomes_a_part_of_the_page() {
    let (eclusa, _fake, channel, browser) = started().await;
    let page = browser.open(&eclusa, "/inbox").await;
    assert!(page.body.contains("Nobody is waiting"), "{}", page.body);
    let hostile = "<script>alert(1)</script> see https://a.example/x?y=\"z. javascript:alert(2)";
    says(&eclusa, &channel, "c1", text(hostile)).await;
    let other = json!({ "url": "https://foreign.example/a.ogg", "filename": "\"><img src=x>" });
    says(&eclusa, &channel, "c1", json!({ "type": "audio", "audio": other })).await;
    let id = newest(&eclusa).await["id"].as_str().unwrap().to_owned();
    for path in ["/inbox".to_owned(), format!("/inbox/{id}")] {
        let page = browser.open(&eclusa, &path).await;
        assert_eq!(page.status, 200);
        for forbidden in ["<script>alert", "<b>Lima", "<img src=x", "href=\"javascript:"] {
            assert!(!page.body.contains(forbidden), "{forbidden} in {path}");
        }
        assert!(page.body.contains("Ana &#60;b&#62;Lima"));
    }
    let page = browser.open(&eclusa, &format!("/inbox/{id}")).await.body;
    assert!(page.contains("href=\"https://a.example/x?y=\" target=\"_blank\" rel=\"noopener"));
    // Nothing of another host is loaded by looking.
    assert!(page.contains("href=\"https://foreign.example/a.ogg\""));
    assert!(!page.contains("src=\"http"));
    // What makes no sense in an address is an empty list, or told.
    for path in ["/inbox?view=x&channel=none&q=%00", "/inbox?q=Ana&after=zzz", "/inbox/none"] {
        let answer = browser.open(&eclusa, path).await;
        assert!((200..500).contains(&answer.status), "{path}: {}", answer.status);
    }
    assert!(browser.open(&eclusa, "/inbox?q=ana%20lim").await.body.contains("/inbox/01"));
}

#[tokio::test]
async fn each_type_is_answered_as_the_api_would_and_a_form_sent_twice_sends_once() {
    let (eclusa, fake, channel, browser) = started().await;
    says(&eclusa, &channel, "c1", text("Bom dia")).await;
    let attendance = newest(&eclusa).await;
    let path = format!("/inbox/{}", attendance["id"].as_str().unwrap());
    let url = "https://files.example/a";
    let forms: [&[(&str, &str)]; 6] = [
        &[("type", "text"), ("/text/body", "Linha 1\r\nLinha 2"), ("key", "k1")],
        &[("type", "document"), ("/document/url", url), ("/document/filename", "a.pdf")],
        &[("type", "audio"), ("/audio/url", url), ("/audio/caption", "")],
        &[("type", "video"), ("/video/url", url), ("/video/caption", "Veja")],
        &[("type", "location"), ("/location/latitude", "-23,55"), ("/location/longitude", "-46.6")],
        &[
            ("type", "contact"),
            ("/contact/name", "Rui"),
            ("/contact/phones/0/number", "+55 11 5555-0100"),
            ("/contact/emails/0", "rui@loja.example"),
        ],
    ];
    for form in forms {
        let sent = send(&browser, &eclusa, &path, form).await;
        assert_eq!((sent.status, sent.header("location")), (303, Some(&*path)), "{}", sent.body);
    }
    let again = send(&browser, &eclusa, &path, forms[0]).await;
    assert_eq!(again.status, 303);
    let taken = fake.taken(6).await;
    assert_eq!(taken.len(), 6);
    assert_eq!(taken[0].json()["text"]["body"], "Linha 1\nLinha 2");
    assert_eq!(taken[1].json()["document"]["filename"], "a.pdf");
    assert_eq!(taken[2].json()["audio"].get("caption"), None);
    assert_eq!(taken[4].json()["location"]["latitude"], -23.55);
    assert_eq!(taken[5].json()["contact"]["emails"][0], "rui@loja.example");
    // The same key with another text is another message that was not meant.
    let other = [("type", "text"), ("/text/body", "Outra"), ("key", "k1")];
    let refused = send(&browser, &eclusa, &path, &other).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains(">Outra</textarea>"));
    let wrong = [("type", "location"), ("/location/latitude", "91"), ("/location/longitude", "x")];
    let refused = send(&browser, &eclusa, &path, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("value=\"91\"") && refused.body.contains("aria-invalid"));
    let wrong = [("type", "document"), ("/document/url", "javascript:alert(1)")];
    assert_eq!(send(&browser, &eclusa, &path, &wrong).await.status, 422);
    let page = browser.open(&eclusa, &path).await.body;
    assert_eq!(page.matches("spoken ours").count(), 6);
}

#[tokio::test]
async fn an_attendance_is_taken_handed_on_and_closed_under_the_name_of_the_token() {
    let (eclusa, _fake, channel, browser) = started().await;
    says(&eclusa, &channel, "c1", text("Oi")).await;
    let id = newest(&eclusa).await["id"].as_str().unwrap().to_owned();
    let path = format!("/inbox/{id}");
    let step = async |action: &str, fields: &[(&str, &str)]| {
        send(&browser, &eclusa, &format!("{path}/{action}"), fields).await
    };
    assert_eq!(step("take", &[]).await.status, 303);
    let taken = newest(&eclusa).await;
    assert_eq!((&taken["state"], &taken["agent"]), (&json!("assigned"), &json!("admin")));
    assert!(browser.open(&eclusa, "/inbox?view=mine").await.body.contains(&id));
    assert!(!browser.open(&eclusa, "/inbox?view=waiting").await.body.contains(&id));
    // Who comes second is told.
    let second = step("take", &[]).await;
    assert_eq!(second.status, 409);
    assert!(second.body.contains("Somebody else has taken this attendance"));
    assert_eq!(step("transfer", &[]).await.status, 422);
    assert_eq!(step("transfer", &[("/queue", "vendas"), ("/reason", "preço")]).await.status, 303);
    let handed = newest(&eclusa).await;
    assert_eq!((&handed["state"], &handed["queue"]), (&json!("transferred"), &json!("vendas")));
    assert_eq!(step("queue", &[]).await.status, 303);
    assert_eq!(step("close", &[("/reason", "resolvido")]).await.status, 303);
    let page = browser.open(&eclusa, &path).await.body;
    assert!(page.contains("resolvido") && page.contains("preço"));
    assert!(!page.contains("id=\"composer\""));
    // Whoever was still writing keeps what they wrote.
    let late = send(&browser, &eclusa, &path, &[("type", "text"), ("/text/body", "Tchau")]).await;
    assert_eq!(late.status, 409);
    assert!(late.body.contains(">Tchau</textarea>"));
    says(&eclusa, &channel, "c1", text("De volta")).await;
    let follower = newest(&eclusa).await["id"].as_str().unwrap().to_owned();
    assert!(browser.open(&eclusa, &path).await.body.contains(&format!("/inbox/{follower}")));
    let audit = eclusa.get("/v1/audit?limit=5").await.ok().to_string();
    assert!(audit.contains("resolvido") && audit.contains("\"actor\":\"admin\""), "{audit}");
}

#[tokio::test]
async fn who_may_only_look_looks_and_a_chat_is_offered_what_it_takes() {
    let fake = FakeChat::start(Chat::Slack);
    let eclusa = Setup::with(&[OPEN, Chat::Slack]).start();
    let slack = eclusa.create(&Chat::Slack.channel("team", &fake.url())).await;
    let body = Chat::Slack.text_request("1767323045.000100", "Oi");
    eclusa.chat_posts(Chat::Slack, &slack, &body).await.ok();
    let id = newest(&eclusa).await["id"].as_str().unwrap().to_owned();
    let path = format!("/inbox/{id}");
    let agent = Browser::signed_in(&eclusa, &eclusa.new_token("rui", "operator").await).await;
    let page = agent.open(&eclusa, &path).await.body;
    // Slack shows a place as text: that stands beside it, in the adapter's words too.
    assert!(page.contains("The chat gets this as text."));
    assert!(page.contains("Name, address, coordinates and a link to a map."));
    assert!(page.contains("data-longest=\"3000\"") || page.contains("Up to "));
    let viewer = Browser::signed_in(&eclusa, &eclusa.new_token("eva", "viewer").await).await;
    let page = viewer.open(&eclusa, &path).await.body;
    assert!(!page.contains("id=\"composer\"") && !page.contains("id=\"actions\""));
    let text = [("type", "text"), ("/text/body", "Oi")];
    assert_eq!(send(&viewer, &eclusa, &path, &text).await.status, 403);
    for action in ["take", "queue", "transfer", "close"] {
        let path = format!("{path}/{action}");
        assert_eq!(send(&viewer, &eclusa, &path, &[("/agent", "eva")]).await.status, 403);
    }
    assert_eq!(newest(&eclusa).await["state"], "queued");
    for path in ["/inbox", &*path] {
        assert_eq!(Browser::new().open(&eclusa, path).await.status, 303, "{path}");
    }
}

/// What the stream of news says until there are so many lines, or its end.
async fn news(eclusa: &Eclusa, browser: &Browser, path: &str, last: Option<&str>) -> Stream {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.get(format!("{}{path}", eclusa.url()));
    if let Some(session) = browser.session() {
        request = request.header("cookie", format!("__Host-eclusa_session={session}"));
    }
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    Stream { response, text: String::new() }
}

struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    /// Waits until it has said this; false where it ends before.
    async fn says(&mut self, what: &str) -> bool {
        loop {
            if let Some(at) = self.text.find(what) {
                self.text.drain(..at + what.len());
                return true;
            }
            let part = tokio::time::timeout(Duration::from_secs(60), self.response.chunk());
            match part.await.expect("the stream goes on").ok().flatten() {
                Some(bytes) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                None => return false,
            }
        }
    }
}

#[tokio::test]
async fn pages_are_told_of_news_and_of_the_end_of_their_session() {
    let (mut eclusa, _fake, channel, browser) = started().await;
    let page = browser.open(&eclusa, "/inbox").await.body;
    let seen = page.split("data-seen=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut stream = news(&eclusa, &browser, &format!("/inbox/events?seen={seen}"), None).await;
    says(&eclusa, &channel, "c1", text("Oi")).await;
    // With data: browsers drop events without.
    assert!(stream.says("event: news\n").await && stream.says("data: news\n").await);
    // Who was away is told at once, also by another process than the one before.
    for last in [seen.as_str(), "another-7"] {
        let mut again = news(&eclusa, &browser, "/inbox/events?seen=x", Some(last)).await;
        assert!(again.says("event: news\n").await);
    }
    // A stranger is told to sign in, and the stream ends with the session.
    let mut strange = news(&eclusa, &Browser::new(), "/inbox/events", None).await;
    assert!(strange.says("event: over\n").await);
    assert!(!strange.says("event:").await);
    let csrf = browser.form_token(&eclusa).await;
    let other = Browser::signed_in(&eclusa, eclusa.token()).await;
    browser.submit(&eclusa, "/logout", &[("csrf", &csrf)]).await;
    says(&eclusa, &channel, "c1", text("Alguém?")).await;
    assert!(stream.says("event: over\n").await);
    assert!(!stream.says("event:").await);
    // A server that stops waits for nobody.
    let mut open = news(&eclusa, &other, "/inbox/events", None).await;
    assert!(open.says("event: news\n").await);
    assert!(eclusa.stop().success());
    assert!(!open.says("event:").await);
}
