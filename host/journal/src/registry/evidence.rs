//! What recorded traffic becomes in two revisions.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What recorded traffic becomes in two revisions of an adapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShadowReport {
    /// SHA-256 of the revision that serves.
    pub baseline: String,
    /// SHA-256 of the candidate.
    pub candidate: String,
    /// When they were compared, RFC 3339.
    pub compared_at: String,
    /// Channel by channel, by id.
    pub channels: Vec<ChannelShadow>,
}

impl ShadowReport {
    /// All comparisons of all channels.
    pub fn comparisons(&self) -> impl Iterator<Item = &Comparison> {
        self.channels.iter().flat_map(|shadow| [&shadow.receive, &shadow.send, &shadow.settle])
    }

    /// The sum of one count over all comparisons.
    pub fn sum(&self, count: impl Fn(&Comparison) -> u32) -> u32 {
        self.comparisons().map(count).sum()
    }

    /// Nothing differs, not even the codes of what fails in both.
    pub fn is_identical(&self) -> bool {
        self.comparisons().all(|it| {
            it.changed + it.new_failures + it.repaired_failures == 0 && it.changes.is_empty()
        })
    }
}

/// One channel's part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelShadow {
    /// The channel's id.
    pub channel: String,
    /// Requests from the chat.
    pub receive: Comparison,
    /// Messages to the chat.
    pub send: Comparison,
    /// The chat's responses to them.
    pub settle: Comparison,
}

/// What the same input becomes in both. `identical`, `changed`, `new_failures`,
/// `repaired_failures` and `failing` add up to `total`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// How many were compared.
    pub total: u32,
    /// Both answer the same.
    pub identical: u32,
    /// Both answer, with a difference.
    pub changed: u32,
    /// Only the candidate fails: it traps, passes a limit or returns a problem.
    pub new_failures: u32,
    /// Only the revision that serves fails.
    pub repaired_failures: u32,
    /// Both fail, with whatever code.
    pub failing: u32,
    /// What has changed, the 50 most frequent places first. Where both fail, a
    /// change of the code is one too.
    pub changes: Vec<Change>,
    /// How many more places there are; counted up to 5,000.
    #[serde(default)]
    pub more_changes: u32,
    /// The new failures by code, the 50 most frequent first.
    pub failures: Vec<FailureGroup>,
    /// How many more codes of new failures there are.
    #[serde(default)]
    pub more_failures: u32,
    /// The repaired failures by their former code, the 50 most frequent first.
    pub repaired: Vec<FailureGroup>,
    /// How many more codes of repaired failures there are.
    #[serde(default)]
    pub more_repaired: u32,
    /// Guest time of the revision that serves; `None` where nothing was compared.
    pub baseline_latency: Option<Latency>,
    /// Guest time of the candidate.
    pub candidate_latency: Option<Latency>,
}

/// One place at which answers differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// JSON pointer into the answer; `*` stands for any place in a list. A key
    /// that does not look like a name (`+55 11 99999-0000`) is masked as examples
    /// are.
    pub pointer: String,
    /// What happened there.
    pub kind: ChangeKind,
    /// In how many answers.
    pub count: u32,
    /// One of them.
    pub example: Example,
}

/// What happened at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It has another value.
    Replaced,
    /// It stands elsewhere, with the same value: JSON pointer as in
    /// [`Change::pointer`].
    Renamed(String),
}

/// An example of a difference, without personal data: letters become `a` or `A`,
/// digits `9`, whatever names a type or a state stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Id of the request or message, for `eclusa replay`.
    pub id: String,
    /// What it was; `null` where it was not there.
    pub before: Value,
    /// What it is; `null` where it is not there any more.
    pub after: Value,
}

/// Failures of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureGroup {
    /// The code.
    pub code: String,
    /// How many.
    pub count: u32,
    /// What the first one says; without what the guest wrote itself.
    pub message: String,
    /// Id of the first one's request or message, for `eclusa replay`.
    pub example: String,
}

/// Guest time of calls, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// How many calls.
    pub calls: u32,
    /// Half of them took at most so long.
    pub p50_us: f64,
    /// 95 of 100 took at most so long.
    pub p95_us: f64,
    /// The longest.
    pub max_us: f64,
}
