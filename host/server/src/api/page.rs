//! Which part of a long list: `before` and `limit`, as all lists have them.

use axum::http::Uri;
use eclusa_journal::Page;
use eclusa_journal::registry::{AuditAbout, SubjectKind};
use serde::Deserialize;

use super::query;
use crate::problem::{ApiProblem, Violation};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// Only of this adapter.
    adapter: Option<String>,
    /// Older than the entry with this id.
    before: Option<String>,
    /// At most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditQuery {
    /// The same as `subject=adapter:NAME`.
    adapter: Option<String>,
    /// Only about these: `KIND`, or `KIND:ID` for one of them.
    subject: Option<String>,
    /// Older than the entry with this id.
    before: Option<String>,
    /// At most so many, 1 to 500; default 100.
    #[serde(default = "default_limit")]
    limit: u32,
}

pub(super) fn default_limit() -> u32 {
    100
}

/// Checks how many entries are asked for.
pub(super) fn check_limit(limit: u32) -> Result<(), ApiProblem> {
    if (1..=500).contains(&limit) {
        return Ok(());
    }
    Err(ApiProblem::violations(vec![Violation::new("/limit", "expected 1 to 500")]))
}

/// Reads which part of the audit is asked for.
pub(super) fn of_audit(uri: &Uri) -> Result<(Option<AuditAbout>, Page), ApiProblem> {
    let query: AuditQuery = query::read(uri)?;
    check_limit(query.limit)?;
    let about = match (query.adapter, query.subject) {
        (None, None) => None,
        (Some(id), None) => Some(AuditAbout { kind: SubjectKind::Adapter, id: Some(id) }),
        (None, Some(subject)) => Some(about(&subject)?),
        (Some(_), Some(_)) => {
            let message = "it stands beside `adapter`, which says the same; give one of them";
            return Err(ApiProblem::violations(vec![Violation::new("/subject", message)]));
        }
    };
    Ok((about, Page { channel: None, before: query.before, limit: query.limit }))
}

fn about(subject: &str) -> Result<AuditAbout, ApiProblem> {
    let (kind, id) = match subject.split_once(':') {
        Some((kind, id)) => (kind, Some(id.to_owned())),
        None => (subject, None),
    };
    let kind = serde_json::from_value(kind.into()).map_err(|_| {
        let message = "expected KIND or KIND:ID, e.g. channel:telegram-sales; the kinds are \
                       adapter, channel, token, key and dead_letter";
        ApiProblem::violations(vec![Violation::new("/subject", message)])
    })?;
    Ok(AuditAbout { kind, id })
}

/// Reads which part of a list about adapters is asked for.
pub(super) fn of_adapter(uri: &Uri) -> Result<(Option<String>, Page), ApiProblem> {
    let query: ListQuery = query::read(uri)?;
    check_limit(query.limit)?;
    Ok((query.adapter, Page { channel: None, before: query.before, limit: query.limit }))
}
