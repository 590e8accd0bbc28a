//! Flows: `/v1/flows`.

mod change;
mod read;
mod run_on;
mod tried;

pub(super) use change::{delete, post, put};
pub(crate) use change::{remove, save};
pub(crate) use read::{channels, find};
pub(super) use read::{list, show};
pub(super) use run_on::{unknown, violations};
pub(super) use tried::{check, simulate};

use eclusa_flow::{Finding, Flow, FlowDocument};

use crate::problem::{ApiProblem, Violation};

/// A flow that can run; `below` is where the document stands in the body.
fn checked(document: FlowDocument, below: &str) -> Result<Flow, ApiProblem> {
    Flow::new(document).map_err(|findings| {
        let violation = |finding: Finding| Violation {
            code: Some(finding.code),
            action: Some(finding.action),
            ..Violation::new(format!("{below}{}", finding.pointer), finding.message)
        };
        ApiProblem::violations(findings.errors.into_iter().map(violation).collect())
    })
}
