//! A flow is written, checked, tried out and saved, in both languages, with scripts and
//! without; then a channel runs it.

use eclusa_tests::{Chat, Chromium, Eclusa, FakeChat, Setup, eventually};
use serde_json::{Value, json};

use super::sights::Sights;
use super::{nothing_is_wrong, signed_in, signed_in_with};

/// Presses a button of the form by what it asks for, and waits for the page that comes of
/// it: the draft of the form, or what was played, is another one then.
async fn press(chromium: &Chromium, button: &str) {
    let state = "[document.querySelector('[name=document]').value, \
                  document.querySelector('[name=script]').value].join()";
    let before = chromium.evaluate(state).await;
    let pressed = format!("document.querySelector('button[value=\"{button}\"]').click()");
    chromium.evaluate(&pressed).await;
    chromium.wait_for(&format!("{state} !== {before}")).await;
}

/// What a field of the form is to say; it tells the page as typing does.
async fn fill(chromium: &Chromium, name: &str, value: &str) {
    let (name, value) = (json!(name), json!(value));
    let script = format!(
        "(it => {{ it.value = {value}; \
         it.dispatchEvent(new Event('change', {{ bubbles: true }})) }})\
         (document.querySelector('[name=\"' + {name} + '\"]'))"
    );
    chromium.evaluate(&script).await;
}

