//! A data folder with channels and two revisions of the shop's adapter.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::Method;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::Options;
use crate::api::{Api, text};
use crate::chat::CHANNELS;
use crate::process::Setup;
use crate::visits;
use crate::witness::Witness;

/// What the callers must know.
pub(crate) struct Prepared {
    /// Ingress paths by channel.
    pub(crate) ingress: Vec<(&'static str, String)>,
    /// The shop's revisions; the first one serves.
    pub(crate) revisions: [String; 2],
}

/// Puts the adapters in their folder.
pub(crate) fn prepare(
    options: &Options,
    folder: &Path,
    platform_url: String,
) -> anyhow::Result<Setup> {
    let adapters = folder.join("adapters");
    std::fs::create_dir_all(&adapters)?;
    copy(&options.adapters.join("open.wasm"), &adapters.join("open.wasm"))?;
    copy(&options.hostile.join("shop-1.wasm"), &adapters.join("shop.wasm"))?;
    for name in ["shop-2.wasm", "shop-traps-later.wasm"] {
        copy(&options.hostile.join(name), &folder.join(name))?;
    }
    Ok(Setup {
        binary: options.eclusa.clone(),
        folder: folder.to_owned(),
        platform_url: Some(platform_url),
        trace: None,
    })
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::copy(from, to)
        .with_context(|| format!("{} is missing: see `make crash`", from.display()))?;
    Ok(())
}

/// Makes the channels and brings the second revision, then stops the host. While it
/// runs, no other one may use its folder.
pub(crate) async fn set_up(
    setup: &Setup,
    witness: &Witness,
    address: &watch::Sender<Option<String>>,
    api: &Api,
) -> anyhow::Result<Prepared> {
    let (process, _) = setup.start_ready(None, address).await?;
    let mut ingress = Vec::new();
    let flow = visits::document();
    expect(api, Method::POST, "/v1/flows", flow.to_string().into()).await?;
    let channels = CHANNELS.map(|it| {
        json!({ "id": it.id, "name": it.id, "adapter": it.adapter, "url": witness.chat_url(it.id) })
    });
    let counter = json!({
        "id": visits::CHANNEL, "name": "Counter", "adapter": "open",
        "url": witness.chat_url(visits::CHANNEL), "flow": flow.get("id"), "flow_runner": "eclusa",
    });
    let ids = CHANNELS.map(|channel| channel.id).into_iter().chain([visits::CHANNEL]);
    for (id, body) in ids.zip(channels.into_iter().chain([counter])) {
        let created = expect(api, Method::POST, "/v1/channels", body.to_string().into()).await?;
        let url = text(&created, "/ingress_url")?;
        let path = url.find("/in/").and_then(|start| url.get(start..));
        ingress.push((id, path.context("no path in the ingress URL")?.to_owned()));
    }
    let first = std::fs::read(setup.folder.join("adapters/shop.wasm"))?;
    let second = std::fs::read(setup.folder.join("shop-2.wasm"))?;
    let revisions = [first, second.clone()].map(|bytes| hex::encode(Sha256::digest(bytes)));
    // Nothing is taken back by itself: who swaps is the operator alone.
    let policy = json!({ "rollback": { "seconds": 0 } }).to_string();
    expect(api, Method::PUT, "/v1/adapters/shop/policy", policy.into()).await?;
    deploy(api, second).await?;
    let [first, _] = &revisions;
    let back = json!({ "revision": first }).to_string();
    expect(api, Method::POST, "/v1/adapters/shop/activate", back.into()).await?;
    let (status, log) = setup.intrude().await?;
    anyhow::ensure!(
        !status.success() && log.contains("in use by another process"),
        "a second host on the same folder ended with {status}:\n{log}"
    );
    address.send_replace(None);
    let status = process.stop().await?;
    anyhow::ensure!(status.success(), "the host stopped with {status}");
    Ok(Prepared { ingress, revisions })
}

/// Brings a revision of the shop's adapter, and waits until it serves.
pub(crate) async fn deploy(api: &Api, component: Vec<u8>) -> anyhow::Result<()> {
    let brought = expect(api, Method::PUT, "/v1/adapters/shop", component).await?;
    let path = format!("/v1/deployments/{}", text(&brought, "/id")?);
    loop {
        let deployment = api.get(&path).await?.context("the host ended")?;
        match text(&deployment, "/state")? {
            "live" => return Ok(()),
            "checking" | "trial" => tokio::time::sleep(Duration::from_millis(10)).await,
            _ => anyhow::bail!("a revision does not go live: {deployment}"),
        }
    }
}

/// The answer of success.
pub(crate) async fn expect(
    api: &Api,
    method: Method,
    path: &str,
    body: Vec<u8>,
) -> anyhow::Result<serde_json::Value> {
    let answer = api.call(method.clone(), path, &[], body).await.context("the host ended")?;
    anyhow::ensure!(answer.is_success(), "{method} {path}: {} {}", answer.status, answer.body);
    Ok(answer.json())
}
