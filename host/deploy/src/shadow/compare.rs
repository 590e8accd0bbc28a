//! Recorded traffic of a channel in two revisions.

use eclusa_engine::{CallContext, CallError, Revision};
use eclusa_journal::registry::{ChannelShadow, Comparison};
use eclusa_journal::{OutboundRecord, RequestRecord};

use super::rehearse::{Input, request, run};
use super::tally::Tally;

/// Recorded traffic of one channel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Traffic {
    /// Requests from the chat.
    pub requests: Vec<RequestRecord>,
    /// Messages to the chat, with the chat's responses.
    pub outbound: Vec<OutboundRecord>,
}

/// What a channel's recorded traffic becomes in the revision that serves and in a
/// candidate.
///
/// Blocking, since it runs guest code: call it on a thread for blocking work. All
/// calls are outside of live traffic, each in an instance of its own, and both
/// revisions see the same input. They take turns in going first, so that whatever
/// else the machine does delays both alike.
///
/// # Errors
/// `busy` when the host could not run a call, though it tried several times: that
/// says nothing about the candidate.
pub fn compare_channel(
    baseline: &Revision,
    candidate: &Revision,
    cx: &CallContext,
    channel_id: &str,
    traffic: &Traffic,
) -> Result<ChannelShadow, CallError> {
    let both = Both { baseline, candidate, cx };
    let requests = traffic.requests.iter();
    let outbound = || traffic.outbound.iter();
    Ok(ChannelShadow {
        channel: channel_id.to_owned(),
        receive: both
            .compare(requests.map(|it| (it.id.as_str(), Input::Receive(request(&it.raw)))))?,
        send: both
            .compare(outbound().map(|it| (it.message.id.as_str(), Input::Send(&it.message))))?,
        settle: both.compare(outbound().filter_map(|it| {
            let response = it.response.as_ref()?;
            Some((it.message.id.as_str(), Input::Settle(&it.message, response)))
        }))?,
    })
}

struct Both<'a> {
    baseline: &'a Revision,
    candidate: &'a Revision,
    cx: &'a CallContext,
}

impl Both<'_> {
    fn compare<'a>(
        &self,
        cases: impl Iterator<Item = (&'a str, Input<'a>)>,
    ) -> Result<Comparison, CallError> {
        let mut tally = Tally::default();
        for (place, (id, input)) in cases.enumerate() {
            let (before, after) = if place % 2 == 0 {
                let before = run(self.baseline, self.cx, &input)?;
                (before, run(self.candidate, self.cx, &input)?)
            } else {
                let after = run(self.candidate, self.cx, &input)?;
                (run(self.baseline, self.cx, &input)?, after)
            };
            tally.add(id, &before, &after);
        }
        Ok(tally.finish())
    }
}
