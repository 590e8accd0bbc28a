//! Letters go out again, or are mapped again: one, some, or all of a filter.

use axum::extract::{Path, State};
use axum::response::Response;

use super::chosen::{Chosen, MOST, PART};
use super::show::result;
use crate::api::{Redriven, redrive_like, redrive_named};
use crate::app::App;
use crate::auth::Permission;
use crate::console::html::go_to;
use crate::console::visitor::Posted;
use crate::problem::ApiProblem;

/// `POST /dead-letters/redrive`.
pub(super) async fn redrive(
    State(app): State<App>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?.to_owned();
    let Some(chosen) = Chosen::of(&posted.fields) else {
        return Ok(go_to("/dead-letters?done=none"));
    };
    let answer = match chosen {
        Chosen::Named(ids) => redrive_named(&app, &actor, ids, None).await?,
        Chosen::Like(filter) => {
            let mut all = Redriven { redriven: Vec::new(), skipped: Vec::new(), next: None };
            loop {
                let (input, after) = (filter.input()?, all.next.take());
                let part = redrive_like(&app, &actor, input, None, after, PART).await?;
                all.redriven.extend(part.redriven);
                all.skipped.extend(part.skipped);
                all.next = part.next;
                if all.next.is_none() || all.redriven.len() + all.skipped.len() >= MOST {
                    break all;
                }
            }
        }
    };
    Ok(result(posted.visitor.frame, "redriven", answer.redriven.len(), answer.skipped))
}

/// `POST /dead-letters/{id}/redrive`, by a revision of choice.
pub(super) async fn redrive_one(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    let revision = posted.fields.given("/revision");
    let answer = redrive_named(&app, actor, vec![id.clone()], revision).await?;
    if answer.skipped.is_empty() {
        return Ok(go_to(&format!("/messages/{id}")));
    }
    Ok(result(posted.visitor.frame, "redriven", 0, answer.skipped))
}
