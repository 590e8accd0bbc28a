//! Pictures of every page, for people to look at: `target/screenshots`.

use eclusa_tests::{Chat, Chromium, Eclusa, FakeChat, Reply, Request, Setup, delivery, shop};
use serde_json::{Value, json};

use super::sights::Sights;
use super::{an_attendance, flows, signed_in, signed_in_with};

#[tokio::test]
async fn every_page_is_seen_in_light_dark_and_on_a_phone() {
    let sights = Sights::default();
    tokio::join!(pages_of_agents(&sights), pages_of_operators(&sights), pages_of_the_demo(&sights));
    let eclusa = Setup::with(&[Chat::Open]).env("ECLUSA_DEMO", "true").start();
    let shared = share(&eclusa).await;
    let chromium = Chromium::start("en").await;
    signed_in(&chromium, &eclusa).await;
    let known = [
        ("{key}", shared.rsplit('/').next().unwrap()),
        ("/channels/{id}", "/channels/demo-open"),
        ("/schemas/{name}", "/schemas/event.json"),
        ("/files/{name}", "/files/voice.wav"),
        ("/pages/{name}", "/pages/site.js"),
        ("{chat}", "site"),
    ];
    sights.are_all(&chromium, &eclusa, &known).await;
    sights.nothing_was_wrong();
}

async fn pages_of_agents(sights: &Sights) {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&Chat::ALL).start();
    let mut thread = String::new();
    for language in ["en", "pt-BR"] {
        let chromium = Chromium::start(language).await;
        sights.of(&chromium, &eclusa, language, &[("login", "/login")]).await;
        signed_in(&chromium, &eclusa).await;
        if language == "en" {
            let none = [
                ("channels-none", "/channels"),
                ("dashboard-none", "/dashboard"),
                ("inbox-none", "/inbox"),
                ("flows-none", "/flows"),
            ];
            sights.of(&chromium, &eclusa, language, &none).await;
            eclusa.post("/v1/flows", &flows::whole()).await;
            for (id, name, color, chat) in [
                ("site", "Chat do site", "#0072B2", Chat::Open),
                ("vendas", "WhatsApp Vendas", "#009E73", Chat::Whatsapp),
                ("suporte", "Suporte no Telegram", "#D55E00", Chat::Telegram),
                ("interno", "Chat interno da equipe", "#C9A400", Chat::Slack),
            ] {
                let mut channel = chat.channel(id, &fake.url());
                channel["name"] = json!(name);
                channel["color"] = json!(color);
                if id == "interno" {
                    channel["flow"] = json!("balcao");
                    channel["flow_runner"] = json!("eclusa");
                }
                channel["description"] =
                    json!("Atende das 8h às 18h. Responsável: equipe de canais.");
                let made = eclusa.create(&channel).await;
                // Several people write, so that there is something to see.
                let people = name.len() % 7 + 3;
                for person in 0..people {
                    let conversation = chat.conversation().replace('1', &person.to_string());
                    let request = chat.text_request(&person.to_string(), "Bom dia!");
                    let request = request.replace(chat.conversation(), &conversation);
                    eclusa.chat_posts(chat, &made, &request).await;
                }
            }
            an_attendance(&eclusa).await;
            thread = conversations(&eclusa).await;
            eclusa.post("/v1/channels/suporte/pause", &json!({ "reason": "Migração" })).await.ok();
        }
        let assigned = eclusa.get("/v1/attendances?state=assigned").await.ok();
        let protocol = assigned["attendances"][0]["protocol"].as_str().unwrap().to_owned();
        let attendance = format!("/reports/attendances/{protocol}");
        let pages = [
            ("home", "/"),
            ("dashboard", "/dashboard"),
            ("dashboard-month", "/dashboard?period=30d"),
            ("dashboard-channel", "/dashboard?channel=site"),
            ("dashboard-empty", "/dashboard?from=2026-01-01&to=2026-01-31"),
            ("dashboard-wrong", "/dashboard?from=2026-02-01&to=2026-01-31"),
            ("reports", "/reports/attendances"),
            ("reports-filtered", "/reports/attendances?period=all&state=assigned&agent=rui"),
            ("reports-empty", "/reports/attendances?contact=nobody"),
            ("reports-wrong", "/reports/attendances?from=2026-02-01&to=2026-01-31"),
            ("attendance", &attendance),
            ("zone", "/preferences?back=/dashboard"),
            ("channels", "/channels"),
            ("channel", "/channels/interno"),
            ("channel-paused", "/channels/suporte"),
            ("channel-choose", "/channels/new"),
            ("channel-new", "/channels/new?adapter=whatsapp-cloud"),
            ("channel-edit", "/channels/vendas/edit"),
            ("channel-delete", "/channels/site/delete"),
            ("documentation", "/channels/interno/documentation"),
            ("documentation-open", "/channels/site/documentation"),
            ("inbox", "/inbox"),
            ("inbox-found-none", "/inbox?q=nobody"),
            ("inbox-thread", &thread),
            ("flows", "/flows"),
            ("flow-new", "/flows/new"),
            ("flow", "/flows/balcao"),
            ("flow-delete", "/flows/balcao/delete"),
        ];
        sights.of(&chromium, &eclusa, language, &pages).await;
        flows::seen_in_use(sights, &chromium, &eclusa, language).await;
    }
}

