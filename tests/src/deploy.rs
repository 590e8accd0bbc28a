//! Deploying adapters by both doors, and looking at what became of it.

use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::client::bearer;
use crate::{Answer, Eclusa, eventually};

/// The SHA-256 of a component in hexadecimal: its revision.
pub fn sha256(component: &[u8]) -> String {
    hex::encode(Sha256::digest(component))
}

impl Eclusa {
    /// The file of an adapter in the watched folder.
    pub fn adapter_path(&self, name: &str) -> PathBuf {
        self.adapters().join(format!("{name}.wasm"))
    }

    /// Saves an adapter's file as a careful tool does: beside it, then renamed.
    pub fn save(&self, name: &str, component: &[u8]) {
        let new = self.adapters().join(format!("{name}.new"));
        std::fs::write(&new, component).expect("a new file");
        std::fs::rename(&new, self.adapter_path(name)).expect("the file takes its place");
    }

    /// A candidate by the API: `PUT /v1/adapters/NAME` with a query, `?mode=…` or
    /// nothing.
    pub async fn put_adapter(&self, name: &str, query: &str, component: &[u8]) -> Answer {
        let path = format!("/v1/adapters/{name}{query}");
        self.call("PUT", &path, &[bearer(self.token())], component).await
    }

    /// A candidate by the API; returns the deployment once it is decided.
    pub async fn deploy(&self, name: &str, component: &[u8]) -> Value {
        self.deploy_by(name, "", component).await
    }

    /// The same with a query.
    pub async fn deploy_by(&self, name: &str, query: &str, component: &[u8]) -> Value {
        let answer = self.put_adapter(name, query, component).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        self.decided(answer.json()["id"].as_str().expect("an id")).await
    }

    /// A deployment as it is now.
    pub async fn deployment(&self, id: &str) -> Value {
        self.get(&format!("/v1/deployments/{id}")).await.ok()
    }

    /// A deployment once its checks are over.
    pub async fn decided(&self, id: &str) -> Value {
        eventually("the checks of a deployment end", async || {
            let deployment = self.deployment(id).await;
            (deployment["state"] != "checking").then_some(deployment)
        })
        .await
    }

    /// A deployment once it has come to a state, and traffic follows that.
    pub async fn deployment_in_state(&self, id: &str, state: &str) -> Value {
        let deployment = eventually(&format!("a deployment becomes {state}"), async || {
            let deployment = self.deployment(id).await;
            (deployment["state"] == state).then_some(deployment)
        })
        .await;
        self.followed(deployment["adapter"].as_str().expect("a name")).await;
        deployment
    }

    /// Waits until traffic follows what is recorded: an adapter is shown as it
    /// stands after that.
    async fn followed(&self, name: &str) {
        self.adapter(name).await;
    }

    /// The newest deployment of what was saved in the folder, once it is decided.
    pub async fn taken_from_folder(&self, name: &str, component: &[u8]) -> Value {
        let (path, revision) = (format!("/v1/deployments?adapter={name}"), sha256(component));
        let id = eventually("a saved file is noticed", async || {
            let list = self.get(&path).await.ok();
            let newest = list["deployments"].as_array()?.first()?.clone();
            let is_it = newest["revision"] == revision && newest["door"] == "folder";
            is_it.then(|| newest["id"].as_str().map(str::to_owned)).flatten()
        })
        .await;
        self.decided(&id).await
    }

    /// How an adapter stands.
    pub async fn adapter(&self, name: &str) -> Value {
        self.get(&format!("/v1/adapters/{name}")).await.ok()
    }

    /// The revision that serves.
    pub async fn active(&self, name: &str) -> String {
        let adapter = self.adapter(name).await;
        adapter["revision"].as_str().expect("something serves").to_owned()
    }

    /// Does something to an adapter: `activate`, `approve`, `decline`, `rollback`.
    pub async fn decide(&self, name: &str, command: &str, body: &Value) -> Answer {
        self.post(&format!("/v1/adapters/{name}/{command}"), body).await
    }

    /// Who did what to an adapter, oldest first.
    pub async fn audit(&self, name: &str) -> Vec<Value> {
        let audit = self.get(&format!("/v1/audit?adapter={name}&limit=500")).await.ok();
        let mut entries = audit["entries"].as_array().expect("a list").clone();
        entries.reverse();
        entries
    }

    /// The newest entry of the audit about an action, as soon as there is one and
    /// traffic follows it.
    pub async fn audited(&self, name: &str, action: &str) -> Value {
        let entry = eventually(&format!("the audit tells of {action}"), async || {
            self.audit(name).await.into_iter().rfind(|entry| entry["action"] == action)
        })
        .await;
        self.followed(name).await;
        entry
    }
}
