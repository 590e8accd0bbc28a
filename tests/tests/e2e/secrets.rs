//! No secret is ever shown or left behind: not in an answer, not in the log, not in
//! a metric, not in a trace, not on a page, not in a file of the data folder, not to
//! a chat or the platform that is not its owner; neither as it is nor encoded.

use std::collections::BTreeMap;

use eclusa_tests::{
    Browser, Chat, Eclusa, FakeChat, FakeCollector, FakePlatform, Reply, Request, Search, Setup,
    delivery,
};
use serde_json::{Value, json};

/// All that is logged by anybody who might log a request; the compiler's own
/// notes are of no interest.
const EVERYTHING: &str = "debug,eclusa=trace,eclusa_server=trace,eclusa_journal=trace,\
    eclusa_relay=trace,eclusa_ingress=trace,eclusa_deploy=trace,eclusa_engine=trace,\
    wasmtime=info,cranelift=info,regalloc2=info";

/// A secret, and the chat that may see it.
struct Known {
    owner: Option<Chat>,
    name: String,
    value: String,
}

#[tokio::test]
async fn no_secret_is_shown_or_left_anywhere() {
    let (platform, collector) = (FakePlatform::start(), FakeCollector::start());
    let mut eclusa = Setup::with(&Chat::ALL)
        .hostile("behave")
        .platform(&platform)
        .config(&delivery(2, 0.1))
        .config(&format!("[traces]\nendpoint = {:?}", collector.url()))
        .log(EVERYTHING)
        .start();
    let mut seen = Vec::new();
    for chat in Chat::ALL {
        let fake = FakeChat::start(chat);
        live(&eclusa, chat, &fake).await;
        seen.push((chat, fake.requests()));
    }
    let token = eclusa.new_token("crm", "platform").await;
    let mut known = all_secrets(&eclusa);
    known.push(own("a token that was made", &token));
    let keys = own_keys(&eclusa);
    known.extend(keys);
    let mut ingress = ingress_keys(&eclusa).await;
    ingress.extend(replaced_ingress_keys(&eclusa).await);
    let links = documentation_keys(&eclusa).await;
    let flow = json!({ "id": "day", "name": "Day", "queue": "front" });
    assert_eq!(eclusa.post("/v1/flows", &flow).await.status, 201);
    let made = [token, eclusa.new_token("reader", "viewer").await];
    known.push(own("a reader's token", &made[1]));
    let reader = Browser::signed_in(&eclusa, &made[1]).await;
    known.push(own("the reader's session", &reader.session().unwrap()));
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    let forms = [
        own("the token of forms", &browser.form_token(&eclusa).await),
        own("the reader's token of forms", &reader.form_token(&eclusa).await),
    ];
    known.push(own("the session", &browser.session().unwrap()));
    walk(&eclusa, &browser).await;
    read_documentation(&eclusa, &reader, &links).await;
    let everywhere = search(known.iter().chain(&ingress).chain(&forms).chain(&links));
    let files = everywhere.none_below(&eclusa.data(), &["compiled", "secrets.key"]);
    assert!(files >= 3, "{files} files");
    // Another key, and a restart on what is there.
    eclusa.post("/v1/secrets/rotate", &Value::Null).await.ok();
    assert!(eclusa.stop().success());
    everywhere.none_below(&eclusa.data(), &["compiled", "secrets.key"]);
    eclusa.start_again();
    walk(&eclusa, &browser).await;
    read_documentation(&eclusa, &reader, &links).await;

    known.extend(own_keys(&eclusa));
    let everywhere = search(known.iter().chain(&ingress).chain(&forms).chain(&links));
    everywhere.none_below(&eclusa.data(), &["compiled", "secrets.key"]);
    let pushes = platform.requests();
    assert!(pushes.len() >= 4);
    everywhere.none_in("a push", format!("{pushes:?}"));
    let log = eclusa.log();
    assert!(log.contains("DEBUG"), "the log shows everything");
    // But what names the hosts of requests: an adapter may put a secret there.
    assert!(!log.contains("starting new connection"), "reqwest names hosts");
    everywhere.none_in("the log", &log);
    let answers = eclusa.answers();
    assert!(answers.len() > 50);
    let (without_ingress, without_forms) =
        (search(known.iter().chain(&forms)), search(known.iter().chain(&ingress)));
    // Files of documentation that is shared name themselves by their link.
    let without_links = search(known.iter().chain(&ingress).chain(&forms));
    for answer in &answers {
        // The answers to who sets a channel up show its URL, and the one to who
        // makes a token shows that; who signs in gets the session, and pages have the
        // token of their forms.
        if answer.contains("\"token\":\"ecl_") {
            assert!(made.iter().any(|token| answer.contains(token)));
        } else if answer.contains("set-cookie") {
            let sessions = [&browser, &reader].map(|it| it.session().unwrap());
            assert!(sessions.iter().any(|session| answer.contains(session)));
        } else if answer.contains("name=\"csrf\"") {
            without_forms.none_in("a page", answer);
        } else if answer.contains("ingress_url") {
            without_ingress.none_in("an answer", answer);
        } else if answer.contains("x-robots-tag") {
            without_links.none_in("documentation that is shared", answer);
        } else {
            everywhere.none_in("an answer", answer);
        }
    }
    for (chat, requests) in &seen {
        let others = known.iter().filter(|it| it.owner != Some(*chat));
        search(others.chain(&ingress)).none_in(&format!("{chat:?}"), format!("{requests:?}"));
    }
    // All traces are out once the process has ended.
    assert!(eclusa.stop().success());
    let traces = collector.taken();
    assert!(Search::of([("a span", "guest receive")]).find(&traces).is_some());
    everywhere.none_in("a trace", &traces);
    // The search would find them: their owners were sent them, and what people
    // wrote is in the database.
    let sent = |chat: Chat, secret: &str| {
        let (_, requests) = seen.iter().find(|(known, _)| *known == chat).unwrap();
        Search::of([("it", secret)]).find(format!("{requests:?}").as_bytes()).is_some()
    };
    assert!(sent(Chat::Telegram, Chat::Telegram.secret("bot-token")));
    assert!(sent(Chat::Whatsapp, Chat::Whatsapp.secret("access-token")));
    assert!(sent(Chat::Slack, Chat::Slack.secret("bot-token")));
    assert!(sent(Chat::Open, Chat::Open.headers()[0].1));
    let files = ["journal.db", "journal.db-wal"].map(|file| eclusa.data().join(file));
    let database = files.map(|file| std::fs::read(file).unwrap_or_default()).concat();
    assert!(Search::of([("a message", "Bom dia!")]).find(&database).is_some());
}

