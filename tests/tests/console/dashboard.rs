//! Indicators and reports, as somebody reads them.

use eclusa_tests::{Chat, Chromium, FakeChat, Setup};
use serde_json::json;

use super::{an_attendance, nothing_is_wrong, signed_in};

#[tokio::test]
async fn somebody_reads_the_numbers_goes_to_the_report_and_exports_it() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open, Chat::Telegram]).start();
    for (chat, id, color) in [(Chat::Open, "site", "#0072B2"), (Chat::Telegram, "bot", "#C9A400")] {
        let mut channel = chat.channel(id, &fake.url());
        channel["color"] = json!(color);
        let made = eclusa.create(&channel).await;
        eclusa.chat_posts(chat, &made, &chat.text_request("41", "Oi")).await.ok();
    }
    let protocol = an_attendance(&eclusa).await;
    let chromium = Chromium::start("pt-BR").await;
    chromium.zone("America/Sao_Paulo").await;
    signed_in(&chromium, &eclusa).await;
    chromium.click("nav a[href='/dashboard']").await;
    // The script has told the time zone, and the page is written in it.
    chromium
        .wait_for("document.querySelector('main').textContent.includes('America/Sao_Paulo')")
        .await;
    let tiles = "[...document.querySelectorAll('.counts .figure')].map(it => it.textContent)";
    let told = chromium.evaluate(tiles).await;
    assert_eq!(told.as_array().unwrap()[..4], [json!("3"), json!("2"), json!("1"), json!("0")]);
    // Bars have their channel's colour, though no page may hold a style.
    let color = |id: &str, what: &str| {
        format!("getComputedStyle(document.querySelector('#chart-hours .bar.channel-{id}')).{what}")
    };
    assert_eq!(chromium.evaluate(&color("site", "fill")).await, "rgb(0, 114, 178)");
    assert_eq!(chromium.evaluate(&color("bot", "fill")).await, "rgb(201, 164, 0)");
    // One that is hard to see on white has an edge there.
    chromium.look("light", 1200).await;
    assert_ne!(chromium.evaluate(&color("bot", "stroke")).await, "rgba(0, 0, 0, 0)");
    chromium.look("dark", 1200).await;
    assert_eq!(chromium.evaluate(&color("bot", "stroke")).await, "rgba(0, 0, 0, 0)");
    let ink = "getComputedStyle(document.querySelector('#chart-hours text')).fill";
    assert_eq!(chromium.evaluate(ink).await, "rgb(163, 177, 190)");
    // One drawing of each chart is there for everybody, with its name.
    let names = "[...document.querySelectorAll('#chart-hours [role=img]')].filter(it => it.checkVisibility()) \
                 .map(it => document.getElementById(it.getAttribute('aria-labelledby').split(' ')[0]).textContent)";
    for width in [1200, 390] {
        chromium.look("light", width).await;
        assert_eq!(chromium.evaluate(names).await, json!(["Atendimentos por hora"]), "{width}");
    }
    // The same numbers as a table, opened by the keyboard.
    chromium.evaluate("document.getElementById('table-of-hours').focus()").await;
    chromium.press("\u{E007}", 1).await;
    let foot =
        "[...document.querySelectorAll('#chart-hours tfoot > tr > *')].map(it => it.textContent)";
    chromium.wait_for("document.querySelector('#chart-hours details').open").await;
    assert_eq!(chromium.evaluate(foot).await, json!(["Total", "2", "1", "3"]));

    chromium.look("light", 1200).await;
    chromium
        .evaluate("document.querySelector(\"nav a[href='/reports/attendances']\").click()")
        .await;
    chromium.wait_for("document.querySelectorAll('.listing tbody tr').length === 3").await;
    chromium.evaluate("document.getElementById('agent').focus()").await;
    chromium.type_into("#agent", "rui").await;
    chromium.press("\u{E007}", 1).await;
    chromium.wait_for("document.querySelectorAll('.listing tbody tr').length === 1").await;
    // The page with the filter is short to say.
    let address = chromium.evaluate("location.search").await;
    assert_eq!(address, "?period=7d&agent=rui");
    let exported =
        "(async () => (await fetch(document.querySelector('a[href*=\".csv?\"]').href)).text())()";
    let table = chromium.evaluate(exported).await;
    let table = table.as_str().unwrap();
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.contains(&protocol) && table.contains("Ana Silva"), "{table}");

    chromium.click(".listing tbody a").await;
    chromium.wait_for(&format!("location.pathname.endsWith('{protocol}')")).await;
    let said = chromium.evaluate("document.querySelector('.transcript').innerText").await;
    let said = said.as_str().unwrap();
    for text in [
        "<b>Obrigada</b>",
        "nota.pdf",
        "1,4 MB",
        "Mensagem de voz",
        "0:13",
        "caixa.mp4",
        "Loja Sé",
        "-23.55052, -46.633308",
        "João Souza",
        "+55 (11) 5555-0100",
        "Bom dia, Ana!",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    let outside = "[...document.querySelectorAll('.transcript a[href^=http]')].every(it => \
                   it.target === '_blank' && it.rel === 'noopener noreferrer')";
    assert_eq!(chromium.evaluate(outside).await, true);
    let link = "document.querySelector('.said a').href";
    assert_eq!(chromium.evaluate(link).await, "https://loja.example.com/p/1");
    nothing_is_wrong(&chromium, &eclusa).await;
}
