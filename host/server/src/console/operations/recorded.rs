//! Recorded requests and attempts as pages show them.

use eclusa_journal::{Attempt, RequestRecord};

use super::words;
use crate::app::App;

/// So much of a body is shown, in bytes; the API has all of it.
const SHOWN: usize = 64 << 10;

/// A request from a chat.
pub(super) struct Recorded {
    pub(super) record: RequestRecord,
    /// Its body, as much as is shown.
    pub(super) body: String,
    pub(super) cut: bool,
}

impl Recorded {
    /// With as much of its body as is shown.
    pub(super) fn new(mut record: RequestRecord) -> Self {
        let body = std::mem::take(&mut record.raw.body);
        let end = body.floor_char_boundary(SHOWN);
        let shown = body.get(..end).unwrap_or_default().to_owned();
        Self { cut: shown.len() < body.len(), body: shown, record }
    }

    /// The path as it was called, without the ingress key.
    pub(super) fn path(&self) -> String {
        let raw = &self.record.raw;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(&raw.query).finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/in/…{}{mark}{query}", raw.path)
    }

    /// The first digits of the build that it was given to.
    pub(super) fn revision(&self) -> String {
        short(self.record.revision.as_ref())
    }
}

/// The first digits of a build; empty where there was none.
pub(super) fn short(revision: Option<&eclusa_journal::RevisionRef>) -> String {
    revision.map_or_else(String::new, |it| words::revision(&it.sha256))
}

/// How long an attempt took, and by which build its request was made.
pub(super) fn facts(language: crate::console::language::Language, attempt: &Attempt) -> String {
    let took = words::micros(language, attempt.duration_ms as f64 * 1000.0);
    match short(attempt.revision.as_ref()) {
        revision if revision.is_empty() => took,
        revision => format!("{took} · {revision}"),
    }
}

/// The kept revisions that could map something of a channel: SHA-256 and a label. The
/// one that serves comes first.
pub(super) async fn revisions(app: &App, channel: &str) -> Vec<(String, String)> {
    let Some(active) = app.channels.by_id(channel) else { return Vec::new() };
    let Ok(view) = app.deployer.adapter(&active.channel.profile.adapter).await else {
        return Vec::new();
    };
    let mut kept = view.record.kept.clone();
    let serving = view.record.active.as_ref().map(|it| it.revision.clone());
    kept.sort_by_key(|it| Some(&it.sha256) != serving.as_ref());
    kept.into_iter()
        .map(|it| (it.sha256.clone(), format!("{} · {}", it.version, words::revision(&it.sha256))))
        .collect()
}
