//! Recorded traffic through two revisions.

use std::sync::Arc;

use eclusa_engine::{CallContext, Revision};
use eclusa_journal::Page;
use eclusa_journal::registry::{ShadowPolicy, ShadowReport};
use eclusa_model::Channel;

use super::core::Core;
use crate::DeployError;
use crate::shadow::{Traffic, compare_channel};

/// No more places and failures than these are told of in one report, so that it
/// stays of a size that people and programs can handle; the counts stay right.
const MOST_DETAILS: usize = 2_000;

/// No more inputs than these are compared for one candidate, so that an adapter
/// with a thousand channels gets its answer in seconds too; then each channel has
/// an equal share, and not less than [`LEAST`].
const MOST: usize = 20_000;
const LEAST: u32 = 5;

impl Core {
    /// What the newest recorded traffic of these channels becomes in both.
    pub(super) async fn shadow(
        &self,
        baseline: &Arc<Revision>,
        candidate: &Arc<Revision>,
        channels: &[Arc<Channel>],
        policy: &ShadowPolicy,
    ) -> Result<ShadowReport, DeployError> {
        let share = u32::try_from(MOST / 2 / channels.len().max(1)).unwrap_or(u32::MAX).max(LEAST);
        let mut report = ShadowReport {
            baseline: baseline.sha256().to_owned(),
            candidate: candidate.sha256().to_owned(),
            compared_at: self.now(),
            channels: Vec::with_capacity(channels.len()),
        };
        for channel in channels {
            let traffic = self
                .recorded(
                    &channel.profile.id,
                    policy.requests.min(share),
                    policy.messages.min(share),
                )
                .await?;
            let (baseline, candidate) = (Arc::clone(baseline), Arc::clone(candidate));
            let (cx, id) = (CallContext::from(&**channel), channel.profile.id.clone());
            let compared = tokio::task::spawn_blocking(move || {
                compare_channel(&baseline, &candidate, &cx, &id, &traffic)
            });
            let compared = compared.await.map_err(|_| DeployError::Stopping)?;
            report.channels.push(compared.map_err(|error| DeployError::Busy(error.to_string()))?);
        }
        cut(&mut report, MOST_DETAILS);
        Ok(report)
    }

    async fn recorded(
        &self,
        channel: &str,
        requests: u32,
        messages: u32,
    ) -> Result<Traffic, DeployError> {
        /// A page of the journal's has no more.
        const PAGE: u32 = 500;
        let mut traffic = Traffic { requests: Vec::new(), outbound: Vec::new() };
        let page = |limit: u32, before| Page {
            channel: Some(channel.to_owned()),
            before,
            limit: limit.min(PAGE),
        };
        let (mut left, mut before) = (requests, None);
        while left > 0 {
            let found = self.traffic.requests(page(left, before)).await?;
            before = found.last().map(|record| record.id.clone());
            left = left.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            let is_last = found.len() < PAGE as usize;
            traffic.requests.extend(found);
            if is_last {
                break;
            }
        }
        let (mut left, mut before) = (messages, None);
        while left > 0 {
            let found = self.traffic.outbound(page(left, before)).await?;
            before = found.last().map(|record| record.message.id.clone());
            left = left.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            let is_last = found.len() < PAGE as usize;
            traffic.outbound.extend(found);
            if is_last {
                break;
            }
        }
        Ok(traffic)
    }
}

/// Leaves the details of so many places and failures in a report, those of the
/// first channels, and counts the others.
fn cut(report: &mut ShadowReport, most: usize) {
    fn shorten<T>(list: &mut Vec<T>, more: &mut u32, left: &mut usize) {
        let cut = list.len().saturating_sub(*left);
        list.truncate(*left);
        *left -= list.len();
        *more += u32::try_from(cut).unwrap_or(u32::MAX);
    }
    let mut left = most;
    for shadow in &mut report.channels {
        for it in [&mut shadow.receive, &mut shadow.send, &mut shadow.settle] {
            shorten(&mut it.failures, &mut it.more_failures, &mut left);
            shorten(&mut it.changes, &mut it.more_changes, &mut left);
            shorten(&mut it.repaired, &mut it.more_repaired, &mut left);
        }
    }
}

#[cfg(test)]
mod tests {
    use eclusa_journal::registry::{ChannelShadow, Comparison, FailureGroup};

    use super::*;

    #[test]
    fn a_long_report_is_cut_and_says_so() {
        let group = |number: u32| FailureGroup {
            code: number.to_string(),
            count: 1,
            message: String::new(),
            example: String::new(),
        };
        let receive = Comparison {
            new_failures: 3,
            failures: (0..3).map(group).collect(),
            more_failures: 1,
            ..Comparison::default()
        };
        let channel = |id: &str| ChannelShadow {
            channel: id.to_owned(),
            receive: receive.clone(),
            send: Comparison::default(),
            settle: Comparison::default(),
        };
        let mut report = ShadowReport {
            baseline: String::new(),
            candidate: String::new(),
            compared_at: String::new(),
            channels: vec![channel("a"), channel("b"), channel("c")],
        };
        cut(&mut report, 4);
        let left: Vec<_> = report
            .channels
            .iter()
            .map(|it| {
                (it.receive.failures.len(), it.receive.more_failures, it.receive.new_failures)
            })
            .collect();
        assert_eq!(left, [(3, 1, 3), (1, 3, 3), (0, 4, 3)]);
    }
}
