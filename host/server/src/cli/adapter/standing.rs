//! How an adapter stands on a server, as `GET /v1/adapters/{name}` tells it.

use std::collections::BTreeMap;

use eclusa_journal::registry::{
    CanaryRecord, Deployment, DeploymentReason, DeploymentState, Door, Hold, Policy, Served,
    TrialRecord,
};
use serde::Deserialize;
use serde_json::Value;

use crate::cli::client::{Client, Server, understood};
use crate::cli::failure::Failure;
use crate::cli::{names, words};

/// Which adapter of which server.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Named {
    /// The adapter's name.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    server: Server,
}

impl Named {
    /// The name, and the server to talk to.
    pub(super) fn open(&self) -> anyhow::Result<(&str, Client)> {
        let name = names::adapter(&self.name)?;
        Ok((name, Client::new(&self.server)?))
    }
}

/// How an adapter stands.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Standing {
    pub(super) name: String,
    /// `active`, or what became of the last candidate where nothing serves.
    pub(super) state: String,
    pub(super) revision: Option<String>,
    pub(super) version: Option<String>,
    pub(super) interface: Option<String>,
    pub(super) summary: Option<String>,
    /// The newest deployment.
    pub(super) deployment: Option<Deployment>,
    pub(super) policy: Policy,
    pub(super) revisions: Vec<Known>,
    pub(super) trial: Option<TrialRecord>,
    pub(super) canary: Option<CanaryRecord>,
    /// How the trial or the canary goes.
    pub(super) watched: Option<Watched>,
    pub(super) waiting: Option<Served>,
    pub(super) pins: BTreeMap<String, String>,
    pub(super) holds: BTreeMap<String, Hold>,
}

/// A revision that is ready, or still has calls.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Known {
    pub(super) revision: String,
    pub(super) version: Option<String>,
    pub(super) interface: Option<String>,
    pub(super) bytes: Option<u64>,
    pub(super) added_at: Option<String>,
    pub(super) role: String,
    pub(super) in_flight: u64,
}

/// A deployment as lists have it: without stages and shadow.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Listed {
    pub(super) revision: String,
    pub(super) actor: String,
    pub(super) door: Door,
    pub(super) created_at: String,
    pub(super) state: DeploymentState,
    pub(super) reason: Option<DeploymentReason>,
}

/// How a trial or a canary goes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Watched {
    pub(super) calls: u64,
    pub(super) worse: u64,
}

impl Standing {
    /// Asks the server.
    pub(super) fn read(client: &Client, name: &str) -> anyhow::Result<Self> {
        Ok(Self::of(&document(client, name)?)?)
    }

    /// Reads what the server answered.
    pub(super) fn of(document: &Value) -> Result<Self, Failure> {
        understood(document)
    }

    /// What is known of a revision that is ready.
    pub(super) fn known(&self, sha256: &str) -> Option<&Known> {
        self.revisions.iter().find(|known| known.revision == sha256)
    }

    /// A revision's version, where it is known.
    pub(super) fn version(&self, sha256: &str) -> Option<&str> {
        self.known(sha256)?.version.as_deref()
    }

    /// The revision that serves, by its first digits.
    pub(super) fn active(&self) -> Option<&str> {
        self.revision.as_deref().map(words::revision)
    }
}

/// What the server says of an adapter.
pub(super) fn document(client: &Client, name: &str) -> anyhow::Result<Value> {
    client.get(&format!("/v1/adapters/{name}"))
}
