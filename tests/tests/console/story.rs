//! A newcomer's first hour: from what `make run` prints to an attendance in a report.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use eclusa_tests::{Chromium, adapter_file, binary, eventually};
use serde_json::Value;

use super::nothing_is_wrong_at;

const ENTER: &str = "\u{E007}";

/// A square of 32 pixels.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR42mPY4GhHU8QwasGoBaMWjFowasGoBaMWjFowasGoBaMWDBULAELZvD0Ui0TDAAAAAElFTkSuQmCC";

/// What `make run` starts.
struct Demo {
    process: Child,
    /// Where it listens.
    url: String,
    /// The link that signs in, as it is printed.
    link: String,
    _data: tempfile::TempDir,
}

impl Demo {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut process = Command::new(binary())
            .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path().join("demo"))
            .arg("--adapters")
            .arg(adapter_file("open").parent().unwrap())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (mut url, mut link) = (None, None);
        for line in lines.map_while(Result::ok) {
            if line.contains("/login#token=") {
                link = line.split_whitespace().next().map(str::to_owned);
            }
            url = line.strip_prefix("ready: ").map(str::to_owned);
            if url.is_some() {
                break;
            }
        }
        Self { process, url: url.expect("it is ready"), link: link.expect("a link"), _data: data }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One newcomer: their language, the name and colour of their channel, what they say,
/// and what they read when an answer is out.
struct Newcomer {
    language: &'static str,
    id: &'static str,
    name: &'static str,
    color: &'static str,
    /// The same colour as a browser computes it.
    computed: &'static str,
    answer: &'static str,
    sent: &'static str,
}

const NEWCOMERS: [Newcomer; 2] = [
    Newcomer {
        language: "en",
        id: "shop",
        name: "Lamp shop",
        color: "#8250a0",
        computed: "rgb(130, 80, 160)",
        answer: "Good morning! How can I help?",
        sent: "Sent",
    },
    Newcomer {
        language: "pt-BR",
        id: "loja",
        name: "Loja São João",
        color: "#b0413e",
        computed: "rgb(176, 65, 62)",
        answer: "Bom dia! Em que posso ajudar?",
        sent: "Enviada",
    },
];

