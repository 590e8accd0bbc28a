//! The four chats: how their channels are set up and how they sign.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::client::bearer;

/// A chat for which there is an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chat {
    /// Eclusa's own JSON.
    Open,
    /// The Bot API.
    Telegram,
    /// The Cloud API.
    Whatsapp,
    /// The Events API.
    Slack,
}

impl Chat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Telegram, Self::Whatsapp, Self::Slack];

    /// The name of its adapter.
    pub fn adapter(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Telegram => "telegram",
            Self::Whatsapp => "whatsapp-cloud",
            Self::Slack => "slack",
        }
    }

    /// Its channels' secrets: name and value.
    pub fn secrets(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Open => &[("inbound-token", "open-inbound-9f27c3d1a8")],
            Self::Telegram => &[
                ("bot-token", "7104239981:AAH-telegram-bot-51e8b07d"),
                ("webhook-secret", "telegram-webhook-c2d4a6f1b3"),
            ],
            Self::Whatsapp => &[
                ("access-token", "EAAG-whatsapp-access-77aa0c19e4"),
                ("app-secret", "whatsapp-app-3b9d5e21f0c84a67"),
                ("verify-token", "whatsapp-verify-60d1f4ba92"),
            ],
            Self::Slack => &[
                ("bot-token", "slack-bot-8e1c44d90b7a"),
                ("signing-secret", "slack-signing-d07e5b1c93f2"),
            ],
        }
    }

    /// One of its secrets.
    pub fn secret(self, name: &str) -> &'static str {
        let found = self.secrets().iter().find(|(known, _)| *known == name);
        found.unwrap_or_else(|| panic!("{self:?} has no secret `{name}`")).1
    }

    /// Headers which its channels add to each request; the values are secret.
    pub fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Open => &[("authorization", "Basic chat-login-4dc09ab6")],
            Self::Telegram | Self::Whatsapp | Self::Slack => {
                &[("x-tenant", "tenant-header-e5f6a7b8")]
            }
        }
    }

    /// A channel of it, as it is created.
    pub fn channel(self, id: &str, url: &str) -> Value {
        let object = |pairs: &[(&str, &str)]| -> Value {
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect::<Map<_, _>>()
                .into()
        };
        let settings = match self {
            Self::Whatsapp => json!({ "phone_number_id": "401000200030004" }),
            Self::Open | Self::Telegram | Self::Slack => json!({}),
        };
        json!({
            "id": id,
            "name": format!("Sales on {self:?}"),
            "description": "A channel of the tests",
            "color": "#2A9D8F",
            "adapter": self.adapter(),
            "url": url,
            "headers": object(self.headers()),
            "secrets": object(self.secrets()),
            "settings": settings,
            "flow": "day",
        })
    }

    /// The headers by which it shows that a request comes from it.
    pub fn sign(self, body: &[u8]) -> Vec<(String, String)> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
        self.sign_at(body, now.as_secs())
    }

    /// The same for another time, in Unix seconds.
    pub fn sign_at(self, body: &[u8], time: u64) -> Vec<(String, String)> {
        let header = |name: &str, value: String| (name.to_owned(), value);
        match self {
            Self::Open => vec![bearer(self.secret("inbound-token"))],
            Self::Telegram => vec![header(
                "x-telegram-bot-api-secret-token",
                self.secret("webhook-secret").to_owned(),
            )],
            Self::Whatsapp => {
                let signature = hmac_sha256(self.secret("app-secret"), &[body]);
                vec![header("x-hub-signature-256", format!("sha256={signature}"))]
            }
            Self::Slack => {
                let time = time.to_string();
                let parts = [b"v0:", time.as_bytes(), b":", body];
                let signature = hmac_sha256(self.secret("signing-secret"), &parts);
                vec![
                    header("x-slack-signature", format!("v0={signature}")),
                    header("x-slack-request-timestamp", time),
                ]
            }
        }
    }

    /// A text message in the chat's own JSON, in its tests' usual conversation.
    pub fn text_request(self, external_id: &str, text: &str) -> String {
        let conversation = self.conversation();
        let json = match self {
            Self::Open => json!({
                "id": external_id, "conversation": conversation, "from": { "id": "u-1" },
                "type": "text", "text": { "body": text },
            }),
            Self::Telegram => {
                let number =
                    |text: &str| -> u64 { text.parse().expect("Telegram's ids are numbers") };
                json!({
                    "update_id": 900_000 + number(external_id),
                    "message": {
                        "message_id": number(external_id), "date": 1_767_323_045, "text": text,
                        "from": { "id": number(conversation), "is_bot": false, "first_name": "Ana" },
                        "chat": { "id": number(conversation), "type": "private", "first_name": "Ana" },
                    },
                })
            }
            Self::Whatsapp => json!({
                "object": "whatsapp_business_account",
                "entry": [{ "id": "301000200030004", "changes": [{ "field": "messages", "value": {
                    "messaging_product": "whatsapp",
                    "metadata": {
                        "display_phone_number": "551130001000",
                        "phone_number_id": "401000200030004",
                    },
                    "contacts": [{ "profile": { "name": "Ana" }, "wa_id": conversation }],
                    "messages": [{
                        "from": conversation, "id": external_id, "timestamp": "1772366400",
                        "type": "text", "text": { "body": text },
                    }],
                } }] }],
            }),
            Self::Slack => json!({
                "token": "none", "team_id": "T0LOJA", "api_app_id": "A0ECLUSA",
                "type": "event_callback", "event_id": format!("Ev{external_id}"), "event_time": 1_772_366_400,
                "event": {
                    "type": "message", "user": "U0ANA", "channel": conversation,
                    "channel_type": "channel", "text": text, "ts": external_id, "event_ts": external_id,
                },
            }),
        };
        json.to_string()
    }

    /// The conversation of the samples and of [`Self::text_request`].
    pub fn conversation(self) -> &'static str {
        match self {
            Self::Open => "site-17",
            Self::Telegram => "5551112223",
            Self::Whatsapp => "5511999990001",
            Self::Slack => "C0SUPORTE",
        }
    }
}

fn hmac_sha256(key: &str, parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any key will do");
    parts.iter().for_each(|part| mac.update(part));
    hex::encode(mac.finalize().into_bytes())
}
