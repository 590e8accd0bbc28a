//! `POST /v1/dead-letters/{id}/redrive` and `POST /v1/dead-letters/redrive`:
//! letters go out again, or are mapped again.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eclusa_deploy::{Remapped, Trust, VERIFIED_OTHERWISE};
use eclusa_journal::registry::AuditAction;
use eclusa_journal::{DeadLetter, LetterKind, LetterState, Redrive, Skip, Window};
use serde::{Deserialize, Serialize};

use super::{Filter, entry};
use crate::api::body;
use crate::api::page::{check_limit, default_limit};
use crate::app::App;
use crate::auth::Actor;
use crate::problem::{ApiProblem, Violation};

/// The most ids in one call.
const MOST: usize = 500;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, expecting = "expected a JSON object")]
struct One {
    /// SHA-256 of a kept revision that is to map it, or its first digits.
    revision: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
struct Many {
    /// These.
    ids: Option<Vec<String>>,
    /// Or those that wait and are like this, the oldest first.
    filter: Option<Filter>,
    /// SHA-256 of a kept revision that is to map them, or its first digits.
    revision: Option<String>,
    /// With a filter: younger than the letter with this id.
    after: Option<String>,
    /// With a filter: at most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

/// What became of the letters of one call.
#[derive(Serialize)]
pub(crate) struct Answer {
    /// Ids of those that go out again or are mapped now.
    pub(crate) redriven: Vec<String>,
    /// Those with which nothing was done.
    pub(crate) skipped: Vec<Skipped>,
    /// With a filter: where to go on; `null` where all were looked at.
    pub(crate) next: Option<String>,
}

/// A letter with which nothing was done.
#[derive(Serialize)]
pub(crate) struct Skipped {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) detail: String,
}

impl Skipped {
    pub(super) fn of(id: String, skip: Skip) -> Self {
        Self { id, code: skip.code().to_owned(), detail: skip.to_string() }
    }

    fn by(id: String, problem: &ApiProblem) -> Self {
        Self { id, code: problem.code().to_owned(), detail: problem.detail().to_owned() }
    }
}

pub(in crate::api) async fn redrive(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let One { revision } = if request.is_empty() { One::default() } else { body::read(&request)? };
    let mut batch = Batch::new(&app, &actor, revision.as_deref());
    batch.name(vec![id.clone()]).await?;
    if batch.answer.skipped.iter().any(|it| it.code == Skip::NotFound.code()) {
        return Err(ApiProblem::not_found("dead letter", &id));
    }
    Ok(Json(batch.done().await?).into_response())
}

pub(in crate::api) async fn redrive_many(
    State(app): State<App>,
    Extension(Actor(actor)): Extension<Actor>,
    request: Bytes,
) -> Result<Response, ApiProblem> {
    let Many { ids, filter, revision, after, limit } = body::read(&request)?;
    check_limit(limit)?;
    let revision = revision.as_deref();
    let answer = match (ids, filter) {
        (Some(ids), None) if after.is_none() => redrive_named(&app, &actor, ids, revision).await?,
        (Some(_), None) => return Err(wrong_ids()),
        (None, Some(filter)) => redrive_like(&app, &actor, filter, revision, after, limit).await?,
        (Some(_), Some(_)) | (None, None) => {
            let hint = "expected either `ids` or `filter`; all that wait are `{\"filter\":{}}`";
            return Err(ApiProblem::violations(vec![Violation::new("/filter", hint)]));
        }
    };
    Ok(Json(answer).into_response())
}

fn wrong_ids() -> ApiProblem {
    let hint = format!("expected 1 to {MOST} ids, and no `after`");
    ApiProblem::violations(vec![Violation::new("/ids", hint)])
}

/// Redrives letters that a person has named: 1 to 500.
pub(crate) async fn redrive_named(
    app: &App,
    actor: &str,
    ids: Vec<String>,
    revision: Option<&str>,
) -> Result<Answer, ApiProblem> {
    if !(1..=MOST).contains(&ids.len()) {
        return Err(wrong_ids());
    }
    let mut batch = Batch::new(app, actor, revision);
    batch.name(ids).await?;
    batch.done().await
}

/// Redrives letters that wait and are like this, the oldest first: a part of them,
/// younger than `after`.
pub(crate) async fn redrive_like(
    app: &App,
    actor: &str,
    filter: Filter,
    revision: Option<&str>,
    after: Option<String>,
    limit: u32,
) -> Result<Answer, ApiProblem> {
    let mut batch = Batch::new(app, actor, revision);
    let filter = filter.read(LetterState::Waiting)?;
    if filter.code.as_deref() == Some(VERIFIED_OTHERWISE) {
        batch.trust = Trust::Seen;
    }
    let letters = app.letters.letters(filter, Window::Oldest { after, limit }).await?;
    let is_full = letters.len() == limit as usize;
    batch.answer.next = letters.last().filter(|_| is_full).map(|it| it.id.clone());
    batch.letters = letters;
    batch.done().await
}

/// The letters of one call.
struct Batch<'a> {
    app: &'a App,
    actor: &'a str,
    revision: Option<&'a str>,
    /// Which requests: those that a person has named, or asked for by that code, were
    /// looked at.
    trust: Trust,
    letters: Vec<DeadLetter>,
    answer: Answer,
}

