//! Documentation: who reads what of it, its links, its files, its table of refusals, and
//! requests that are tried from it.

use std::collections::BTreeMap;

use eclusa_tests::{Answer, Browser, Channel, Chat, Eclusa, Setup};
use serde_json::{Value, json};

const CHAT_URL: &str = "https://chat.example.com/eclusa";

async fn start() -> (Eclusa, Browser) {
    let eclusa = Setup::with(&Chat::ALL).start();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    (eclusa, browser)
}

async fn open(eclusa: &Eclusa, browser: &Browser, path: &str) -> Answer {
    let page = browser.open(eclusa, path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.body);
    page
}

async fn post(eclusa: &Eclusa, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.form_token(eclusa).await;
    let mut fields = fields.to_vec();
    fields.push(("csrf", &csrf));
    browser.submit(eclusa, path, &fields).await
}

#[tokio::test]
async fn operators_see_the_ingress_url_and_others_a_variable_for_it() {
    let (eclusa, operator) = start().await;
    let channel = eclusa.create(&Chat::Slack.channel("time", CHAT_URL)).await;
    let viewer = eclusa.new_token("reader", "viewer").await;
    let viewer = Browser::signed_in(&eclusa, &viewer).await;
    let page = open(&eclusa, &operator, "/channels/time/documentation").await.body;
    assert!(page.contains(&channel.ingress) && !page.contains("INGRESS_URL"));
    assert!(page.contains("action=\"/channels/time/documentation/try#try\""));
    for path in ["/channels/time/documentation", "/channels/time/documentation/openapi.json"] {
        let page = open(&eclusa, &viewer, path).await.body;
        assert!(!page.contains(&channel.ingress), "{path}");
    }
    let page = open(&eclusa, &viewer, "/channels/time/documentation").await.body;
    assert!(page.contains("curl -sS &#34;$INGRESS_URL&#34;"), "{page}");
    assert!(!page.contains("documentation/try") && !page.contains("documentation/share"));
    let tried =
        post(&eclusa, &viewer, "/channels/time/documentation/try", &[("/sample", "text")]).await;
    assert_eq!(tried.status, 403);
    let nobody = Browser::new().open(&eclusa, "/channels/time/documentation").await;
    assert_eq!((nobody.status, nobody.header("location")), (303, Some("/login")));
    assert_eq!(operator.open(&eclusa, "/channels/none/documentation").await.status, 404);
}

#[tokio::test]
async fn a_link_opens_the_page_to_anybody_until_there_is_another() {
    let (eclusa, operator) = start().await;
    let channel = eclusa.create(&Chat::Telegram.channel("bot", CHAT_URL)).await;
    let at = "/channels/bot/documentation";
    let shown = async || eclusa.get("/v1/channels/bot").await.ok();
    assert_eq!(shown().await["documentation_url"], Value::Null);
    let revision = async || shown().await["revision"].to_string();
    let pressed = async |what: &str, revision: &str| {
        post(&eclusa, &operator, &format!("{at}/{what}"), &[("revision", revision)]).await
    };
    let mut links = Vec::new();
    for _ in 0..2 {
        let made = pressed("share", &revision().await).await;
        assert_eq!(
            (made.status, made.header("location")),
            (303, Some("/channels/bot/documentation?done=shared#share"))
        );
        let url = shown().await["documentation_url"].as_str().unwrap().to_owned();
        links.push(url.strip_prefix(eclusa.url()).unwrap().to_owned());
    }
    let (old, link) = (&links[0], &links[1]);
    assert_ne!(old, link);
    let page = open(&eclusa, &operator, at).await.body;
    assert!(page.contains(link.as_str()));
    let stranger = Browser::new();
    for file in ["", "/openapi.json", "/schemas/message.json"] {
        let shared = open(&eclusa, &stranger, &format!("{link}{file}")).await;
        assert_eq!(shared.header("x-robots-tag"), Some("noindex, nofollow"), "{file}");
        assert_eq!(shared.header("cache-control"), Some("no-store"), "{file}");
        assert!(!shared.body.contains(&channel.ingress), "{file}");
        let key = channel.ingress.rsplit('/').next().unwrap();
        assert!(!shared.body.contains(key), "{file}");
        let gone = stranger.open(&eclusa, &format!("{old}{file}")).await;
        assert_eq!(gone.status, 404, "{file}");
    }
    let logo = open(&eclusa, &stranger, &format!("{link}/logo")).await;
    assert_eq!(logo.header("content-type"), Some("image/svg+xml"));
    // It is the same for who is signed in: no navigation, and nothing to press.
    let shared = open(&eclusa, &operator, link).await.body;
    assert!(!shared.contains("<nav class=\"sections\"") && !shared.contains("csrf"));
    // A form from before the last change changes nothing.
    assert_eq!(pressed("hide", "1").await.status, 412);
    open(&eclusa, &stranger, link).await;
    assert_eq!(pressed("hide", &revision().await).await.status, 303);
    let gone = stranger.open(&eclusa, link).await;
    assert_eq!(gone.status, 404);
    assert!(gone.body.contains("No documentation is shared by this link."), "{}", gone.body);
    // The ingress went on as it was.
    let request = Chat::Telegram.text_request("1", "Oi");
    eclusa.chat_posts(Chat::Telegram, &channel, &request).await.ok();
    let audit = eclusa.get("/v1/audit?subject=channel:bot").await.body;
    assert!(audit.contains("its documentation is shared by a link"), "{audit}");
}