fn search<'a>(known: impl IntoIterator<Item = &'a Known>) -> Search {
    Search::of(known.into_iter().map(|it| (it.name.as_str(), it.value.as_str())))
}

fn own(name: &str, value: &str) -> Known {
    Known { owner: None, name: name.to_owned(), value: value.to_owned() }
}

/// All secrets, and the chat that may see each.
fn all_secrets(eclusa: &Eclusa) -> Vec<Known> {
    let mut secrets = vec![
        own("the admin's token", eclusa.token()),
        own("the platform's key", FakePlatform::SECRET.trim_start_matches("whsec_")),
    ];
    for chat in Chat::ALL {
        for (name, value) in chat.secrets().iter().chain(chat.headers()) {
            // Several chats share the header of their tenant.
            let owner = (*name != "x-tenant").then_some(chat);
            if owner.is_some() || chat == Chat::Open {
                let (name, value) = (format!("{name} of {chat:?}"), (*value).to_owned());
                secrets.push(Known { owner, name, value });
            }
        }
    }
    secrets
}

/// The keys in the data folder that encrypt all others.
fn own_keys(eclusa: &Eclusa) -> Vec<Known> {
    let text = std::fs::read_to_string(eclusa.data().join("secrets.key")).unwrap();
    let keys: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(!keys.is_empty());
    keys.into_iter().map(|key| own("a key of secrets", key)).collect()
}

