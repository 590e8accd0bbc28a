//! A channel, from the first visit to its end.

use eclusa_tests::{Channel, Chat, Chromium, FakeChat, Setup};

use super::{nothing_is_wrong, signed_in};

const DRAWING: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4.5" cy="4.5" r="4" fill="#D55E00"/></svg>"##;

#[tokio::test]
async fn somebody_registers_a_channel_tries_it_and_deletes_it() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let chromium = Chromium::start("pt-BR").await;
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.svg");
    std::fs::write(&logo, DRAWING).unwrap();

    signed_in(&chromium, &eclusa).await;
    assert_eq!(chromium.evaluate("document.documentElement.lang").await, "pt-BR");
    chromium.click("nav a[href='/channels']").await;
    chromium.wait_for("document.querySelector('h2').textContent === 'Ainda não há canais'").await;
    chromium.click("main a[href='/channels/new']").await;
    chromium.click("a[href='/channels/new?adapter=open']").await;

    // The first try forgets the name, and leads to where it is missing.
    chromium.type_into("[name='/url']", &fake.url()).await;
    chromium.click("main form > .actions button").await;
    chromium.wait_for("document.activeElement.name === '/name'").await;
    let told = "document.getElementById('f-name-wrong').textContent";
    assert_eq!(chromium.evaluate(told).await, "São esperados de 1 a 120 caracteres.");
    let kept = chromium.evaluate("document.querySelector(\"[name='/url']\").value").await;
    assert_eq!(kept, fake.url());

    chromium.type_into("[name='/name']", "Loja São João").await;
    chromium.type_into("[name='/id']", "loja").await;
    chromium.type_into("[name='/logo']", &logo.display().to_string()).await;
    chromium.click("main form > .actions button").await;
    chromium.wait_for("location.pathname === '/channels/loja'").await;
    let mime = "performance.getEntriesByName(location.origin + '/channels/loja/logo').length";
    assert_eq!(chromium.evaluate(mime).await, 1);
    assert_eq!(
        eclusa.get("/v1/channels/loja/logo").await.header("content-type"),
        Some("image/png")
    );
    let ingress = chromium.evaluate("document.getElementById('ingress').value").await;
    let ingress = ingress.as_str().unwrap().strip_prefix(eclusa.url()).unwrap().to_owned();

    // The chat writes where the page says, and a test message answers.
    let channel = Channel { id: "loja".to_owned(), ingress };
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("1", "Oi")).await.ok();
    chromium.type_into("[name='/conversation']", Chat::Open.conversation()).await;
    chromium.type_into("[name='/text/body']", "Bom dia").await;
    chromium.click("#test button").await;
    chromium.wait_for("location.search.startsWith('?test=')").await;
    assert_eq!(fake.taken(1).await[0].json()["text"]["body"], "Bom dia");

    chromium.click(".danger-link").await;
    chromium.click("button.danger").await;
    chromium.wait_for("location.pathname === '/channels'").await;
    eclusa.get("/v1/channels/loja").await.problem(404, "channel_not_found");
    nothing_is_wrong(&chromium, &eclusa).await;
}

#[tokio::test]
async fn the_keyboard_reaches_everything_and_the_choice_of_language_stays() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let chromium = Chromium::start("en").await;
    signed_in(&chromium, &eclusa).await;
    // The first key leads past the navigation.
    chromium.press("\u{E004}", 1).await;
    assert_eq!(chromium.evaluate("document.activeElement.className").await, "skip");
    chromium.press("\u{E007}", 1).await;
    assert_eq!(chromium.evaluate("location.hash").await, "#content");
    chromium.open(&format!("{}/channels", eclusa.url())).await;
    // Skip link, brand, all sections, the menu: opened by Enter.
    let sections = chromium.evaluate("document.querySelectorAll('nav.sections a').length").await;
    let sections = usize::try_from(sections.as_u64().unwrap()).unwrap();
    chromium.press("\u{E004}", sections + 3).await;
    assert_eq!(chromium.evaluate("document.activeElement.tagName").await, "SUMMARY");
    chromium.press("\u{E007}", 1).await;
    chromium.press("\u{E004}", 1).await;
    assert_eq!(chromium.evaluate("document.activeElement.value").await, "pt-BR");
    chromium.press("\u{E007}", 1).await;
    chromium.wait_for("document.documentElement.lang === 'pt-BR'").await;
    assert_eq!(chromium.evaluate("location.pathname").await, "/channels");
    chromium.open(&format!("{}/", eclusa.url())).await;
    assert_eq!(chromium.evaluate("document.documentElement.lang").await, "pt-BR");
    nothing_is_wrong(&chromium, &eclusa).await;
}