/// All that the conversation of the simulator says.
async fn conversation(chromium: &Chromium) -> String {
    let all = "[...document.querySelectorAll('.conversation .said, .conversation .happened')]\
               .map(it => it.textContent).join('\\n')";
    chromium.evaluate(all).await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn somebody_writes_a_flow_tries_it_and_a_channel_runs_it() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    for (language, name, id) in [("en", "Front desk", "front-desk"), ("pt-BR", "Balcão", "balcao")]
    {
        let chromium = Chromium::start(language).await;
        chromium.zone("America/Sao_Paulo").await;
        signed_in(&chromium, &eclusa).await;
        chromium.evaluate("document.querySelector('.sections a[href=\"/flows\"]').click()").await;
        chromium.wait_for("location.pathname === '/flows'").await;
        chromium.open(&format!("{}/flows/new", eclusa.url())).await;

        // What begins a flow runs as it is, without a name yet.
        assert!(chromium.evaluate("!!document.getElementById('sim-write')").await == true);
        fill(&chromium, "/name", name).await;
        fill(&chromium, "/id", id).await;
        fill(&chromium, "/queue", "front").await;
        press(&chromium, "add:/menu/options").await;
        fill(&chromium, "/menu/options/1/label", "Horário").await;
        fill(&chromium, "kind:/menu/options/1/then", "answer").await;
        let body = "/menu/options/1/then/answer/contents/0/text/body";
        chromium.wait_for(&format!("!!document.querySelector('[name=\"{body}\"]')")).await;
        fill(&chromium, body, "Das 8h às 18h.").await;

        // What is wrong is told where it is, and leads there.
        fill(&chromium, "/menu/options/1/key", "1").await;
        press(&chromium, "check").await;
        let key = "document.getElementById('f-menu-options-1-key')";
        chromium.wait_for(&format!("{key}.getAttribute('aria-invalid') === 'true'")).await;
        chromium.wait_for("document.activeElement.matches('[role=alert] a')").await;
        let link = chromium.evaluate("document.activeElement.hash").await;
        assert_eq!(link, "#f-menu-options-1-key");
        assert!(
            chromium.evaluate("!!document.querySelector('.simulator .note.warn')").await == true
        );
        fill(&chromium, "/menu/options/1/key", "2").await;
        press(&chromium, "check").await;
        chromium.wait_for("!!document.getElementById('sim-write')").await;

        // Somebody writes, by keyboard alone, and asks for the times by a button.
        chromium.type_into("#sim-text", "Oi").await;
        chromium.press("\u{e007}", 1).await;
        chromium.wait_for("!!document.querySelector('button[value=\"sim:option=2\"]')").await;
        assert!(chromium.evaluate("document.activeElement.id === 'sim-text'").await == true);
        press(&chromium, "sim:option=2").await;
        assert!(conversation(&chromium).await.contains("Das 8h às 18h."));
        press(&chromium, "sim:option=1").await;
        assert!(conversation(&chromium).await.contains("front"));
        press(&chromium, "sim:closed").await;

        chromium.evaluate("document.querySelector('button[value=save]').click()").await;
        chromium.wait_for(&format!("location.href.endsWith('/flows/{id}?done=saved')")).await;
        let saved = eclusa.get(&format!("/v1/flows/{id}")).await.ok();
        let answer = &saved["menu"]["options"][1]["then"]["answer"]["contents"][0]["text"]["body"];
        assert_eq!((&saved["name"], answer), (&json!(name), &json!("Das 8h às 18h.")));
        nothing_is_wrong(&chromium, &eclusa).await;
    }
    // The console's form of a channel offers it, and the chat gets what the simulator said.
    let mut channel = Chat::Open.channel("site", &fake.url());
    channel["flow"] = json!("front-desk");
    channel["flow_runner"] = json!("eclusa");
    let channel = eclusa.create(&channel).await;
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("1", "Oi")).await.ok();
    eventually("the flow speaks", async || {
        let sent = fake.requests();
        (sent.len() >= 2 && sent[1].body.contains("1. Talk to a person\\n2. Horário")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_editor_works_without_scripts() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let chromium = Chromium::start("en").await;
    signed_in(&chromium, &eclusa).await;
    chromium.without_scripts().await;
    chromium.open(&format!("{}/flows/new", eclusa.url())).await;
    // Presses a button, and waits for what the page has then.
    let go = async |button: &str, then: &str| {
        chromium.click(button).await;
        let there = format!("!!document.querySelector({then:?})");
        chromium.wait_for(&format!("document.readyState === 'complete' && {there}")).await;
    };
    go("button[value='add:/hours']", "#f-hours-weekly-monday").await;
    chromium.type_into("#f-hours-weekly-saturday", "8-12").await;
    go("button[value='add:/idle/close']", "#f-idle-close-after-seconds").await;
    // It is shown again, with what is wrong, and nothing was saved.
    go("button[value='save']", "[role=alert] a[href='#f-name']").await;
    assert_eq!(eclusa.get("/v1/flows").await.ok()["flows"], json!([]));
    chromium.click("[role=alert] a[href='#f-name']").await;
    chromium.type_into("#f-name", "Night").await;
    chromium.type_into("#f-id", "night").await;
    go(".written > .actions [value='check']", "#sim-text").await;
    chromium.type_into("#sim-text", "Hello").await;
    go("#sim-write", "button[value='sim:closed']").await;
    go("button[value='save']", ".note.good").await;
    let saved = eclusa.get("/v1/flows/night").await.ok();
    let saturday = json!([{ "from": "08:00", "to": "12:00" }]);
    assert_eq!(saved["hours"]["weekly"]["saturday"], saturday);
    assert_eq!(saved["idle"]["close"]["after_seconds"], 1800);
}

#[tokio::test]
async fn a_change_of_somebody_else_is_not_passed_over_and_a_used_flow_stays() {
    let eclusa = Setup::with(&[Chat::Open]).start();
    let flow = json!({ "id": "night", "name": "Night" });
    eclusa.post("/v1/flows", &flow).await;
    let chromium = Chromium::start("en").await;
    signed_in(&chromium, &eclusa).await;
    chromium.open(&format!("{}/flows/night", eclusa.url())).await;
    let renamed = json!({ "id": "night", "name": "Late" });
    let bearer = [("authorization".to_owned(), format!("Bearer {}", eclusa.token()))];
    eclusa.call("PUT", "/v1/flows/night", &bearer, renamed.to_string()).await.ok();
    fill(&chromium, "/name", "Nights").await;
    chromium.evaluate("document.querySelector('button[value=save]').click()").await;
    chromium
        .wait_for("document.querySelector('.note.bad')?.textContent.includes('Somebody else')")
        .await;
    // What was typed is still there.
    assert_eq!(chromium.evaluate("document.getElementById('f-name').value").await, "Nights");
    assert_eq!(eclusa.get("/v1/flows/night").await.ok()["name"], "Late");

    let mut channel = Chat::Open.channel("site", "http://127.0.0.1:9999");
    channel["flow"] = json!("night");
    channel["flow_runner"] = json!("eclusa");
    eclusa.create(&channel).await;
    chromium.open(&format!("{}/flows/night/delete", eclusa.url())).await;
    assert_eq!(chromium.evaluate("!!document.querySelector('button.danger')").await, false);
    // Who only looks may try it out, and not save it.
    let reader = eclusa.new_token("reader", "viewer").await;
    signed_in_with(&chromium, &eclusa, &reader).await;
    chromium.open(&format!("{}/flows/night", eclusa.url())).await;
    assert_eq!(chromium.evaluate("!!document.querySelector('button[value=save]')").await, false);
    chromium.type_into("#sim-text", "Oi").await;
    press(&chromium, "sim:write").await;
    assert!(conversation(&chromium).await.contains("waits for a person"));
}

/// A flow with all that one can have.
pub(crate) fn whole() -> Value {
    let text = |body: &str| json!([{ "type": "text", "text": { "body": body } }]);
    let day = json!([{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "18:00" }]);
    json!({
        "id": "balcao", "name": "Balcão da loja",
        "greeting": [
            { "type": "text", "text": { "body": "Olá! Aqui é a Loja Um." } },
            { "type": "location", "location": { "latitude": -23.55, "longitude": -46.63, "name": "Loja Sé" } },
        ],
        "hours": {
            "time_zone": "America/Sao_Paulo",
            "weekly": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day },
            "holidays": [{ "date": "12-25", "name": "Natal" },
                         { "date": "2026-12-24", "name": "Véspera", "open": [{ "from": "08:00", "to": "12:00" }] }],
            "away": text("Estamos fechados. Deixe sua mensagem."),
            "then": { "queue": "noite" },
        },
        "menu": { "text": "Como podemos ajudar?", "invalid": "Não entendi.", "options": [
            { "key": "comprar", "label": "Comprar", "then": { "queue": "vendas" } },
            { "key": "onde", "label": "Onde fica?", "then": { "answer": { "contents": text("Praça da Sé, 1"), "then": "menu" } } },
            { "key": "mais", "label": "Mais", "then": { "submenu": { "text": "Mais opções", "options": [
                { "key": "0", "label": "Voltar", "then": "back" },
                { "key": "pessoa", "label": "Falar com uma pessoa", "then": { "queue": null } },
            ] } } },
        ] },
        "queue": "balcao",
        "idle": { "reminder": { "after_seconds": 600, "contents": text("Ainda está aí?") },
                  "close": { "after_seconds": 1200, "contents": text("Encerramos por falta de resposta.") } },
        "closing": text("Obrigado pelo contato!"),
    })
}

/// What comes of what somebody does in the editor, to be looked at.
pub(crate) async fn seen_in_use(
    sights: &Sights,
    chromium: &Chromium,
    eclusa: &Eclusa,
    language: &str,
) {
    for (look, scheme, width) in super::sights::LOOKS {
        chromium.look(scheme, width).await;
        chromium.open(&format!("{}/flows/balcao", eclusa.url())).await;
        fill(chromium, "sim:start", "2026-11-23T10:00").await;
        chromium.type_into("#sim-text", "Bom dia!").await;
        press(chromium, "sim:write").await;
        press(chromium, "sim:option=mais").await;
        press(chromium, "sim:due").await;
        sights.open(chromium, &format!("flow-tried-{language}"), look).await;
        fill(chromium, "/menu/options/1/label", "Comprar").await;
        fill(chromium, "/hours/weekly/monday", "8-12, 11-18").await;
        press(chromium, "check").await;
        chromium.wait_for("!!document.querySelector('[role=alert]')").await;
        sights.open(chromium, &format!("flow-wrong-{language}"), look).await;
    }
}
