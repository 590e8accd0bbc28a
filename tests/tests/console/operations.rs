//! What an operator does: a revision comes, waits, serves and is taken back; a dead
//! letter is looked at and redriven; an adapter is tried out; a token is made.

use eclusa_tests::{Chat, Chromium, Eclusa, FakeChat, Reply, Request, Setup, delivery, shop};
use serde_json::{Value, json};

use super::{nothing_is_wrong, signed_in};

async fn text(chromium: &Chromium, selector: &str) -> String {
    let expression = format!("document.querySelector({selector:?}).textContent");
    let found = chromium.evaluate(&expression).await;
    found.as_str().unwrap_or_default().to_owned()
}

/// A shop whose adapter's first revision serves, and some traffic.
async fn with_shop() -> (Eclusa, FakeChat) {
    let chat = FakeChat::shop();
    let eclusa = Setup::default().adapter_bytes("shop", shop::revision("1")).start();
    let channel = eclusa.create(&shop::channel("site", &chat.url())).await;
    for number in 0..3 {
        let entry = shop::text(&number.to_string(), "t1", "Bom dia").to_string();
        eclusa.call("POST", &channel.ingress, &[], entry).await.ok();
    }
    (eclusa, chat)
}

#[tokio::test]
async fn an_operator_deploys_a_revision_looks_at_what_differs_and_takes_it_back() {
    let (eclusa, _chat) = with_shop().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.wasm");
    std::fs::write(&file, shop::revision("renames")).unwrap();
    let first = eclusa.active("shop").await;
    let chromium = Chromium::start("en").await;
    signed_in(&chromium, &eclusa).await;

    chromium.click("nav a[href='/adapters']").await;
    chromium.type_into("#deploy-name", "shop").await;
    chromium.type_into("#deploy-file", &file.display().to_string()).await;
    chromium.evaluate("document.getElementById('deploy-mode').value = 'manual'").await;
    chromium.click("#deploy button").await;
    chromium.wait_for("location.pathname.startsWith('/adapters/shop/deployments/')").await;
    // The page looks again by itself until the checks are over.
    chromium
        .wait_for("document.querySelector('.head .badge').textContent === 'Waits for approval'")
        .await;
    assert_eq!(eclusa.active("shop").await, first);
    assert!(
        chromium.evaluate("document.querySelectorAll('.stages .good').length").await.as_u64()
            > Some(5)
    );
    assert!(
        chromium.evaluate("document.querySelectorAll('tbody tr').length").await.as_u64() > Some(0)
    );

    chromium.click("form[action='/adapters/shop/approve'] button").await;
    chromium.wait_for("location.search === '?done=approved'").await;
    let second = eclusa.active("shop").await;
    assert_ne!(second, first);
    // The first page tells of nothing any more; a form of before is not taken again.
    chromium.click("details.more > summary").await;
    chromium.click("form[action='/adapters/shop/rollback'] button").await;
    chromium.wait_for("location.search === '?done=rolled-back'").await;
    assert_eq!(eclusa.active("shop").await, first);
    let who = eclusa.audited("shop", "rolled_back").await;
    assert_eq!(who["actor"], "admin");
    nothing_is_wrong(&chromium, &eclusa).await;
}

#[tokio::test]
async fn an_operator_finds_out_why_a_message_failed_and_sends_it_again() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).config(&delivery(1, 0.1)).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("1", "Oi")).await.ok();
    fake.rule(|_: &Request, _| Some(Reply::json(400, &json!({ "error": "no such person" }))));
    let message = json!({ "conversation": Chat::Open.conversation(), "type": "text",
                          "text": { "body": "Bom dia" } });
    let id = eclusa.send(&channel, &message).await;
    eclusa.message_in_state(&id, "failed").await;

    let chromium = Chromium::start("pt-BR").await;
    signed_in(&chromium, &eclusa).await;
    assert!(text(&chromium, "#attention").await.contains("Uma carta morta espera por uma pessoa"));
    chromium.click("#attention a").await;
    chromium.click("input[type='checkbox']").await;
    fake.no_rule();
    chromium.click("button[value='redrive']").await;
    chromium.wait_for("document.querySelector('h1').textContent === 'Reenviar uma carta?'").await;
    // Nothing was done yet.
    assert_eq!(eclusa.message(&id).await["state"], "failed");
    chromium.click("main form button").await;
    chromium.wait_for("location.search.startsWith('?done=redriven')").await;
    eclusa.message_in_state(&id, "sent").await;

    chromium.open(&format!("{}/messages", eclusa.url())).await;
    chromium.type_into("#find-id", &id).await;
    chromium.click("main form button").await;
    chromium.wait_for(&format!("location.pathname === '/messages/{id}'")).await;
    let trace = text(&chromium, "main").await;
    for told in ["no such person", "Tentativa falhou", "Enviada ao chat", "Bom dia"] {
        assert!(trace.contains(told), "{told}: {trace}");
    }
    nothing_is_wrong(&chromium, &eclusa).await;
}