async fn ingress_keys(eclusa: &Eclusa) -> Vec<Known> {
    let channels = eclusa.get("/v1/channels").await.ok();
    let key = |channel: &Value| {
        let url = channel["ingress_url"].as_str().unwrap();
        own("an ingress key", url.rsplit('/').next().unwrap())
    };
    channels["channels"].as_array().unwrap().iter().map(key).collect()
}

/// Gives some channels another ingress URL: one key of each is accepted for a time,
/// or has ended.
async fn replaced_ingress_keys(eclusa: &Eclusa) -> Vec<Known> {
    let mut keys = Vec::new();
    for (chat, overlap) in [(Chat::Telegram, 3600), (Chat::Open, 0)] {
        let path = format!("/v1/channels/{}/ingress-key", chat.adapter());
        let rotated = eclusa.post(&path, &json!({ "overlap_seconds": overlap })).await.ok();
        let url = rotated["ingress_url"].as_str().unwrap();
        keys.push(own("a newer ingress key", url.rsplit('/').next().unwrap()));
    }
    keys
}

/// Shares the documentation of all channels.
async fn documentation_keys(eclusa: &Eclusa) -> Vec<Known> {
    let mut keys = Vec::new();
    for chat in Chat::ALL {
        let path = format!("/v1/channels/{}/documentation-link", chat.adapter());
        let shared = eclusa.post(&path, &Value::Null).await.ok();
        let url = shared["documentation_url"].as_str().unwrap();
        keys.push(own("the link of a documentation", url.rsplit('/').next().unwrap()));
    }
    keys
}

/// Reads all documentation: as somebody who may only look, and by its links.
async fn read_documentation(eclusa: &Eclusa, reader: &Browser, links: &[Known]) {
    for (chat, link) in Chat::ALL.into_iter().zip(links) {
        let signed_in = format!("/channels/{}/documentation", chat.adapter());
        let shared = format!("/documentation/{}", link.value);
        for file in ["", "/openapi.json", "/schemas/event.json", "/logo"] {
            if file != "/logo" {
                let page = reader.open(eclusa, &format!("{signed_in}{file}")).await;
                assert_eq!(page.status, 200, "{signed_in}{file}");
            }
            let page = Browser::new().open(eclusa, &format!("{shared}{file}")).await;
            assert_eq!(page.status, 200, "{chat:?}{file}");
        }
    }
}

/// All that can happen to a channel, good and bad.
async fn live(eclusa: &Eclusa, chat: Chat, fake: &FakeChat) {
    let name = chat.adapter();
    let channel = eclusa.create(&chat.channel(name, &fake.url())).await;
    let drawing = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#;
    let token = [("authorization".to_owned(), format!("Bearer {}", eclusa.token()))];
    let logo = format!("/v1/channels/{name}/logo");
    assert_eq!(eclusa.call("PUT", &logo, &token, drawing).await.status, 204);
    let body = chat.text_request("41", "Oi");
    eclusa.chat_posts(chat, &channel, &body).await.ok();
    eclusa.chat_posts(chat, &channel, "{").await;
    let mut wrong = chat.sign(b"something else");
    wrong[0].1.push('x');
    eclusa.call("POST", &channel.ingress, &wrong, &*body).await;
    let text = |body: &str| json!({ "conversation": chat.conversation(), "type": "text", "text": { "body": body } });
    // A chat that shows back all that it was sent, in an answer and in an error.
    let echo = |status: u16| {
        move |request: &Request, _: u64| {
            let headers = format!("{:?}", request.headers);
            let all = json!({ "path": request.path, "headers": headers, "body": request.body });
            Some(Reply::json(status, &all).header("x-path", &request.path))
        }
    };
    for status in [200, 400, 401, 500, 302] {
        fake.rule(echo(status));
        let id = eclusa.send(&channel, &text("Bom dia!")).await;
        let done = |message: &Value| message["state"] == "sent" || message["state"] == "failed";
        eclusa.message_when(&id, done).await;
    }
    fake.no_rule();
    let names = chat.secrets().iter().map(|(name, _)| format!("{{secret:{name}}}"));
    for body in ["Bom dia!", &names.collect::<String>()] {
        let id = eclusa.send(&channel, &text(body)).await;
        eclusa.message_in_state(&id, "sent").await;
    }
    // Writing a channel again, also wrongly, does not show it.
    let path = format!("/v1/channels/{name}");
    let mut change = chat.channel(name, &fake.url());
    eclusa.api("PUT", &path, &change).await.ok();
    eclusa.api("PATCH", &path, &json!({ "description": "changed" })).await.ok();
    change["secrets"]["unknown"] = json!(chat.secrets()[0].1);
    change["headers"]["content-type"] = json!(chat.headers()[0].1);
    eclusa.api("PUT", &path, &change).await.problem(422, "invalid_input");
    change["secrets"] = json!(chat.secrets()[0].1);
    eclusa.api("PUT", &path, &change).await.problem(422, "invalid_input");
    // Nobody is there any more.
    let gone = json!({ "url": format!("{}/gone", eclusa_tests::Unreachable::new().url(chat)) });
    eclusa.api("PATCH", &path, &gone).await.ok();
    let id = eclusa.send(&channel, &text("Bom dia!")).await;
    eclusa.message_when(&id, |message| message["state"] == "failed").await;
}