#[tokio::test]
async fn a_request_is_tried_for_real_and_the_page_tells_what_became_of_it() {
    let (eclusa, operator) = start().await;
    for chat in Chat::ALL {
        let id = chat.adapter();
        eclusa.create(&chat.channel(id, CHAT_URL)).await;
        let at = format!("/channels/{id}/documentation");
        let page = open(&eclusa, &operator, &format!("{at}?try=text")).await.body;
        let (_, body) = page.split_once("name=\"/body\"").unwrap();
        let body = body.split_once('>').unwrap().1.split_once("</textarea>").unwrap().0;
        let body = body.replace("&#34;", "\"").replace("&#38;", "&").replace("&#60;", "<");
        // As browsers send it.
        let body = body.replace('\n', "\r\n");
        let fields = [("/sample", "text"), ("/body", body.as_str())];
        let tried = post(&eclusa, &operator, &format!("{at}/try"), &fields).await;
        assert_eq!(tried.status, 303, "{chat:?}: {}", tried.body);
        let location = tried.header("location").unwrap();
        let page = open(&eclusa, &operator, location.split('#').next().unwrap()).await.body;
        assert!(page.contains("Recorded as request"), "{chat:?}: {page}");
        assert!(page.contains("message.received"), "{chat:?}");
        assert!(page.contains("Recorded: the platform can read it."), "{chat:?}");
        // The same again brings nothing new, and the page says so.
        let again = post(&eclusa, &operator, &format!("{at}/try"), &fields).await;
        let location = again.header("location").unwrap();
        let page = open(&eclusa, &operator, location.split('#').next().unwrap()).await.body;
        assert!(page.contains("An earlier request brought it"), "{chat:?}");
        // What came of one channel is not shown on the page of another.
        let (_, query) = location.split('#').next().unwrap().split_once('?').unwrap();
        eclusa.create(&chat.channel(&format!("{id}-2"), CHAT_URL)).await;
        let other = format!("/channels/{id}-2/documentation?{query}");
        assert!(!open(&eclusa, &operator, &other).await.body.contains("Recorded as request"));
        let broken = [("/sample", "text"), ("/body", "{\"a\": [[[")];
        let refused = post(&eclusa, &operator, &format!("{at}/try"), &broken).await;
        assert!([200, 303].contains(&refused.status), "{chat:?}: {}", refused.body);
        if chat == Chat::Open {
            assert!(refused.body.contains("The ingress refuses it with <code>400</code>"));
        }
    }
    let unknown = post(&eclusa, &operator, "/channels/open/documentation/try", &[("/sample", "?")]);
    assert_eq!(unknown.await.status, 422);
}

