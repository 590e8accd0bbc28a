//! Reading query parameters: unknown ones are errors, like unknown keys.

use axum::http::{StatusCode, Uri};
use serde::de::DeserializeOwned;

use crate::problem::ApiProblem;

/// Reads the query of a URL.
pub(crate) fn read<T: DeserializeOwned>(uri: &Uri) -> Result<T, ApiProblem> {
    axum::extract::Query::try_from_uri(uri).map(|axum::extract::Query(query)| query).map_err(
        |error| {
            use std::error::Error;
            let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            ApiProblem::new(StatusCode::BAD_REQUEST, "invalid_query", cause)
                .action("See /openapi.json for the parameters of this call.")
        },
    )
}
