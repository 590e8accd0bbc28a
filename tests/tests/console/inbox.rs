//! The inbox and the sample chats, as people on both sides of them see them.

use eclusa_tests::{Chat, Chromium, Eclusa, FakeChat, Setup};
use serde_json::json;

use super::{nothing_is_wrong, signed_in};

const ENTER: &str = "\u{E007}";

async fn text(chromium: &Chromium, selector: &str) -> String {
    let expression = format!("document.querySelector({selector:?})?.innerText ?? ''");
    chromium.evaluate(&expression).await.as_str().unwrap().to_owned()
}

/// Waits until there are so many of them.
async fn count(chromium: &Chromium, selector: &str, count: usize) {
    let expression = format!("document.querySelectorAll({selector:?}).length === {count}");
    chromium.wait_for(&expression).await;
}

async fn says(eclusa: &Eclusa, ingress: &str, id: &str, body: &str) {
    let message = json!({
        "id": id, "conversation": "c1", "from": { "id": "u-1", "name": "Ana Lima" },
        "type": "text", "text": { "body": body },
    });
    let answer = eclusa.call("POST", ingress, &[], message.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn an_agent_answers_live_and_loses_nothing_that_was_typed() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let mut channel = Chat::Open.channel("site", &fake.url());
    channel["secrets"] = json!({});
    let channel = eclusa.create(&channel).await;
    let chromium = Chromium::start("pt-BR").await;
    signed_in(&chromium, &eclusa).await;
    chromium.click("nav a[href='/inbox']").await;
    chromium.wait_for("document.body.innerText.includes('Ninguém está esperando')").await;

    // Somebody writes: they appear in the same page.
    chromium.evaluate("window.same = true").await;
    says(&eclusa, &channel.ingress, "1", "Bom dia! Meu pedido chegou?").await;
    count(&chromium, ".entry.unanswered", 1).await;
    chromium.wait_for("document.title.startsWith('(1) ')").await;
    assert_eq!(text(&chromium, "#announce").await, "1 atendimento sem resposta");
    assert_eq!(chromium.evaluate("window.same").await, true);
    chromium.click(".entry").await;
    count(&chromium, ".spoken", 1).await;

    // A message that comes meanwhile leaves what is typed, and the focus, as they are.
    chromium.evaluate("window.same = true").await;
    chromium.type_into("#composer textarea", "Bom dia, Ana! Cheg").await;
    says(&eclusa, &channel.ingress, "2", "É o 4711").await;
    count(&chromium, ".spoken", 2).await;
    let typed = "document.activeElement.value";
    assert_eq!(chromium.evaluate(typed).await, "Bom dia, Ana! Cheg");
    chromium.press("a", 1).await;
    chromium.press(ENTER, 1).await;
    chromium.wait_for("document.querySelector('.ours .state')?.innerText === 'Enviada'").await;
    assert_eq!(fake.taken(1).await[0].json()["text"]["body"], "Bom dia, Ana! Chega");
    assert_eq!(chromium.evaluate(typed).await, "");
    assert_eq!(chromium.evaluate("document.activeElement.tagName").await, "TEXTAREA");
    chromium.wait_for("!document.title.startsWith('(')").await;
    assert_eq!(chromium.evaluate("window.same").await, true);

    // An answer to a message quotes it; what is refused stays.
    // The driver takes what stands above in a list that grows upwards for hidden.
    chromium.evaluate("document.querySelector('.answer-link').click()").await;
    assert!(text(&chromium, "#answered").await.contains("Meu pedido"));
    chromium.click(".kinds label:nth-of-type(5)").await;
    chromium.type_into("[name='/location/latitude']", "-23,5").await;
    chromium.click(".send button").await;
    chromium.wait_for("document.activeElement.name === '/location/longitude'").await;
    let kept = "document.querySelector(\"[name='/location/latitude']\").value";
    assert_eq!(chromium.evaluate(kept).await, "-23,5");
    chromium.type_into("[name='/location/longitude']", "-46,6").await;
    chromium.click(".send button").await;
    count(&chromium, ".ours .piece", 1).await;
    count(&chromium, ".ours blockquote", 1).await;
    assert_eq!(fake.taken(2).await[1].json()["location"]["longitude"], -46.6);

    chromium.click("#actions > form button").await;
    chromium.wait_for("document.querySelector('#standing').innerText.includes('admin')").await;
    chromium.click("#actions details:last-of-type summary").await;
    chromium.type_into("#c-reason", "resolvido").await;
    chromium.click("#actions details:last-of-type button").await;
    count(&chromium, ".note.closed", 1).await;
    assert!(text(&chromium, "#moments").await.contains("admin encerrou: resolvido"));
    nothing_is_wrong(&chromium, &eclusa).await;
}

#[tokio::test]
async fn without_its_script_the_inbox_does_the_same() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let mut channel = Chat::Open.channel("site", &fake.url());
    channel["secrets"] = json!({});
    let channel = eclusa.create(&channel).await;
    says(&eclusa, &channel.ingress, "1", "Oi").await;
    let chromium = Chromium::start("en").await;
    signed_in(&chromium, &eclusa).await;
    chromium.without_scripts().await;
    chromium.open(&format!("{}/inbox", eclusa.url())).await;
    chromium.click(".entry").await;
    chromium.type_into("#composer textarea", "Hello").await;
    chromium.click(".send button").await;
    assert_eq!(fake.taken(1).await[0].json()["text"]["body"], "Hello");
    chromium.click("#actions > form button").await;
    while eclusa.get("/v1/attendances").await.ok()["attendances"][0]["agent"] != "admin" {
        tokio::task::yield_now().await;
    }
}