/// The rows of the table of refusals: status and whether to come again, by code.
fn table(page: &str) -> BTreeMap<String, (u16, bool)> {
    let attribute = |row: &str, name: &str| {
        let (_, rest) = row.split_once(&format!("{name}=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    page.split("<tr data-")
        .skip(1)
        .map(|row| {
            let row = format!(" data-{row}");
            let status = attribute(&row, "data-status").parse().unwrap();
            (attribute(&row, "data-code"), (status, attribute(&row, "data-retryable") == "true"))
        })
        .collect()
}

/// What can be provoked from outside, as an answer of the ingress.
async fn refusals(eclusa: &Eclusa, chat: Chat, channel: &Channel) -> Vec<Answer> {
    let body = chat.text_request("1", "Oi");
    let signed = chat.sign(body.as_bytes());
    let ask = async |path: &str, headers: &[(String, String)], body: &[u8]| {
        eclusa.call("POST", path, headers, body.to_vec()).await
    };
    let mut wrong = signed.clone();
    wrong[0].1.push('0');
    let deep = "[".repeat(100);
    let mut answers = vec![
        ask("/in/nobody", &signed, body.as_bytes()).await,
        ask(&channel.ingress, &[], body.as_bytes()).await,
        ask(&channel.ingress, &wrong, body.as_bytes()).await,
        ask(&channel.ingress, &chat.sign(b"\xff"), b"\xff").await,
        ask(&channel.ingress, &chat.sign(deep.as_bytes()), deep.as_bytes()).await,
        ask(&channel.ingress, &signed, &vec![b' '; 5 << 20]).await,
    ];
    if chat == Chat::Slack {
        let old = chat.sign_at(body.as_bytes(), 1);
        answers.push(ask(&channel.ingress, &old, body.as_bytes()).await);
        answers.push(ask(&channel.ingress, &signed[..1], body.as_bytes()).await);
        let no_time = [signed[0].clone(), (signed[1].0.clone(), "now".to_owned())];
        answers.push(ask(&channel.ingress, &no_time, body.as_bytes()).await);
        let asked = r#"{"type":"url_verification"}"#;
        answers.push(ask(&channel.ingress, &chat.sign(asked.as_bytes()), asked.as_bytes()).await);
    }
    if chat == Chat::Whatsapp {
        for query in ["hub.verify_token=wrong&hub.challenge=1", "hub.challenge=1"] {
            let path = format!("{}?hub.mode=subscribe&{query}", channel.ingress);
            answers.push(eclusa.call("GET", &path, &[], "").await);
        }
    }
    answers
}

#[tokio::test]
async fn the_table_of_refusals_is_what_the_ingress_answers() {
    let (eclusa, operator) = start().await;
    let mut provoked = std::collections::BTreeSet::new();
    for chat in Chat::ALL {
        let id = chat.adapter();
        let channel = eclusa.create(&chat.channel(id, CHAT_URL)).await;
        let page = open(&eclusa, &operator, &format!("/channels/{id}/documentation")).await.body;
        let table = table(&page);
        assert!(table.len() > 15, "{table:?}");
        for answer in refusals(&eclusa, chat, &channel).await {
            let problem = answer.json();
            let code = problem["code"].as_str().unwrap();
            let shown = table.get(code).unwrap_or_else(|| panic!("{chat:?}: {code} is missing"));
            let found = (answer.status, problem["retryable"].as_bool().unwrap());
            assert_eq!(*shown, found, "{chat:?}: {code}");
            provoked.insert(code.to_owned());
        }
        assert_eq!(table.contains_key("timestamp_stale"), chat == Chat::Slack);
        assert_eq!(table.contains_key("handshake_refused"), chat == Chat::Whatsapp);
    }
    assert!(provoked.len() >= 11, "{provoked:?}");
}

/// Whether all references of a document lead somewhere within it.
fn dangling<'v>(document: &'v Value, value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str)
                && document.pointer(name.trim_start_matches('#')).is_none()
            {
                found.push(name);
            }
            fields.values().for_each(|value| dangling(document, value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| dangling(document, value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn real_events_and_messages_fit_the_schemas_that_can_be_downloaded() {
    let (eclusa, operator) = start().await;
    let channel = eclusa.create(&Chat::Telegram.channel("bot", CHAT_URL)).await;
    let schema = async |name: &str| {
        let path = format!("/channels/bot/documentation/schemas/{name}.json");
        let answer = open(&eclusa, &operator, &path).await;
        assert_eq!(
            answer.header("content-disposition"),
            Some(format!("attachment; filename=\"{name}.json\"").as_str())
        );
        jsonschema::validator_for(&answer.json()).unwrap()
    };
    let (event, inbound) = (schema("event").await, schema("inbound-message").await);
    let (message, told, problem) =
        (schema("message").await, schema("answer").await, schema("problem").await);
    let missing = operator.open(&eclusa, "/channels/bot/documentation/schemas/x.json").await;
    assert_eq!(missing.status, 404);
    let samples = eclusa_tests::receive_samples(Chat::Telegram);
    for (number, sample) in samples.iter().enumerate() {
        // Ids of the chat repeat among them.
        let own = Chat::Telegram.channel(&format!("bot-{number}"), CHAT_URL);
        let own = eclusa.create(&own).await;
        let answer = eclusa.chat_posts(Chat::Telegram, &own, &sample.request_body()).await;
        // Some chats want an answer of their own.
        if let Ok(json) = serde_json::from_str::<Value>(&answer.body)
            && json["messages"].is_array()
        {
            told.validate(&json).unwrap();
        }
    }
    let events = eclusa.get("/v1/events?limit=500").await.ok();
    let events = events["events"].as_array().unwrap();
    assert!(events.len() > 20);
    for it in events {
        event.validate(it).unwrap_or_else(|error| panic!("{error}\n{it:#}"));
        if it["type"] == "message.received" {
            inbound.validate(&it["message"]).unwrap_or_else(|error| panic!("{error}\n{it:#}"));
        }
    }
    assert!(!event.is_valid(&json!({ "type": "message.received" })));
    for sample in eclusa_tests::send_samples(Chat::Telegram) {
        let mut sent = sample.json["message"].clone();
        sent.as_object_mut().unwrap().remove("id");
        message.validate(&sent).unwrap_or_else(|error| panic!("{error}\n{sent:#}"));
    }
    let refused = eclusa.call("POST", &channel.ingress, &[], "{}").await;
    problem.validate(&refused.json()).unwrap();
    let path = "/channels/bot/documentation/openapi.json";
    let document = open(&eclusa, &operator, path).await.json();
    let mut found = Vec::new();
    dangling(&document, &document, &mut found);
    assert_eq!(found, Vec::<&str>::new());
    let examples = &document["paths"]["/"]["post"]["requestBody"]["content"]["application/json"];
    assert_eq!(examples["examples"].as_object().unwrap().len(), samples.len());
    let sent = &document["webhooks"]["text"]["post"]["requestBody"]["content"]["application/json"];
    assert!(!sent["example"]["chat_id"].is_null(), "{sent}");
}

#[tokio::test]
async fn an_adapter_that_misbehaves_has_a_page_too() {
    let eclusa = Setup::default().hostile("shop-traps-on-place").start();
    let operator = Browser::signed_in(&eclusa, eclusa.token()).await;
    let channel = json!({
        "id": "shop", "name": "<b>\"Shop\"</b> & 'co'", "color": "#112233",
        "adapter": "shop-traps-on-place", "url": CHAT_URL,
    });
    eclusa.create(&channel).await;
    let page = open(&eclusa, &operator, "/channels/shop/documentation").await.body;
    assert!(!page.contains("<b>"));
    assert!(page.contains("&#60;b&#62;"));
}
