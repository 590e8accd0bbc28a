//! The flow that a channel names.

use eclusa_model::FlowRunner;

use crate::api::ChannelInput;
use crate::app::App;
use crate::problem::{ApiProblem, Violation};

/// Longest id of a flow of the platform, in bytes.
const LONGEST_ID: usize = 200;

/// What is wrong with the flow that a channel is to have.
pub(in crate::api) async fn violations(
    app: &App,
    input: &ChannelInput,
) -> Result<Vec<Violation>, ApiProblem> {
    let hint = match (&input.flow, input.flow_runner) {
        (None, FlowRunner::Platform) => None,
        (Some(id), FlowRunner::Platform) => {
            let is_id = (1..=LONGEST_ID).contains(&id.len()) && !id.chars().any(char::is_control);
            (!is_id).then(|| format!("expected the id of a flow, 1 to {LONGEST_ID} bytes, or null"))
        }
        (None, FlowRunner::Eclusa) => {
            Some("expected the id of a flow: `flow_runner` says that Eclusa runs it".to_owned())
        }
        (Some(id), FlowRunner::Eclusa) => {
            app.flows.flow(id.clone()).await?.is_none().then(|| sentence(id))
        }
    };
    Ok(hint.into_iter().map(|hint| Violation::new("/flow", hint)).collect())
}

/// The same where the flow was deleted meanwhile.
pub(in crate::api) fn unknown(id: &str) -> ApiProblem {
    ApiProblem::violations(vec![Violation::new("/flow", sentence(id))])
}

fn sentence(id: &str) -> String {
    format!(
        "there is no flow `{id}`; create it by POST /v1/flows, or let the platform run it \
         (`flow_runner`)"
    )
}
