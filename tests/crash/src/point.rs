//! Where the host is killed.

use clap::ValueEnum;
use rand::Rng;
use tokio::process::Command;

/// How many requests a revision fails before it is taken back.
pub(crate) const FAILURES: u64 = 40;

/// Where the host is killed. Most are `fail_point!`s of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Point {
    /// At any time under load, from outside.
    #[value(name = "random")]
    Random,
    /// At any time of its start, from outside.
    #[value(name = "start")]
    Start,
    /// A chat's request was read.
    #[value(name = "ingress.read")]
    IngressRead,
    /// The platform's message was read.
    #[value(name = "api.read")]
    ApiRead,
    /// Between two writes of one transaction.
    #[value(name = "journal.mid_batch")]
    MidBatch,
    /// All of a transaction is written, and not committed.
    #[value(name = "journal.before_commit")]
    BeforeCommit,
    /// A transaction is committed, and nobody told so.
    #[value(name = "journal.after_commit")]
    AfterCommit,
    /// The log is moved into the database file.
    #[value(name = "journal.checkpoint")]
    Checkpoint,
    /// The tables are made.
    #[value(name = "journal.migrating")]
    Migrating,
    /// The chat took a message, which is not recorded.
    #[value(name = "relay.chat_answered")]
    ChatAnswered,
    /// The platform took an event, which is not recorded.
    #[value(name = "relay.platform_answered")]
    PlatformAnswered,
    /// Another revision is to serve, which is not recorded.
    #[value(name = "deploy.before_record")]
    BeforeRecord,
    /// It is recorded, and traffic does not follow yet.
    #[value(name = "deploy.recorded")]
    Recorded,
    /// What a revision had failed is mapped again, by the one before it.
    #[value(name = "deploy.remapping")]
    Remapping,
    /// A flow said something, with more to do in the same transaction.
    #[value(name = "flow.said")]
    FlowSaid,
    /// What time brings to flows is done, and not committed.
    #[value(name = "flow.advanced")]
    FlowAdvanced,
    /// A backup is made, and is not whole yet.
    #[value(name = "storage.backing_up")]
    BackingUp,
    /// A new key of the secrets is in its file, and nothing is under it.
    #[value(name = "storage.key_written")]
    KeyWritten,
    /// Some secrets are under the new key, and that is not committed.
    #[value(name = "storage.rewrapping")]
    Rewrapping,
    /// Something old is removed, in the middle of a part.
    #[value(name = "storage.pruning")]
    Pruning,
    /// A backup is restored, and is not whole yet.
    #[value(name = "storage.restoring")]
    Restoring,
    /// A filled journal of an older version is brought up to date.
    #[value(name = "upgrade")]
    Upgrade,
}

/// What must be there before a point can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A data folder that is new.
    NewFolder,
    /// Load from both sides.
    Load,
    /// Requests that a revision could not map.
    Failures,
    /// A data folder that is made for it.
    Filled,
}

/// How a process is told where to end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Armed {
    pub(crate) point: Point,
    /// So many times the point is passed before.
    pub(crate) after: u64,
    /// So many microseconds the process goes on after it.
    pub(crate) delay_us: u64,
}

impl Armed {
    /// Tells the process, by its environment.
    pub(crate) fn tell(self, command: &mut Command) {
        command
            .env("CRASH_POINT", self.point.crash_point())
            .env("CRASH_AFTER", self.after.to_string())
            .env("CRASH_DELAY_US", self.delay_us.to_string());
    }
}

impl Point {
    /// Its name in the host and in the table.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The `fail_point!` of it.
    pub(crate) fn crash_point(self) -> String {
        if self == Self::Upgrade { Self::Migrating.name() } else { self.name() }
    }

    /// What an operator asks for again and again, so that it is reached.
    pub(crate) fn call(self) -> Option<&'static str> {
        match self {
            Self::BackingUp => Some("/v1/backups"),
            Self::KeyWritten | Self::Rewrapping => Some("/v1/secrets/rotate"),
            _ => None,
        }
    }

    /// Whether the host ends itself there; otherwise it is killed from outside.
    pub(crate) fn is_named(self) -> bool {
        !matches!(self, Self::Random | Self::Start)
    }

    /// What must be there before it can be reached.
    pub(crate) fn stage(self) -> Stage {
        match self {
            Self::Migrating => Stage::NewFolder,
            Self::Remapping => Stage::Failures,
            Self::Pruning | Self::Restoring | Self::Upgrade => Stage::Filled,
            _ => Stage::Load,
        }
    }

    /// Whether messages must be large, so that the log is soon long.
    pub(crate) fn needs_large_messages(self) -> bool {
        self == Self::Checkpoint
    }

    /// Draws how often it is passed before.
    pub(crate) fn arm(self, random: &mut impl Rng) -> Armed {
        let most = match self {
            Self::Random | Self::Start | Self::Checkpoint => 0,
            Self::Migrating => 2,
            Self::BeforeRecord | Self::Recorded => 3,
            // There are as many as these to be mapped again.
            Self::Remapping => FAILURES - 1,
            // It is passed once a second.
            Self::FlowAdvanced => 1,
            Self::BackingUp => 5,
            Self::KeyWritten | Self::Rewrapping => 4,
            Self::Pruning => 250,
            Self::Restoring => 5,
            Self::Upgrade => 0,
            _ => 60,
        };
        // A checkpoint is one call: only a thread beside it can end it half-way.
        let delay_us = if self == Self::Checkpoint { random.random_range(0..6_000) } else { 0 };
        Armed { point: self, after: random.random_range(0..=most), delay_us }
    }
}
