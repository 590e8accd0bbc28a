//! A channel's settings, as the manifest's schema describes them.

use eclusa_adapter_sdk::prelude::*;

/// What a channel's operator can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Messages of other apps, workflows and webhooks are messages too.
    pub(crate) accept_bots: bool,
    /// This app's bot user: what it does is never an event.
    pub(crate) bot_user_id: Option<String>,
    /// Slack shows previews of web pages.
    pub(crate) unfurl_links: bool,
    /// Slack shows previews of pictures and films.
    pub(crate) unfurl_media: bool,
}

impl Settings {
    /// Reads them; the host has checked them against the schema. The defaults are
    /// those of Slack.
    pub(crate) fn read(cx: &Context<'_>) -> Self {
        Self {
            accept_bots: cx.flag("accept_bots", false),
            bot_user_id: cx.setting("bot_user_id"),
            unfurl_links: cx.flag("unfurl_links", false),
            unfurl_media: cx.flag("unfurl_media", true),
        }
    }
}
