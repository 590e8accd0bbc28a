//! The documentation of a channel: read, copied, tried, shared and downloaded.

use eclusa_tests::{Chat, Chromium, Eclusa, Setup};

use super::{nothing_is_wrong, signed_in};

const TAB: &str = "\u{E004}";
const RIGHT: &str = "\u{E014}";

async fn start(language: &str) -> (Eclusa, Chromium) {
    let eclusa = Setup::with(&[Chat::Open, Chat::Slack]).start();
    let chromium = Chromium::start(language).await;
    eclusa.create(&Chat::Slack.channel("time", "https://chat.example.com")).await;
    signed_in(&chromium, &eclusa).await;
    (eclusa, chromium)
}

#[tokio::test]
async fn tabs_follow_the_keyboard_and_all_examples_follow_one() {
    let (eclusa, chromium) = start("pt-BR").await;
    chromium.open(&format!("{}/channels/time", eclusa.url())).await;
    chromium.click("a[href='/channels/time/documentation']").await;
    chromium.wait_for("document.querySelector('h1').textContent.includes('Documentação de')").await;
    let shown = "[...document.querySelectorAll('#in-text .example:not(details) .panel')]\
        .filter(it => it.offsetParent && it.dataset.language).map(it => it.dataset.language).join()";
    assert_eq!(chromium.evaluate(shown).await, "request");
    chromium.evaluate("document.querySelector('#in-text .tab').focus()").await;
    chromium.press(RIGHT, 1).await;
    assert_eq!(chromium.evaluate(shown).await, "shell");
    // The next key leads on, past the other tabs.
    chromium.press(TAB, 1).await;
    let at = "document.activeElement.className";
    assert_ne!(chromium.evaluate(at).await, "tab");
    let all = "[...document.querySelectorAll('.tab:checked')].every(it => it.value === 'shell')";
    assert_eq!(chromium.evaluate(all).await, true);
    let copied = "document.querySelector('#in-text .panel[data-language=shell] .copy-code')";
    assert_eq!(chromium.evaluate(&format!("{copied}.hidden")).await, false);
    chromium
        .evaluate("navigator.clipboard.writeText = async text => { window.copied = text }, true")
        .await;
    chromium.click("#in-text .example:not(details) .panel[data-language=shell] .copy-code").await;
    chromium.wait_for("window.copied?.startsWith(\"body='\")").await;
    assert_eq!(chromium.evaluate(&format!("{copied}.textContent")).await, "Copiado");
    nothing_is_wrong(&chromium, &eclusa).await;
}

#[tokio::test]
async fn a_request_is_tried_without_loading_the_page_anew() {
    let (eclusa, chromium) = start("en").await;
    chromium.open(&format!("{}/channels/time/documentation", eclusa.url())).await;
    chromium.evaluate("window.same = true").await;
    chromium.click("#in-text .try").await;
    chromium.wait_for("document.activeElement.id === 'try-body'").await;
    chromium.click(".send button").await;
    chromium.wait_for("document.querySelector('.tried').textContent.includes('Recorded as')").await;
    let told = chromium.evaluate("document.querySelector('.tried').textContent").await;
    let told = told.as_str().unwrap();
    assert!(told.contains("message.received") && told.contains("Verified: hmac-sha256"), "{told}");
    // Another example, by the list; what becomes of it stands in the same place.
    chromium.evaluate(
        "(document.getElementById('try-sample').value = 'reaction', \
         document.getElementById('try-sample').dispatchEvent(new Event('change', {bubbles: true})))",
    ).await;
    chromium.wait_for("document.getElementById('try-body').value.includes('reaction_added')").await;
    chromium.click(".send button").await;
    chromium
        .wait_for("document.querySelector('.tried').textContent.includes('\"reaction\"')")
        .await;
    assert_eq!(chromium.evaluate("window.same").await, true);
    nothing_is_wrong(&chromium, &eclusa).await;
}

#[tokio::test]
async fn somebody_without_a_login_reads_a_shared_page_and_downloads_from_it() {
    let (eclusa, chromium) = start("en").await;
    chromium.open(&format!("{}/channels/time/documentation", eclusa.url())).await;
    chromium.click("#share button").await;
    chromium.wait_for("!!document.getElementById('share-url')").await;
    let link = chromium.evaluate("document.getElementById('share-url').value").await;
    let link = link.as_str().unwrap().to_owned();
    nothing_is_wrong(&chromium, &eclusa).await;

    let stranger = Chromium::start("pt-BR").await;
    stranger.open(&link).await;
    assert_eq!(stranger.evaluate("document.documentElement.lang").await, "pt-BR");
    assert_eq!(
        stranger.evaluate("document.querySelectorAll('header, #try, #share').length").await,
        0
    );
    let shell = "document.querySelector('#in-text .panel[data-language=shell] code').textContent";
    let shell = stranger.evaluate(shell).await;
    assert!(shell.as_str().unwrap().contains("\"$INGRESS_URL\""), "{shell}");
    // What a click on the link would keep.
    stranger
        .evaluate(
            "(fetch(document.querySelector('#files a').href).then(it => it.json())\
          .then(it => { window.file = it }), true)",
        )
        .await;
    stranger.wait_for("window.file?.openapi === '3.1.0'").await;
    nothing_is_wrong(&stranger, &eclusa).await;
    let looked = stranger.evaluate("document.images[0].naturalWidth > 0").await;
    assert_eq!(looked, true);
}