async fn text(chromium: &Chromium, expression: &str) -> String {
    chromium.evaluate(expression).await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_newcomer_comes_from_the_printed_link_to_an_attendance_in_the_report() {
    let demo = Demo::start();
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.png");
    std::fs::write(&logo, STANDARD.decode(PICTURE).unwrap()).unwrap();
    for newcomer in &NEWCOMERS {
        let chromium = Chromium::start(newcomer.language).await;
        chromium.look("light", 1200).await;
        let picture = async |step: &str| {
            chromium.screenshot(&format!("story-{}-{step}", newcomer.language)).await;
        };
        chromium.open(&demo.link).await;
        picture("1-sign-in").await;
        chromium.click("#sign-in").await;
        chromium.wait_for("location.pathname === '/'").await;
        picture("2-home").await;
        register(&chromium, newcomer, &demo, &logo.display().to_string()).await;
        picture("3-channel").await;
        let command = read_documentation(&chromium, newcomer, &demo).await;
        picture("4-documentation").await;
        let said = Command::new("sh").args(["-euc", &command]).env("no_proxy", "*").output();
        let said = said.unwrap();
        assert!(said.status.success(), "{command}\n{said:?}");

        chromium.click("nav a[href='/inbox']").await;
        let entry = format!(".entry.channel-{}", newcomer.id);
        chromium
            .wait_for(&format!("!!document.querySelector('{entry} .logo')?.naturalWidth"))
            .await;
        let of_entry = |what: &str| format!("document.querySelector('{entry} .logo').{what}");
        assert_eq!(text(&chromium, &of_entry("title")).await, newcomer.name);
        assert_eq!(text(&chromium, &of_entry("alt")).await, newcomer.name);
        let edge = format!("getComputedStyle(document.querySelector('{entry}')).borderLeftColor");
        assert_eq!(text(&chromium, &edge).await, newcomer.computed);
        picture("5-inbox").await;
        chromium.click(&entry).await;
        chromium.wait_for("!!document.querySelector('#composer textarea')").await;
        chromium.type_into("#composer textarea", newcomer.answer).await;
        chromium.press(ENTER, 1).await;
        let state = "document.querySelector('.ours .state')?.innerText";
        chromium.wait_for(&format!("{state} === '{}'", newcomer.sent)).await;
        picture("6-answered").await;
        arrived(&chromium, newcomer).await;
        let protocol =
            text(&chromium, "document.querySelector('.thread-head .what span').innerText").await;
        chromium.click("#actions details:last-of-type summary").await;
        chromium.type_into("#c-reason", newcomer.name).await;
        chromium.click("#actions details:last-of-type button").await;
        chromium.wait_for("document.querySelectorAll('.note.closed').length === 1").await;
        picture("7-closed").await;

        chromium.click("nav a[href='/dashboard']").await;
        for chart in ["chart-hours", "chart-channels"] {
            let bar = format!("document.querySelector('#{chart} .bar.channel-{}')", newcomer.id);
            chromium.wait_for(&format!("!!{bar}")).await;
            let fill = format!("getComputedStyle({bar}).fill");
            assert_eq!(text(&chromium, &fill).await, newcomer.computed, "{chart}");
        }
        picture("8-indicators").await;
        report(&chromium, newcomer, &protocol).await;
        picture("9-report").await;
        nothing_is_wrong_at(&chromium, &demo.url).await;
    }
}

/// Registers a channel, and looks at its page.
async fn register(chromium: &Chromium, newcomer: &Newcomer, demo: &Demo, logo: &str) {
    chromium.click("nav a[href='/channels']").await;
    chromium.click("main a[href='/channels/new']").await;
    chromium.click("a[href='/channels/new?adapter=open']").await;
    let url = format!("{}/demo/chat/{}", demo.url, newcomer.id);
    for (field, value) in [
        ("/name", newcomer.name),
        ("/id", newcomer.id),
        ("/url", &url),
        ("/logo", logo),
        ("/color", newcomer.color),
    ] {
        chromium.type_into(&format!("[name='{field}']"), value).await;
    }
    chromium.click("main form > .actions button").await;
    chromium.wait_for(&format!("location.pathname === '/channels/{}'", newcomer.id)).await;
}

/// Opens the documentation by its button; the command that it shows for a text.
async fn read_documentation(chromium: &Chromium, newcomer: &Newcomer, demo: &Demo) -> String {
    chromium.click(&format!("a[href='/channels/{}/documentation']", newcomer.id)).await;
    chromium.wait_for("!!document.querySelector('#in-text .panel[data-language=shell]')").await;
    let out = "[...document.querySelectorAll('[data-direction=outbound] [data-request] code')]\
               .map(it => it.textContent).join()";
    let out = text(chromium, out).await;
    assert!(out.contains(&format!("{}/demo/chat/{}", demo.url, newcomer.id)), "{out}");
    let shell = "document.querySelector('#in-text .panel[data-language=shell] code').textContent";
    text(chromium, shell).await
}

/// The answer came to where the documentation says.
async fn arrived(chromium: &Chromium, newcomer: &Newcomer) {
    let sent = "fetch('/demo/sent').then(it => it.json())";
    eventually("the chat has the answer", || async {
        let sent = chromium.evaluate(sent).await;
        let of_channel = |it: &Value| {
            let body: Value =
                serde_json::from_str(it["body"].as_str().unwrap()).unwrap_or_default();
            it["chat"] == newcomer.id && body["text"]["body"] == newcomer.answer
        };
        sent.as_array().unwrap().iter().any(of_channel).then_some(())
    })
    .await;
}

/// Both exports of the report, and the report itself, have the attendance.
async fn report(chromium: &Chromium, newcomer: &Newcomer, protocol: &str) {
    chromium.click("nav a[href='/reports/attendances']").await;
    let row = format!("document.querySelector('.listing').innerText.includes('{protocol}')");
    chromium.wait_for(&row).await;
    let export = async |kind: &str| {
        let link = format!("document.querySelector('a[href*=\"attendances.{kind}?\"]').href");
        text(chromium, &format!("fetch({link}).then(it => it.text())")).await
    };
    let table = export("csv").await;
    let row =
        table.lines().find(|line| line.contains(protocol)).unwrap_or_else(|| panic!("{table}"));
    assert!(row.contains(newcomer.id) && row.contains("closed"), "{row}");
    let list: Value = serde_json::from_str(&export("json").await).unwrap();
    let list = list.as_array().or_else(|| list["attendances"].as_array()).unwrap();
    let found = list.iter().find(|it| it["protocol"] == protocol).unwrap();
    assert_eq!((&found["channel"], &found["state"]), (&newcomer.id.into(), &"closed".into()));
}
