//! Closes the attendances of channels that were deleted: nobody could answer in them,
//! and they would wait for an agent for ever.

use std::time::Duration;

use eclusa_journal::{AttendanceFilter, AttendanceStep};
use tokio::sync::watch;

use crate::api::{AttendanceCall, change_attendance};
use crate::app::App;
use crate::problem::ApiProblem;

/// Why they are closed.
const REASON: &str = "channel_deleted";

/// How often it is looked where no channel changes: a request that was under way when
/// its channel was deleted opens an attendance after that.
const LOOK: Duration = Duration::from_secs(60);

/// So many are read at a time.
const PAGE: u32 = 100;

/// Closes them at the start and after each change of channels, until the server stops.
pub(crate) async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    let mut changes = app.channels.changes();
    loop {
        changes.borrow_and_update();
        if let Err(problem) = close_all(&app, &stopped).await {
            let error = problem.detail();
            tracing::error!(error, "attendances of deleted channels stay open; it is tried again");
        }
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            _ = tokio::time::timeout(LOOK, changes.changed()) => {}
        }
    }
}

async fn close_all(app: &App, stopped: &watch::Receiver<bool>) -> Result<(), ApiProblem> {
    for open in app.attendances.open_attendances().await? {
        if app.channels.by_id(&open.channel).is_some() {
            continue;
        }
        let filter = AttendanceFilter {
            channel: Some(open.channel),
            state: Some(open.state),
            ..AttendanceFilter::default()
        };
        let mut before = None;
        loop {
            let page = app.attendances.attendances(filter.clone(), before, PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.id.clone());
            for attendance in page {
                if *stopped.borrow() {
                    return Ok(());
                }
                close(app, attendance.id).await?;
            }
        }
    }
    Ok(())
}

async fn close(app: &App, id: String) -> Result<(), ApiProblem> {
    let call = AttendanceCall { id, actor: "eclusa".to_owned(), idempotency: None };
    match change_attendance(app, call, AttendanceStep::Close, Some(REASON.to_owned())).await {
        // Somebody was faster.
        Err(problem) if problem.code() == "attendance_closed" => Ok(()),
        closed => closed.map(|_| ()),
    }
}
