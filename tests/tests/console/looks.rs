//! Pictures of every page, for people to look at: `target/screenshots`.

use eclusa_tests::{Chat, Chromium, Eclusa, FakeChat, Setup};
use serde_json::json;

use super::{an_attendance, nothing_is_wrong, signed_in};

const LOOKS: [(&str, &str, u32); 3] =
    [("light", "light", 1200), ("dark", "dark", 1200), ("phone", "light", 390)];

async fn pictures(chromium: &Chromium, eclusa: &Eclusa, language: &str, pages: &[(&str, &str)]) {
    for (name, path) in pages {
        for (look, scheme, width) in LOOKS {
            chromium.look(scheme, width).await;
            chromium.open(&format!("{}{path}", eclusa.url())).await;
            chromium.screenshot(&format!("{name}-{language}-{look}")).await;
            // Nothing is wider than the screen.
            let wide =
                "document.documentElement.scrollWidth > document.documentElement.clientWidth";
            assert_eq!(chromium.evaluate(wide).await, false, "{path} {look}");
            // Every picture is there.
            let broken = "[...document.images].filter(it => !it.naturalWidth).length";
            assert_eq!(chromium.evaluate(broken).await, 0, "{path} {look}");
        }
    }
}

#[tokio::test]
async fn every_page_is_seen_in_light_dark_and_on_a_phone() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&Chat::ALL).start();
    for language in ["en", "pt-BR"] {
        let chromium = Chromium::start(language).await;
        pictures(&chromium, &eclusa, language, &[("login", "/login")]).await;
        signed_in(&chromium, &eclusa).await;
        if language == "en" {
            let none = [("channels-none", "/channels"), ("dashboard-none", "/dashboard")];
            pictures(&chromium, &eclusa, language, &none).await;
            for (id, name, color, chat) in [
                ("site", "Chat do site", "#0072B2", Chat::Open),
                ("vendas", "WhatsApp Vendas", "#009E73", Chat::Whatsapp),
                ("suporte", "Suporte no Telegram", "#D55E00", Chat::Telegram),
                ("interno", "Chat interno da equipe", "#C9A400", Chat::Slack),
            ] {
                let mut channel = chat.channel(id, &fake.url());
                channel["name"] = json!(name);
                channel["color"] = json!(color);
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
        ];
        pictures(&chromium, &eclusa, language, &pages).await;
        nothing_is_wrong(&chromium, &eclusa).await;
    }
}