impl<'a> Batch<'a> {
    fn new(app: &'a App, actor: &'a str, revision: Option<&'a str>) -> Self {
        let answer = Answer { redriven: Vec::new(), skipped: Vec::new(), next: None };
        Self { app, actor, revision, trust: Trust::SameScheme, letters: Vec::new(), answer }
    }

    /// Takes letters by their ids, each once.
    async fn name(&mut self, mut ids: Vec<String>) -> Result<(), ApiProblem> {
        self.trust = Trust::Seen;
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            match self.app.letters.letter(id.clone()).await? {
                Some(record) => self.letters.push(record.letter),
                None => self.answer.skipped.push(Skipped::of(id.clone(), self.why_none(id).await?)),
            }
        }
        Ok(())
    }

    async fn why_none(&self, id: String) -> Result<Skip, ApiProblem> {
        let is_known = self.app.journal.message(id.clone()).await?.is_some()
            || self.app.deployer.is_recorded(&id).await?;
        Ok(if is_known { Skip::NotWaiting } else { Skip::NotFound })
    }

    /// Deliveries in one commit, so that none of a conversation overtakes another;
    /// then the requests, whose events are younger than all of them.
    async fn done(mut self) -> Result<Answer, ApiProblem> {
        let mut again = Vec::new();
        let mut requests = Vec::new();
        for letter in std::mem::take(&mut self.letters) {
            match letter.kind {
                LetterKind::Request => requests.push(letter),
                LetterKind::Message | LetterKind::Event => again.extend(self.prepare(letter).await),
            }
        }
        if !again.is_empty() {
            for one in self.app.letters.redrive(again).await? {
                match one.skipped {
                    None => self.answer.redriven.push(one.id),
                    Some(skip) => self.answer.skipped.push(Skipped::of(one.id, skip)),
                }
            }
        }
        for letter in requests {
            self.map_again(letter).await;
        }
        let count = self.answer.redriven.len() as u64;
        metrics::counter!("eclusa_dead_letters_redriven_total").increment(count);
        Ok(self.answer)
    }

    /// A delivery that is to go out again, where its revision can be had.
    async fn prepare(&mut self, letter: DeadLetter) -> Option<Redrive> {
        let revision = match (self.revision, letter.kind) {
            (None, _) => None,
            (Some(prefix), LetterKind::Message) => {
                match self.app.deployer.kept(&letter.channel, prefix).await {
                    Ok(revision) => Some(revision),
                    Err(error) => {
                        self.answer.skipped.push(Skipped::by(letter.id, &error.into()));
                        return None;
                    }
                }
            }
            (Some(_), LetterKind::Event | LetterKind::Request) => {
                self.answer.skipped.push(Skipped::of(letter.id, Skip::NotMapped));
                return None;
            }
        };
        let detail = format!("dead letter {} ({}) goes out again", letter.id, letter.problem.code);
        let mut audit = entry(self.app, self.actor, AuditAction::Redriven, &letter, detail);
        audit.revision = revision.as_ref().map(|it| it.sha256.clone());
        Some(Redrive { id: letter.id, revision, audit })
    }

    async fn map_again(&mut self, letter: DeadLetter) {
        let detail = format!("dead letter {} ({}) is mapped", letter.id, letter.problem.code);
        let audit = entry(self.app, self.actor, AuditAction::Redriven, &letter, detail);
        let (revision, trust) = (self.revision, self.trust);
        let mapped = self.app.deployer.map_again(&letter.id, revision, trust, audit).await;
        match mapped {
            Ok(Remapped::Mapped) => self.answer.redriven.push(letter.id),
            Ok(Remapped::NotWaiting) => {
                self.answer.skipped.push(Skipped::of(letter.id, Skip::NotWaiting));
            }
            Ok(Remapped::Failed(problem)) => self.answer.skipped.push(Skipped {
                id: letter.id,
                code: problem.code,
                detail: problem.message,
            }),
            Err(error) => self.answer.skipped.push(Skipped::by(letter.id, &error.into())),
        }
    }
}
