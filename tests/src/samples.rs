//! The samples that travel with the adapters: what a chat documents to send, and
//! what Eclusa must make of it.

use std::path::Path;

use serde_json::Value;

use crate::Chat;

/// One sample of an adapter.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// The whole sample.
    pub json: Value,
}

/// Requests of the chat with the events that they must become.
pub fn receive_samples(chat: Chat) -> Vec<Sample> {
    read(chat, "receive")
}

/// Messages with the requests that they must become.
pub fn send_samples(chat: Chat) -> Vec<Sample> {
    read(chat, "send")
}

fn read(chat: Chat, direction: &str) -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../adapters")
        .join(chat.adapter())
        .join("samples")
        .join(direction);
    let entries = folder.read_dir().unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut samples: Vec<Sample> = entries
        .map(|entry| {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let json: Value = serde_json::from_str(&text).expect("a sample is JSON");
            Sample { name: json["name"].as_str().unwrap().to_owned(), json }
        })
        .collect();
    samples.sort_by(|left, right| left.name.cmp(&right.name));
    samples
}

impl Sample {
    /// The body of its request as it goes over the wire.
    pub fn request_body(&self) -> String {
        body_text(&self.json["request"]["body"])
    }
}

/// A body in a sample: text as it stands, or JSON.
pub fn body_text(body: &Value) -> String {
    match body {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        json => json.to_string(),
    }
}

impl Sample {
    /// Method, path with query, and all headers of its request; signed as the chat
    /// signs.
    pub fn request_line(&self, chat: Chat) -> (String, String, Vec<(String, String)>) {
        let request = &self.json["request"];
        let method = request["method"].as_str().unwrap_or("POST").to_owned();
        let mut path = request["path"].as_str().unwrap_or_default().to_owned();
        if let Some(query) = request["query"].as_object() {
            let mut written = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in query {
                written.append_pair(name, value.as_str().unwrap());
            }
            path = format!("{path}?{}", written.finish());
        }
        let mut headers = chat.sign(self.request_body().as_bytes());
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            headers.push((name.to_lowercase(), value.as_str().unwrap().to_owned()));
        }
        (method, path, headers)
    }

    /// Gives a channel the settings and secrets that the sample asks for.
    pub fn merge_channel(&self, channel: &mut Value) {
        for part in ["settings", "secrets"] {
            for (name, value) in self.json["channel"][part].as_object().into_iter().flatten() {
                channel[part][name] = value.clone();
            }
        }
    }
}
