//! What a call may use besides its argument.

use eclusa_model::{ChannelView, Problem};

use crate::{Json, Node};

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For the adapter's developer.
    Debug,
    /// Worth knowing.
    Info,
    /// Something is odd.
    Warn,
    /// Something is wrong.
    Error,
}

/// What the host does for an adapter.
pub trait Host {
    /// Writes a line to the host's log.
    fn log(&self, level: Level, text: &str);

    /// Whether `candidate` equals a value of the channel's secret `name`.
    fn secret_matches(&self, name: &str, candidate: &str) -> bool;
}

/// The channel that a call is made for, and the host's two services.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    channel: &'a ChannelView,
    host: &'a dyn Host,
}

impl<'a> Context<'a> {
    /// Puts a context together; the host and [`crate::testing`] do that.
    pub fn new(channel: &'a ChannelView, host: &'a dyn Host) -> Self {
        Self { channel, host }
    }

    /// Eclusa's id of the channel.
    pub fn channel_id(&self) -> &'a str {
        &self.channel.id
    }

    /// The channel's URL, without a `/` at its end.
    ///
    /// # Errors
    /// A problem of kind `configuration` where the channel has none.
    pub fn url(&self) -> Result<&'a str, Problem> {
        self.channel.url.as_deref().ok_or_else(|| {
            Problem::configuration(
                "url_missing",
                format!("channel `{}` has no URL", self.channel.id),
            )
            .at("/url")
            .action("Give the channel the URL where the chat listens.")
        })
    }

    /// The channel's URL, or `default` where it has none.
    pub fn url_or(&self, default: &'a str) -> &'a str {
        self.channel.url.as_deref().unwrap_or(default)
    }

    /// A text setting (numbers are taken as text), if it is there.
    pub fn setting(&self, name: &str) -> Option<String> {
        let settings = Json::parse(&self.channel.settings).ok()?;
        settings.root().get(name).and_then(|node| node.id().ok())
    }

    /// A text setting that must be there.
    ///
    /// # Errors
    /// A problem of kind `configuration` where it is not.
    pub fn required_setting(&self, name: &str) -> Result<String, Problem> {
        self.setting(name).ok_or_else(|| {
            Problem::configuration(
                "setting_missing",
                format!("channel `{}` lacks the setting `{name}`", self.channel.id),
            )
            .at(format!("/settings/{name}"))
            .action(format!("Set `{name}` in the channel's settings."))
        })
    }

    /// A true-or-false setting; `default` where it is not there.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        Json::parse(&self.channel.settings)
            .ok()
            .and_then(|settings| settings.root().get(name).map(Node::is_true))
            .unwrap_or(default)
    }

    /// Writes a line to the host's log.
    pub fn log(&self, level: Level, text: &str) {
        self.host.log(level, text);
    }

    /// Whether `candidate` equals a value of the channel's secret `name`, in
    /// constant time. False where the channel has no such secret.
    pub fn secret_matches(&self, name: &str, candidate: &str) -> bool {
        self.host.secret_matches(name, candidate)
    }
}
