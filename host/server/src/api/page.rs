//! Which part of a long list: `before` and `limit`, as all lists have them.

use axum::http::Uri;
use eclusa_journal::Page;
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

/// Reads which part of a list about adapters is asked for.
pub(super) fn of_adapter(uri: &Uri) -> Result<(Option<String>, Page), ApiProblem> {
    let query: ListQuery = query::read(uri)?;
    check_limit(query.limit)?;
    Ok((query.adapter, Page { channel: None, before: query.before, limit: query.limit }))
}
