//! The sample chats of the demo: somebody writes there, somebody answers in the inbox.

use eclusa_tests::{Chat, Chromium, Eclusa, Setup};

use super::{nothing_is_wrong, signed_in};

async fn open(eclusa: &Eclusa, path: &str) -> Chromium {
    let chromium = Chromium::start("en").await;
    chromium.look("light", 1000).await;
    chromium.open(&format!("{}{path}", eclusa.url())).await;
    chromium
}

async fn count(chromium: &Chromium, selector: &str, count: usize) {
    let expression = format!("document.querySelectorAll({selector:?}).length === {count}");
    chromium.wait_for(&expression).await;
}

/// Answers in the thread that is open, with each of the six types.
async fn answer(agent: &Chromium, eclusa: &Eclusa) {
    let file = format!("{}/demo/files/", eclusa.url());
    let (voice, clip) = (format!("{file}voice.wav"), format!("{file}clip.webm"));
    let forms: [&[(&str, &str)]; 6] = [
        &[("/text/body", "It comes today.")],
        &[("/document/url", "https://files.example/a.pdf"), ("/document/filename", "a.pdf")],
        &[("/audio/url", &voice)],
        &[("/video/url", &clip)],
        &[("/location/latitude", "-23.5"), ("/location/longitude", "-46.6")],
        &[("/contact/name", "Rui"), ("/contact/phones/0/number", "+55 11 5555-0100")],
    ];
    for (number, form) in (1..).zip(forms) {
        agent.click(&format!(".kinds label:nth-of-type({number})")).await;
        for (name, value) in form {
            agent.type_into(&format!("[name='{name}']"), value).await;
        }
        agent.click(".send button").await;
        count(agent, ".spoken.ours", number).await;
    }
}

#[tokio::test]
async fn each_sample_chat_and_the_inbox_talk_live_in_all_six_types() {
    let eclusa = Setup::with(&[Chat::Open]).env("ECLUSA_DEMO", "true").start();
    let agent = Chromium::start("en").await;
    agent.look("light", 1200).await;
    signed_in(&agent, &eclusa).await;
    for (path, kinds) in [("/demo/site", "#kind"), ("/demo/app", "#more"), ("/demo/team", "#who")] {
        let person = open(&eclusa, path).await;
        agent.open(&format!("{}/inbox?view=waiting", eclusa.url())).await;
        if path == "/demo/site" {
            person.click("#bubble").await;
        }
        person.type_into("#text", "Where is my order?").await;
        person.press("\u{E007}", 1).await;
        count(&person, "#said li", 1).await;
        agent.wait_for("!!document.querySelector('.entry.unanswered')").await;
        agent.click(".entry.unanswered").await;
        count(&agent, ".spoken", 1).await;
        let all = ["photo", "document", "audio", "video", "location", "contact"];
        for (number, kind) in (2..).zip(all) {
            match kinds {
                "#kind" => person.evaluate(&choose(kind)).await,
                "#more" => {
                    person
                        .evaluate(&format!("document.querySelector('[data-kind={kind}]').click()"))
                        .await
                }
                _ => {
                    person.evaluate(&choose(kind)).await;
                    person.evaluate("document.querySelector('#write').requestSubmit()").await
                }
            };
            count(&person, "#said li", number).await;
        }
        count(&agent, ".spoken:not(.ours)", 7).await;
        // What is on this host is shown and played in the page.
        let loaded = "[...document.images].every((it) => it.complete && it.naturalWidth)";
        agent.wait_for(loaded).await;
        count(&agent, ".spoken audio, .spoken video", 2).await;
        answer(&agent, &eclusa).await;
        count(&person, "#said li", 13).await;
        person.screenshot(&format!("sample{}", path.replace('/', "-"))).await;
        agent.screenshot(&format!("inbox-of{}", path.replace('/', "-"))).await;
        // A page that is opened again knows all of it.
        person.open(&format!("{}{path}", eclusa.url())).await;
        count(&person, "#said li", 13).await;
        for width in [1000, 390] {
            person.look("light", width).await;
            let wide =
                "document.documentElement.scrollWidth > document.documentElement.clientWidth";
            assert_eq!(person.evaluate(wide).await, false, "{path} {width}");
        }
        person.screenshot(&format!("sample{}-phone", path.replace('/', "-"))).await;
        nothing_is_wrong(&person, &eclusa).await;
        agent.click("#actions > form button").await;
        agent.wait_for("document.querySelector('#standing').innerText.includes('admin')").await;
    }
    nothing_is_wrong(&agent, &eclusa).await;
}

fn choose(kind: &str) -> String {
    format!(
        "(() => {{ const it = document.querySelector('#kind'); it.value = '{kind}'; \
         it.dispatchEvent(new Event('change')); }})()"
    )
}
