//! `POST /dead-letters/discard`: letters are given up, with a reason.

use axum::extract::State;
use axum::response::Response;

use super::ask;
use super::chosen::{Chosen, PART};
use super::show::result;
use crate::api::{Reason, discard_letters};
use crate::app::App;
use crate::auth::Permission;
use crate::console::html::go_to;
use crate::console::visitor::Posted;
use crate::problem::ApiProblem;

/// Does it, or asks again where the reason is missing.
pub(super) async fn discard(
    State(app): State<App>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?.to_owned();
    let Some(chosen) = Chosen::of(&posted.fields) else {
        return Ok(go_to("/dead-letters?done=none"));
    };
    let reason = match Reason::new(posted.fields.get("/reason").unwrap_or_default()) {
        Ok(reason) => reason,
        Err(problem) => return ask::again(&app, posted, &problem).await,
    };
    let (letters, _) = chosen.letters(&app).await?;
    let (mut count, mut skipped) = (0, Vec::new());
    let mut letters = letters.into_iter().peekable();
    while letters.peek().is_some() {
        let part = letters.by_ref().take(PART as usize).collect();
        let (discarded, left) = discard_letters(&app, &actor, part, &reason).await?;
        count += discarded.len();
        skipped.extend(left);
    }
    Ok(result(posted.visitor.frame, "discarded", count, skipped))
}