#[tokio::test]
async fn an_adapter_is_tried_out_and_nothing_is_left_of_it() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let fake = FakeChat::start(Chat::Open);
    eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let chromium = Chromium::start("en").await;
    signed_in(&chromium, &eclusa).await;
    chromium.open(&format!("{}/playground", eclusa.url())).await;
    let body = Chat::Open.text_request("1", "Oi do laboratório");
    chromium.type_into("#play-body", &body).await;
    chromium.click("main form[method='post'] button").await;
    chromium.wait_for("document.querySelector('#outcome .note.good') !== null").await;
    let outcome = text(&chromium, "#outcome").await;
    assert!(outcome.contains("Oi do laboratório") && outcome.contains("One event"), "{outcome}");
    // What is no message of ours is said to be none.
    chromium.open(&format!("{}/playground?direction=send", eclusa.url())).await;
    chromium.type_into("#play-body", "{\"type\":\"text\"}").await;
    chromium.click("main form[method='post'] button").await;
    chromium.wait_for("document.querySelector('.note.bad') !== null").await;
    let events = eclusa.get("/v1/events").await.ok();
    assert_eq!(events["events"], Value::Array(Vec::new()));
    assert!(fake.requests().is_empty());
    nothing_is_wrong(&chromium, &eclusa).await;
}

#[tokio::test]
async fn a_token_is_shown_once_and_its_old_value_goes_on_for_a_while() {
    let eclusa = Setup::with(&[]).start();
    let chromium = Chromium::start("en").await;
    signed_in(&chromium, &eclusa).await;
    chromium.click("nav a[href='/adapters']").await;
    chromium.click("nav a[href='/tokens']").await;
    chromium.type_into("#token-name", "crm").await;
    chromium.click("input[value='platform']").await;
    chromium.click("#new button").await;
    chromium.wait_for("document.getElementById('value') !== null").await;
    let value = chromium.evaluate("document.getElementById('value').value").await;
    let bearer = |value: &Value| {
        [("authorization".to_owned(), format!("Bearer {}", value.as_str().unwrap()))]
    };
    assert_eq!(eclusa.call("GET", "/v1/events", &bearer(&value), "").await.status, 200);

    chromium.open(&format!("{}/tokens", eclusa.url())).await;
    assert!(!text(&chromium, "main").await.contains("ecl_"));
    chromium.click("details:has(form[action='/tokens/crm/rotate']) > summary").await;
    chromium.click("form[action='/tokens/crm/rotate'] button").await;
    chromium.wait_for("document.getElementById('value') !== null").await;
    let newer = chromium.evaluate("document.getElementById('value').value").await;
    assert_ne!(newer, value);
    for value in [&value, &newer] {
        assert_eq!(eclusa.call("GET", "/v1/events", &bearer(value), "").await.status, 200);
    }
    chromium.open(&format!("{}/tokens/crm-before/revoke", eclusa.url())).await;
    chromium.click("button.danger").await;
    chromium.wait_for("location.search === '?done=revoked'").await;
    let gone = eclusa.call("GET", "/v1/events", &bearer(&value), "").await;
    gone.problem(401, "token_unknown");
    let audit = format!("{}/audit?kind=token&actor=admin", eclusa.url());
    chromium.open(&audit).await;
    let told = text(&chromium, "main").await;
    assert!(told.contains("crm-before") && told.contains("revoked"), "{told}");
    nothing_is_wrong(&chromium, &eclusa).await;
}
