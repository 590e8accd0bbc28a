//! One recorded request or message in a revision.

use eclusa_engine::{CallContext, CallError, Revision};
use eclusa_journal::{OutboundRecord, RequestRecord};

use super::answer::Answer;
use super::rehearse::{Input, request, run};

/// What a recorded request becomes in a revision. Blocking, since it runs guest
/// code; nothing is recorded and no request is made.
///
/// # Errors
/// `busy` when the host could not run the call, though it tried several times.
/// Failures of the guest are answers.
pub fn replay_request(
    revision: &Revision,
    cx: &CallContext,
    record: &RequestRecord,
) -> Result<Answer, CallError> {
    run(revision, cx, &Input::Receive(request(&record.raw))).map(|timed| timed.answer)
}

/// Which request a recorded message becomes in a revision. Blocking, as
/// [`replay_request`].
///
/// # Errors
/// As for [`replay_request`].
pub fn replay_message(
    revision: &Revision,
    cx: &CallContext,
    record: &OutboundRecord,
) -> Result<Answer, CallError> {
    run(revision, cx, &Input::Send(&record.message)).map(|timed| timed.answer)
}

/// What the recorded response to a message means in a revision; `None` where none
/// is recorded. Blocking, as [`replay_request`].
///
/// # Errors
/// As for [`replay_request`].
pub fn replay_response(
    revision: &Revision,
    cx: &CallContext,
    record: &OutboundRecord,
) -> Result<Option<Answer>, CallError> {
    let settle = |response| run(revision, cx, &Input::Settle(&record.message, response));
    Ok(record.response.as_ref().map(settle).transpose()?.map(|timed| timed.answer))
}