/// Calls that there is nothing for in this test: a second revision.
const UNANSWERED: [&str; 1] = ["/v1/adapters/{name}/diff"];

/// Pages, for who is signed in and for who is not.
const PAGES: &[&str] = &[
    "/",
    "/inbox",
    "/inbox?view=closed",
    "/login",
    "/adapters",
    "/messages",
    "/dead-letters",
    "/audit",
    "/tokens",
    "/preferences",
    "/dashboard",
    "/dashboard?period=30d",
    "/reports/attendances?period=all",
    "/reports/attendances.csv",
    "/reports/attendances.json",
    "/playground",
    "/traffic",
    "/assets/login.js",
    "/assets/console.css",
];

/// Pages about things, for who is signed in.
const PAGES_OF_THINGS: [&str; 4] =
    ["/adapters/{name}", "/messages/{id}", "/messages/{id}/replay", "/dead-letters/{id}"];

/// Makes every `GET` call of the API's own description, about everything that is
/// there, and some that are refused. A call that nothing here answers is a fault of
/// this test: it would search nothing of it.
async fn walk(eclusa: &Eclusa, browser: &Browser) {
    let document = eclusa.get("/openapi.json").await.ok();
    let things = things(eclusa).await;
    let mut calls = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        // The ingress takes any method, and is called by its chat.
        if item.get("get").is_none() || path.starts_with("/in/") {
            continue;
        }
        let mut answered = false;
        for path in filled_in(path, &things) {
            let answer = eclusa.get(&path).await;
            assert!(answer.status < 500, "{path}");
            answered |= answer.status < 300;
            calls += 1;
        }
        assert_eq!(answered, !UNANSWERED.contains(&path.as_str()), "{path} is not searched");
    }
    assert!(calls > 30, "{calls} calls");
    for path in ["/", "/livez", "/metrics", "/v1/events?limit=500", "/v1/nothing"] {
        eclusa.get(path).await;
    }
    let attendances = eclusa.get("/v1/attendances").await.ok();
    let ids = attendances["attendances"].as_array().unwrap().iter().map(|it| &it["id"]);
    let threads: Vec<_> = ids.map(|id| format!("/inbox/{}", id.as_str().unwrap())).collect();
    assert!(!threads.is_empty());
    for path in PAGES.iter().copied().chain(threads.iter().map(String::as_str)) {
        assert!(browser.open(eclusa, path).await.status < 300, "{path}");
        Browser::new().open(eclusa, path).await;
    }
    for path in PAGES_OF_THINGS {
        let mut answered = false;
        for path in filled_in(path, &things) {
            let page = browser.open(eclusa, &path).await;
            assert!(page.status < 500, "{path}: {}", page.body);
            answered |= page.status < 300;
        }
        assert!(answered, "{path} is not searched");
    }
    for id in &things["attendances"] {
        let path = format!("/reports/attendances/{id}");
        assert_eq!(browser.open(eclusa, &path).await.status, 200, "{path}");
    }
    let wrong = ("authorization".to_owned(), "Bearer wrong".to_owned());
    eclusa.call("GET", "/v1/channels", &[wrong], "").await.problem(401, "token_unknown");
}

