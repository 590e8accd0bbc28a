//! A real Chromium, driven by WebDriver; what that lacks is asked of Chromium's own
//! protocol, through the same driver.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{DEADLINE, eventually};

/// A Chromium with a profile of its own. It ends when it is dropped.
#[derive(Debug)]
pub struct Chromium {
    client: Client,
    _driver: Driver,
    _profile: TempDir,
}

impl Chromium {
    /// Starts one whose user reads this language.
    pub async fn start(language: &str) -> Self {
        let (driver, url) = Driver::start();
        let profile = tempfile::tempdir().expect("a folder for temporary files");
        let profile_argument = format!("--user-data-dir={}", profile.path().display());
        let arguments = [
            "--headless=new",
            // The tests may run as root, and look at our own pages only.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--window-size=1280,900",
            "--force-prefers-reduced-motion",
            &profile_argument,
        ];
        let mut wanted = Capabilities::new();
        let options = json!({
            "args": arguments,
            "prefs": { "intl.accept_languages": language },
        });
        wanted.insert("goog:chromeOptions".to_owned(), options);
        let logs = json!({ "browser": "ALL", "performance": "ALL" });
        wanted.insert("goog:loggingPrefs".to_owned(), logs);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(wanted).connect(&url).await;
        Self {
            client: client.expect("chromedriver starts Chromium"),
            _driver: driver,
            _profile: profile,
        }
    }

    async fn chrome(&self, path: &'static str, body: Value) -> Value {
        let answer = self.client.issue_cmd(ChromeCommand { path, body }).await;
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    async fn protocol(&self, command: &str, parameters: Value) -> Value {
        self.chrome("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// Opens a page.
    pub async fn open(&self, url: &str) {
        let opened = self.client.goto(url).await;
        opened.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// What an expression of JavaScript is, in the page. A promise is waited for.
    pub async fn evaluate(&self, expression: &str) -> Value {
        self.run(&format!("return {expression}")).await
    }

    /// Runs a script in the page, whatever scripts the page itself allows; what it
    /// returns.
    pub async fn run(&self, script: &str) -> Value {
        let ran = self.client.execute(script, Vec::new()).await;
        ran.unwrap_or_else(|error| {
            let begin: String = script.chars().take(400).collect();
            panic!("{begin}: {error}")
        })
    }

    /// Waits until an expression is true. One that fails is not true yet: what it looks
    /// at may stand on the page that follows.
    pub async fn wait_for(&self, expression: &str) {
        let script = format!("return {expression}");
        eventually(expression, || async {
            let ran = self.client.execute(&script, Vec::new()).await;
            ran.is_ok_and(|value| value == true).then_some(())
        })
        .await;
    }

    /// What a selector finds, once the page has it: one that was just asked for comes
    /// piece by piece.
    async fn element(&self, selector: &str) -> Element {
        let waiting = self.client.wait().at_most(DEADLINE).every(Duration::from_millis(10));
        let found = waiting.for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Clicks what a selector finds, as a person does: it must be seen.
    pub async fn click(&self, selector: &str) {
        let clicked = self.element(selector).await.click().await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Types into what a selector finds; a path, where it is for files.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let typed = self.element(selector).await.send_keys(text).await;
        typed.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Presses a key as often as this, wherever the focus is.
    pub async fn press(&self, key: &str, times: usize) {
        let mut actions = KeyActions::new("keys".to_owned());
        for value in key.chars().cycle().take(key.chars().count() * times) {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.expect("keys are pressed");
    }

    /// Opens further pages as a browser does that runs no scripts.
    pub async fn without_scripts(&self) {
        let off = json!({ "value": true });
        self.protocol("Emulation.setScriptExecutionDisabled", off).await;
    }

    /// Looks at pages at this width, in `light` or `dark`.
    pub async fn look(&self, scheme: &str, width: u32) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.protocol("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.protocol("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Puts it into a time zone, by its IANA name.
    pub async fn zone(&self, name: &str) {
        let zone = json!({ "timezoneId": name });
        self.protocol("Emulation.setTimezoneOverride", zone).await;
    }

    /// Keeps a picture of the whole page under `target/screenshots`.
    pub async fn screenshot(&self, name: &str) {
        let parameters = json!({ "captureBeyondViewport": true });
        let picture = self.protocol("Page.captureScreenshot", parameters).await;
        let bytes = STANDARD.decode(picture["data"].as_str().expect("a picture")).expect("base64");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target")),
            PathBuf::from,
        );
        let folder = target.join("screenshots");
        std::fs::create_dir_all(&folder).expect("a folder for screenshots");
        std::fs::write(folder.join(format!("{name}.png")), bytes).expect("room for a picture");
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        let log = self.chrome("se/log", json!({ "type": kind })).await;
        log.as_array().expect("a list").clone()
    }

    /// The errors and warnings of pages since the last time this was asked.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.log("browser").await;
        let grave = |entry: &&Value| entry["level"] == "SEVERE" || entry["level"] == "WARNING";
        log.iter()
            .filter(grave)
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// The URLs of all requests over a network since the last time this was asked.
    pub async fn requests(&self) -> Vec<String> {
        let log = self.log("performance").await;
        let messages = log.iter().filter_map(|entry| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let url = (message["method"] == "Network.requestWillBeSent")
                .then(|| message["params"]["request"]["url"].as_str())??;
            // Chromium's first page, and pictures within a page, come from nowhere.
            let network = ["http:", "https:", "ws:", "wss:"];
            network.iter().any(|scheme| url.starts_with(scheme)).then(|| url.to_owned())
        });
        messages.collect()
    }
}

/// A command of Chromium's driver that is not part of WebDriver.
#[derive(Debug)]
struct ChromeCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for ChromeCommand {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// The driver, at the head of a group of processes with all of its Chromium.
#[derive(Debug)]
struct Driver(Child);

impl Driver {
    /// Starts one; where it listens.
    fn start() -> (Self, String) {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is there; scripts/browser.sh installs it");
        let said = BufReader::new(driver.stdout.take().expect("its output"));
        let port = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let port = line.split_once("successfully on port ")?.1;
                Some(port.trim_end_matches('.').to_owned())
            })
            .expect("it says where it listens");
        (Self(driver), format!("http://127.0.0.1:{port}/"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A test may fail at any time, so nobody is asked to end.
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}
