//! What a channel must have for a revision to serve it.

use eclusa_model::{Channel, Manifest, SecretValues};
use serde_json::Value;

/// What a channel lacks: JSON pointer into the channel, and what is expected
/// there. Empty where it has all that the manifest asks for.
pub fn missing(adapter: &str, manifest: &Manifest, channel: &Channel) -> Vec<(String, String)> {
    let mut missing = Vec::new();
    if channel.profile.url.is_none() && manifest.default_url.is_none() {
        let message = format!("the adapter `{adapter}` needs the URL where the chat listens");
        missing.push(("/url".to_owned(), message));
    }
    for secret in manifest.required_secrets() {
        if channel.secrets.get(&secret.name).is_none_or(SecretValues::is_empty) {
            missing.push((
                format!("/secrets/{}", escape(&secret.name)),
                format!("this secret is needed: {}", secret.summary),
            ));
        }
    }
    match jsonschema::validator_for(&manifest.settings_schema) {
        Ok(schema) => {
            let settings = Value::Object(channel.profile.settings.clone());
            for error in schema.iter_errors(&settings) {
                // Without the value: people paste tokens into settings.
                let message = error.masked().to_string();
                missing.push((format!("/settings{}", error.instance_path()), message));
            }
        }
        Err(error) => missing.push((
            "/adapter".to_owned(),
            format!("the settings_schema of `{adapter}` cannot be used: {error}"),
        )),
    }
    missing
}

/// A name as a part of a JSON pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
