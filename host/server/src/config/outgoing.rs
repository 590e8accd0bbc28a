//! `[outgoing]`: where requests to chats and to the platform may go.

use std::fmt;
use std::net::SocketAddr;

use eclusa_relay::{Guard, Network};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Where requests to chats and to the platform may go.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outgoing {
    /// Networks that may be reached though they are not public, e.g.
    /// `["10.1.0.0/16", "::1"]`, by https and by http. Default none. In the
    /// environment `ECLUSA_OUTGOING_ALLOW`, with commas between. Set it where a
    /// chat or the platform stands in your own network.
    #[serde(deserialize_with = "networks")]
    pub allow: Vec<Network>,
    /// Lets requests go to public addresses without encryption too. Default
    /// `false`. Set it for a chat that has no https; what is sent there can be
    /// read and changed on the way, secrets included.
    pub plain_http: bool,
}

impl Outgoing {
    /// What requests are held to; `own` may be reached besides.
    pub(crate) fn guard(&self, own: Option<SocketAddr>) -> Guard {
        let guard = Guard::new(self.allow.iter().copied(), self.plain_http);
        match own {
            Some(own) => guard.with_own(own),
            None => guard,
        }
    }
}

/// A list, or one text with commas between.
fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
    struct Networks;

    impl<'de> Visitor<'de> for Networks {
        type Value = Vec<Network>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of networks, e.g. [\"10.1.0.0/16\"]")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| part.parse().map_err(E::custom)).collect()
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut networks = Vec::new();
            while let Some(network) = list.next_element()? {
                networks.push(network);
            }
            Ok(networks)
        }
    }

    deserializer.deserialize_any(Networks)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    #![allow(clippy::result_large_err, reason = "the signature of figment's test jail")]

    use std::path::Path;

    use figment::Jail;

    use crate::{Config, ConfigError};

    fn allowed(file: Option<&str>, env: Option<(&str, &str)>) -> Result<String, String> {
        let mut allowed = Ok(String::new());
        Jail::expect_with(|jail| {
            if let Some(file) = file {
                jail.create_file("e.toml", file)?;
            }
            if let Some((name, value)) = env {
                jail.set_env(name, value);
            }
            let config = Config::load(file.map(|_| Path::new("e.toml")));
            allowed = config.map_err(|error: ConfigError| error.to_string()).map(|config| {
                let networks: Vec<String> =
                    config.outgoing.allow.iter().map(ToString::to_string).collect();
                networks.join(" ")
            });
            Ok(())
        });
        allowed
    }

    #[test]
    fn networks_come_from_file_and_environment() {
        let file = "[outgoing]\nallow = [\"10.1.0.0/16\", \"::1\"]\nplain_http = true";
        assert_eq!(allowed(None, None), Ok(String::new()));
        assert_eq!(allowed(Some(file), None), Ok("10.1.0.0/16 ::1/128".to_owned()));
        for (value, networks) in [
            ("127.0.0.0/8", "127.0.0.0/8"),
            ("127.0.0.1", "127.0.0.1/32"),
            (" 127.0.0.0/8 ,::1/128, ", "127.0.0.0/8 ::1/128"),
            ("", ""),
        ] {
            let env = Some(("ECLUSA_OUTGOING_ALLOW", value));
            assert_eq!(allowed(Some(file), env), Ok(networks.to_owned()), "{value:?}");
        }
        let env = Some(("ECLUSA_OUTGOING__ALLOW", "[\"10.2.0.0/16\", \"10.3.0.0/16\"]"));
        assert_eq!(allowed(Some(file), env), Ok("10.2.0.0/16 10.3.0.0/16".to_owned()));
    }

    #[test]
    fn wrong_networks_are_told_with_their_key() {
        for (file, env, wanted) in [
            (Some("[outgoing]\nallow = [\"10.1.2.3/16\"]"), None, "write 10.1.0.0/16"),
            (Some("[outgoing]\nallow = 7"), None, "a list of networks"),
            (Some("[outgoing]\nalow = []"), None, "alow"),
            (None, Some(("ECLUSA_OUTGOING_ALLOW", "localhost")), "`localhost` is not a network"),
        ] {
            let error = allowed(file, env).unwrap_err();
            assert!(error.contains("outgoing") && error.contains(wanted), "{error}");
        }
    }
}
