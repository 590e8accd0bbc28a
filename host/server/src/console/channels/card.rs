//! What a list shows of a channel.

use eclusa_journal::{Destination, Pause};
use eclusa_model::{Channel, SecretValues};

use crate::app::App;

/// A channel at a glance.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) adapter: String,
    pub(super) color: String,
    /// The version that the serving revision states; `None` where none serves.
    pub(super) version: Option<String>,
    /// The first digits of that revision's SHA-256.
    pub(super) revision: String,
    pub(super) state: State,
}

/// How a channel stands.
pub(super) enum State {
    /// Messages go out.
    Working,
    /// A person or the host lets them wait.
    Paused(Pause),
    /// No revision of its adapter serves.
    NoAdapter,
}

impl Card {
    pub(super) fn new(app: &App, channel: &Channel) -> Self {
        let profile = &channel.profile;
        let route = app.route(channel);
        let revision = route.as_ref().map(|route| route.revision());
        let pause = app.relay.pause_of(&Destination::Chat { channel: profile.id.clone() });
        Self {
            id: profile.id.clone(),
            name: profile.name.clone(),
            adapter: profile.adapter.clone(),
            color: profile.color.as_str().to_owned(),
            version: revision.map(|revision| revision.manifest().version.clone()),
            revision: revision
                .and_then(|revision| revision.sha256().get(..12))
                .unwrap_or_default()
                .to_owned(),
            state: match (pause, revision) {
                (Some(pause), _) => State::Paused(pause),
                (None, Some(_)) => State::Working,
                (None, None) => State::NoAdapter,
            },
        }
    }
}

/// Whether requests of the chat are let in without a proof that they are its own.
pub(super) fn is_unverified(app: &App, channel: &Channel) -> bool {
    let Some(route) = app.route(channel) else { return false };
    let Some(scheme) = &route.revision().manifest().verification else { return true };
    let missing = |name| channel.secrets.get(name).is_none_or(SecretValues::is_empty);
    scheme.secret().is_some_and(missing)
}
