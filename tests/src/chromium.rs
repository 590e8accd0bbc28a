//! A real Chromium, driven by WebDriver (<https://www.w3.org/TR/webdriver2/>) and,
//! for what that lacks, Chromium's own protocol behind the same door.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::eventually;

/// A Chromium with a profile of its own. It ends when it is dropped.
#[derive(Debug)]
pub struct Chromium {
    driver: Child,
    session: String,
    http: reqwest::Client,
    _profile: TempDir,
}

impl Chromium {
    /// Starts one whose user reads this language.
    pub async fn start(language: &str) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
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
        let profile = tempfile::tempdir().expect("a folder for temporary files");
        let profile_argument = format!("--user-data-dir={}", profile.path().display());
        let arguments = [
            "--headless=new",
            // The tests may run as root, and look at our own pages only.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--force-prefers-reduced-motion",
            &profile_argument,
        ];
        let body = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": {
                "args": arguments,
                "prefs": { "intl.accept_languages": language },
            },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        let base = format!("http://127.0.0.1:{port}/session");
        let begun: Value = http
            .post(&base)
            .json(&body)
            .send()
            .await
            .expect("chromedriver answers")
            .json()
            .await
            .expect("in JSON");
        let id = begun["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("{begun}"));
        Self { driver, session: format!("{base}/{id}"), http, _profile: profile }
    }

    async fn command(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}/{path}", self.session)).json(&body);
        let answer = request.send().await.expect("chromedriver answers");
        let mut answer: Value = answer.json().await.expect("in JSON");
        assert!(answer["value"]["error"].is_null(), "{path} {body}: {answer}");
        answer["value"].take()
    }

    async fn protocol(&self, command: &str, parameters: Value) -> Value {
        self.command("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// Opens a page.
    pub async fn open(&self, url: &str) {
        self.command("url", json!({ "url": url })).await;
    }

    /// What an expression of JavaScript is, in the page.
    pub async fn evaluate(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        self.command("execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Waits until an expression is true.
    pub async fn wait_for(&self, expression: &str) {
        eventually(expression, || async {
            (self.evaluate(expression).await == true).then_some(())
        })
        .await;
    }

    async fn element(&self, selector: &str) -> String {
        let body = json!({ "using": "css selector", "value": selector });
        let found = self.command("element", body).await;
        let id = found.as_object().and_then(|found| found.values().next()?.as_str());
        id.unwrap_or_else(|| panic!("{selector}: {found}")).to_owned()
    }

    /// Clicks what a selector finds, as a person does: it must be seen.
    pub async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        self.command(&format!("element/{element}/click"), json!({})).await;
    }

    /// Types into what a selector finds; a path, where it is for files.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        self.command(&format!("element/{element}/value"), json!({ "text": text })).await;
    }

    /// Presses a key as often as this, wherever the focus is.
    pub async fn press(&self, key: &str, times: usize) {
        let mut actions = Vec::new();
        for _ in 0..times {
            actions.push(json!({ "type": "keyDown", "value": key }));
            actions.push(json!({ "type": "keyUp", "value": key }));
        }
        let keys = json!([{ "type": "key", "id": "keys", "actions": actions }]);
        self.command("actions", json!({ "actions": keys })).await;
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
        let log = self.command("se/log", json!({ "type": kind })).await;
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

impl Drop for Chromium {
    fn drop(&mut self) {
        // Chromium ends with its driver's session; this is what is left.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