/// People write on the channels, and one of them is answered; the path of that thread.
async fn conversations(eclusa: &Eclusa) -> String {
    let says = async |channel: &str, from: (&str, &str), messages: &[Value]| {
        let url = eclusa.get(&format!("/v1/channels/{channel}")).await.ok();
        let url = url["ingress_url"].as_str().unwrap().replace(eclusa.url(), "");
        for message in messages {
            let id = format!("{}-{message}", from.0);
            let mut whole = json!({ "id": id, "conversation": from.0,
                                    "from": { "id": from.0, "name": from.1 } });
            whole.as_object_mut().unwrap().extend(message.as_object().unwrap().clone());
            let body = whole.to_string();
            let headers = Chat::Open.sign(body.as_bytes());
            assert_eq!(eclusa.call("POST", &url, &headers, body).await.status, 200);
        }
    };
    let text = |body: &str| json!({ "type": "text", "text": { "body": body } });
    let long = "Comprei uma luminária no sábado e ela veio com o vidro trincado. Vocês trocam? \
                A nota está em https://loja.example/notas/4711";
    says("site", ("u-2", "Bruno Prado"), &[text("Vocês abrem aos domingos?")]).await;
    says("site", ("u-3", "Conceição de Albuquerque Figueiredo e Souza"), &[text(long)]).await;
    let files = [
        text("Bom dia! Meu pedido ainda não chegou."),
        json!({ "type": "document", "document": { "url": "https://files.example/nota.pdf",
            "filename": "nota-fiscal-4711.pdf", "mime": "application/pdf", "size": 482_113 } }),
        json!({ "type": "audio", "audio": { "url": "https://files.example/a.ogg",
            "mime": "audio/ogg", "duration": 13.0, "voice": true } }),
        json!({ "type": "video", "video": { "url": "https://files.example/v.mp4",
            "mime": "video/mp4", "caption": "A caixa como chegou" } }),
        json!({ "type": "location", "location": { "latitude": -23.561_414, "longitude": -46.655_881,
            "name": "Av. Paulista, 1578", "address": "Bela Vista, São Paulo" } }),
        json!({ "type": "contact", "contact": { "name": "Bea Lima", "organization": "Vizinha",
            "phones": [{ "number": "+55 11 5555-0102" }], "emails": ["bea@casa.example"] } }),
    ];
    says("site", ("u-1", "Ana Lima"), &files).await;
    let all = eclusa.get("/v1/attendances").await.ok();
    let found = all["attendances"].as_array().unwrap().iter();
    let id = found.filter(|it| it["contact"]["id"] == "u-1").map(|it| it["id"].clone()).next();
    let id = id.unwrap().as_str().unwrap().to_owned();
    let agent = json!({ "agent": "Rui" });
    eclusa.post(&format!("/v1/attendances/{id}/assign"), &agent).await.ok();
    let channel = eclusa_tests::Channel { id: "site".to_owned(), ingress: String::new() };
    let answer = json!({ "conversation": "u-1", "type": "text",
                         "text": { "body": "Bom dia, Ana! Já vi aqui: sai hoje para entrega." } });
    let sent = eclusa.send(&channel, &answer).await;
    eclusa.message_in_state(&sent, "sent").await;
    says("site", ("u-1", "Ana Lima"), &[text("Que bom, obrigada!")]).await;
    format!("/inbox/{id}")
}

