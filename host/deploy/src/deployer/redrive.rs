//! What a person lets be done again: requests are mapped again, and messages are
//! mapped by a revision of choice.

use std::sync::Arc;

use eclusa_journal::registry::{AuditAction, AuditEntry, AuditSubject};
use eclusa_journal::{RequestRecord, RevisionRef};
use eclusa_model::{Channel, Problem};

use super::Deployer;
use super::activate::kept;
use super::core::Core;
use crate::DeployError;
use crate::live::{Line, Route};
use crate::verified::{otherwise, verified_by};

/// What became of a request that was to be mapped again.
#[derive(Debug, Clone, PartialEq)]
pub enum Remapped {
    /// It is mapped, and that is recorded.
    Mapped,
    /// It is mapped already, or was given up.
    NotWaiting,
    /// It cannot be mapped by this revision either; its record stays as it was.
    Failed(Problem),
}

/// Which requests may be mapped again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Those that were let in by the scheme of the revision that maps them.
    SameScheme,
    /// All: a person has seen that it comes from the chat.
    Seen,
}

impl Deployer {
    /// The kept revision of a channel's adapter that begins with these digits,
    /// ready to be called.
    ///
    /// # Errors
    /// When there is no such channel or revision, several, or it does not load.
    pub async fn kept(&self, channel: &str, prefix: &str) -> Result<RevisionRef, DeployError> {
        let (channel, prefix) = (channel.to_owned(), prefix.to_owned());
        self.command(|core| async move {
            let (route, _) = core.route_of(&channel, Some(&prefix)).await?;
            Ok(crate::live::reference(route.revision()))
        })
        .await
    }

    /// Who answers calls by one revision, where it is kept.
    ///
    /// # Errors
    /// When it is not kept any more, or does not load.
    pub async fn line_by(&self, revision: &RevisionRef) -> Result<Line, DeployError> {
        let slot = self.core.slot(&revision.adapter)?;
        let mut state = slot.state.lock().await;
        let sha256 = kept(&state, &revision.sha256)?;
        Ok(Line::steady(self.core.revision(&mut state, &sha256).await?))
    }

    /// Maps a request that could not be mapped, by the revision that serves its
    /// channel or by a kept one, and records what it became with `audit`.
    ///
    /// # Errors
    /// When there is no such request, channel or revision, or the engine is busy.
    pub async fn map_again(
        &self,
        request: &str,
        revision: Option<&str>,
        trust: Trust,
        audit: AuditEntry,
    ) -> Result<Remapped, DeployError> {
        let (id, revision) = (request.to_owned(), revision.map(str::to_owned));
        self.command(|core| async move {
            let found = core.traffic.request(id.clone()).await?;
            let record = found.ok_or_else(|| DeployError::unknown("request", &id))?;
            if record.problem.is_none() || record.discarded.is_some() {
                return Ok(Remapped::NotWaiting);
            }
            let (route, channel) = core.route_of(&record.channel, revision.as_deref()).await?;
            if trust == Trust::SameScheme
                && let Err(problem) = same_scheme(&route, &channel, &record)
            {
                return Ok(Remapped::Failed(problem));
            }
            core.map_record(&route, &channel, record, Some(audit)).await
        })
        .await
    }

    /// Whether a request of this id is recorded.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn is_recorded(&self, request: &str) -> Result<bool, DeployError> {
        Ok(self.core.traffic.request(request.to_owned()).await?.is_some())
    }

    /// An entry for the audit about something of a channel, in the order of all entries.
    pub fn entry_of_channel(
        &self,
        actor: &str,
        action: AuditAction,
        subject: AuditSubject,
        channel: String,
        detail: String,
    ) -> AuditEntry {
        AuditEntry {
            id: self.core.id(),
            at: self.core.now(),
            actor: actor.to_owned(),
            action,
            subject,
            revision: None,
            deployment: None,
            channel: Some(channel),
            detail,
        }
    }
}

/// Whether a request was let in by the scheme of whoever maps it now.
///
/// # Errors
/// Why it is to be left to a person.
pub(super) fn same_scheme(
    route: &Route,
    channel: &Channel,
    record: &RequestRecord,
) -> Result<(), Problem> {
    let before = record.verified_by.as_deref();
    let mut now = route.revisions().map(|revision| verified_by(revision.manifest(), channel));
    match now.find(|now| before != Some(now)) {
        Some(now) => Err(otherwise(before, &now)),
        None => Ok(()),
    }
}

impl Core {
    /// A channel, and who answers for it: what serves, or a kept revision.
    pub(super) async fn route_of(
        &self,
        channel: &str,
        revision: Option<&str>,
    ) -> Result<(Route, Arc<Channel>), DeployError> {
        let slots = self.slots();
        let found = slots.iter().find_map(|slot| {
            let channels = self.channels.on(&slot.name);
            let found = channels.into_iter().find(|it| it.profile.id == channel)?;
            Some((slot, found))
        });
        let (slot, channel) = found.ok_or_else(|| DeployError::unknown("channel", channel))?;
        let route = match revision {
            Some(prefix) => {
                let mut state = slot.state.lock().await;
                let sha256 = kept(&state, prefix)?;
                Route::Steady(self.revision(&mut state, &sha256).await?)
            }
            None => self
                .routes
                .route(&slot.name, &channel.profile.id)
                .ok_or_else(|| DeployError::unknown("adapter", &slot.name))?,
        };
        Ok((route, channel))
    }
}