#[tokio::test]
async fn a_secret_that_is_no_key_is_refused_when_the_channel_is_saved() {
    let eclusa = Setup::with(&[]).hostile("shop-signed").start();
    let wrong = "not-base64-but-secret!";
    let channel = |secrets: Value| {
        json!({ "name": "Shop", "adapter": "shop-signed", "url": "https://shop.example.com",
                "secrets": secrets })
    };
    for (secrets, pointer) in [
        (json!({ "token": wrong }), "/secrets/token"),
        (json!({ "token": ["c2VjcmV0", wrong] }), "/secrets/token/1"),
    ] {
        let refused = eclusa.api("PUT", "/v1/channels/shop", &channel(secrets)).await;
        assert!(!refused.body.contains(wrong), "{}", refused.body);
        let problem = refused.problem(422, "invalid_input");
        assert_eq!(problem["violations"][0]["pointer"], pointer, "{problem}");
    }
    let right = channel(json!({ "token": ["c2VjcmV0", "b2xk"] }));
    assert_eq!(eclusa.api("PUT", "/v1/channels/shop", &right).await.status, 201);
    // A change of something else says nothing of secrets.
    eclusa.api("PATCH", "/v1/channels/shop", &json!({ "name": "Loja" })).await.ok();
}

/// Ids of what is there, by the segment of a path that comes before them.
async fn things(eclusa: &Eclusa) -> BTreeMap<&'static str, Vec<String>> {
    let ids = |list: &Value, pointer: &str| -> Vec<String> {
        let found = list.as_array().unwrap().iter().filter_map(|it| it.pointer(pointer)?.as_str());
        found.map(str::to_owned).collect()
    };
    let list = async |path: &str, key: &str| eclusa.get(path).await.ok()[key].clone();
    let events = list("/v1/events?limit=500", "events").await;
    let channels = list("/v1/channels", "channels").await;
    let adapters = list("/v1/adapters", "adapters").await;
    let deployments = list("/v1/deployments", "deployments").await;
    let letters = list("/v1/dead-letters", "dead_letters").await;
    let requests = list("/v1/requests/unmapped", "requests").await;
    let attendances = list("/v1/attendances", "attendances").await;
    let flows = list("/v1/flows", "flows").await;
    let mut messages = ids(&events, "/message/id");
    messages.extend(ids(&letters, "/message"));
    messages.extend(ids(&letters, "/id"));
    BTreeMap::from([
        ("channels", ids(&channels, "/id")),
        ("adapters", ids(&adapters, "/name")),
        ("deployments", ids(&deployments, "/id")),
        ("dead-letters", ids(&letters, "/id")),
        ("requests", ids(&requests, "/id")),
        ("messages", messages),
        ("attendances", ids(&attendances, "/id")),
        ("flows", ids(&flows, "/id")),
    ])
}

/// A path with each thing in the place of its parameter.
fn filled_in(path: &str, things: &BTreeMap<&'static str, Vec<String>>) -> Vec<String> {
    let mut paths = vec![String::new()];
    let mut before = "";
    for segment in path.split('/').skip(1) {
        let none = vec!["none".to_owned()];
        let choices = match segment.starts_with('{') {
            true => things.get(before).filter(|all| !all.is_empty()).cloned().unwrap_or(none),
            false => vec![segment.to_owned()],
        };
        paths = paths
            .iter()
            .flat_map(|path| choices.iter().map(move |choice| format!("{path}/{choice}")))
            .collect();
        before = segment;
    }
    paths
}
