//! `POST /v1/flows/check` and `/v1/flows/simulate`: flows that are tried before they are
//! saved. Nothing is recorded.

use axum::Json;
use axum::body::Bytes;
use eclusa_flow::{Findings, FlowDocument, Moment, Simulation};
use serde::Deserialize;

use super::checked;
use crate::api::body;
use crate::problem::{ApiProblem, Violation};

/// All that is wrong with a flow. What is no flow at all is refused.
pub(in crate::api) async fn check(request: Bytes) -> Result<Json<Findings>, ApiProblem> {
    let document: FlowDocument = body::read(&request)?;
    Ok(Json(eclusa_flow::check(&document)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
struct Trial {
    flow: FlowDocument,
    script: Vec<Moment>,
}

/// What a flow would do.
pub(in crate::api) async fn simulate(request: Bytes) -> Result<Json<Simulation>, ApiProblem> {
    let Trial { flow, script } = body::read(&request)?;
    let flow = checked(flow, "/flow")?;
    eclusa_flow::simulate(&flow, &script).map(Json).map_err(|error| {
        let pointer = format!("/script{}", error.pointer);
        ApiProblem::violations(vec![Violation::new(pointer, error.message)])
    })
}
