//! `POST /v1/dead-letters/{id}/discard`: giving a letter up.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eclusa_journal::registry::AuditAction;
use eclusa_journal::{DeadLetter, Discard, Discarded};
use serde::Deserialize;
use serde_json::json;

use super::entry;
use super::redrive::Skipped;
use crate::api::body;
use crate::app::App;
use crate::auth::Actor;
use crate::problem::{ApiProblem, Violation};

/// Longest reason, in bytes.
const LONGEST_REASON: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
struct Why {
    reason: String,
}

/// Why letters are given up, as a person says it: 1 to 1000 bytes.
#[derive(Debug, Clone)]
pub(crate) struct Reason(String);

impl Reason {
    /// What a person has said.
    ///
    /// # Errors
    /// Where that is nothing, or too much.
    pub(crate) fn new(reason: &str) -> Result<Self, ApiProblem> {
        let reason = reason.trim();
        if reason.is_empty() || reason.len() > LONGEST_REASON {
            let hint = format!("expected why, in 1 to {LONGEST_REASON} bytes");
            return Err(ApiProblem::violations(vec![Violation::new("/reason", hint)]));
        }
        Ok(Self(reason.to_owned()))
    }
}

pub(in crate::api) async fn discard(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let Why { reason } = body::read(&request)?;
    let reason = Reason::new(&reason)?;
    let found = app.letters.letter(id.clone()).await?;
    let letter = found.ok_or_else(|| ApiProblem::not_found("dead letter", &id))?.letter;
    let (ids, skipped) = discard_letters(&app, &actor, vec![letter], &reason).await?;
    Ok(Json(json!({ "discarded": ids, "skipped": skipped })).into_response())
}

/// Gives letters up, in one commit: the ids of those that are, and the others with why
/// not.
pub(crate) async fn discard_letters(
    app: &App,
    actor: &str,
    letters: Vec<DeadLetter>,
    Reason(reason): &Reason,
) -> Result<(Vec<String>, Vec<Skipped>), ApiProblem> {
    let discards = letters.into_iter().map(|letter| {
        let id = letter.id.clone();
        let detail = format!("dead letter {id} ({}): {reason}", letter.problem.code);
        let audit = entry(app, actor, AuditAction::Discarded, &letter, detail);
        let (by, reason) = (actor.to_owned(), reason.clone());
        Discard { id, discarded: Discarded { at: app.now(), by, reason }, audit }
    });
    let handled = app.letters.discard(discards.collect()).await?;
    let (mut ids, mut skipped) = (Vec::new(), Vec::new());
    for one in handled {
        match one.skipped {
            None => ids.push(one.id),
            Some(skip) => skipped.push(Skipped::of(one.id, skip)),
        }
    }
    metrics::counter!("eclusa_dead_letters_discarded_total").increment(ids.len() as u64);
    Ok((ids, skipped))
}