/// With all that can go wrong.
async fn pages_of_operators(sights: &Sights) {
    let chat = FakeChat::shop();
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open])
        .adapter_bytes("shop", shop::revision("1"))
        .config(&delivery(2, 0.1))
        .start();
    let admin = Chromium::start("en").await;
    signed_in(&admin, &eclusa).await;
    sights.of(&admin, &eclusa, "en", &[("letters-none", "/dead-letters")]).await;
    let site = eclusa.create(&shop::channel("site", &chat.url())).await;
    let mut app = Chat::Open.channel("app", &fake.url());
    app["name"] = json!("Chat do aplicativo");
    app["color"] = json!("#8250A0");
    let app = eclusa.create(&app).await;
    let mut last = json!(null);
    for number in 0..4 {
        let entry = shop::text(&number.to_string(), "t1", "Bom dia, tudo bem?").to_string();
        last = eclusa.call("POST", &site.ingress, &[], entry).await.ok();
    }
    let inbound = last["messages"][0]["id"].as_str().unwrap().to_owned();
    eclusa.chat_posts(Chat::Open, &app, &Chat::Open.text_request("1", "Oi")).await.ok();
    eclusa.chat_posts(Chat::Open, &app, "{\"id\":\"2\"}").await;
    fake.rule(|_: &Request, _| Some(Reply::json(503, &json!({ "error": "overloaded" }))));
    let message = json!({ "conversation": Chat::Open.conversation(), "type": "text",
                          "text": { "body": "Seu pedido saiu para entrega." } });
    let failed = eclusa.send(&app, &message).await;
    eclusa.message_in_state(&failed, "failed").await;
    let path = "/v1/adapters/shop?mode=manual";
    let bearer = [("authorization".to_owned(), format!("Bearer {}", eclusa.token()))];
    let came = eclusa.call("PUT", path, &bearer, shop::revision("renames")).await.json();
    let came = eclusa.decided(came["id"].as_str().unwrap()).await;
    let wrong = eclusa.deploy("shop-old", &shop::revision("sample-fails")).await;
    eclusa.new_token("crm", "platform").await;
    for language in ["en", "pt-BR"] {
        let chromium = Chromium::start(language).await;
        signed_in(&chromium, &eclusa).await;
        let id = |deployment: &serde_json::Value| deployment["id"].as_str().unwrap().to_owned();
        let deployment = format!("/adapters/shop/deployments/{}", id(&came));
        let rejected = format!("/adapters/shop-old/deployments/{}", id(&wrong));
        let activate =
            format!("/adapters/shop/activate?revision={}", came["revision"].as_str().unwrap());
        let pages = [
            ("home-attention", "/".to_owned()),
            ("adapters", "/adapters".to_owned()),
            ("adapter", "/adapters/shop".to_owned()),
            ("adapter-activate", activate),
            ("deployment", deployment),
            ("deployment-rejected", rejected),
            ("diff", "/adapters/shop/diff".to_owned()),
            ("traffic", "/traffic".to_owned()),
            ("messages", "/messages?channel=site&conversation=t1".to_owned()),
            ("trace-inbound", format!("/messages/{inbound}")),
            ("trace-outbound", format!("/messages/{failed}")),
            ("replay", format!("/messages/{inbound}/replay")),
            ("letters", "/dead-letters".to_owned()),
            ("letter", format!("/dead-letters/{failed}")),
            ("playground", "/playground?on=adapter:open&direction=receive&sample=0".to_owned()),
            ("tokens", "/tokens".to_owned()),
            ("token-revoke", "/tokens/crm/revoke".to_owned()),
            ("audit", "/audit".to_owned()),
        ];
        let pages: Vec<_> = pages.iter().map(|(name, path)| (*name, path.as_str())).collect();
        sights.of(&chromium, &eclusa, language, &pages).await;
    }
}

/// The sample chats, what needs no login, and the pages of problems.
async fn pages_of_the_demo(sights: &Sights) {
    let eclusa = Setup::with(&[Chat::Open]).env("ECLUSA_DEMO", "true").start();
    let shared = share(&eclusa).await;
    let reader = eclusa.new_token("reader", "viewer").await;
    for language in ["en", "pt-BR"] {
        let chromium = Chromium::start(language).await;
        let open = [("demo", "/demo"), ("documentation-shared", &shared)];
        sights.of(&chromium, &eclusa, language, &open).await;
        let chats =
            [("demo-site", "/demo/site"), ("demo-app", "/demo/app"), ("demo-team", "/demo/team")];
        if language == "en" {
            sights.of(&chromium, &eclusa, language, &chats).await;
        }
        signed_in_with(&chromium, &eclusa, &reader).await;
        let problems = [
            ("problem-unknown", "/channels/nobody"),
            ("problem-not-allowed", "/channels/new"),
            ("home-reader", "/"),
        ];
        sights.of(&chromium, &eclusa, language, &problems).await;
    }
}

/// Shares the documentation of a channel of the demo; the path of its page.
async fn share(eclusa: &Eclusa) -> String {
    let shared = "/v1/channels/demo-open/documentation-link";
    let shared = eclusa.post(shared, &json!(null)).await.ok();
    shared["documentation_url"].as_str().unwrap().replace(eclusa.url(), "")
}
