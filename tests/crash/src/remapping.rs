//! The host is killed while it maps again what a revision had failed: requests
//! that were acknowledged, and of which no event exists yet.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use tokio::sync::watch;

use crate::Options;
use crate::api::{Api, text};
use crate::chat::CHANNELS;
use crate::check::Check;
use crate::figures::Figures;
use crate::ledger::{Direction, Key, Ledger};
use crate::operator::Operator;
use crate::point::{Armed, FAILURES, Point, Stage};
use crate::run::was_killed;
use crate::set_up::{Prepared, deploy, expect, prepare, set_up};
use crate::witness::Witness;

/// How long the point may take to be reached.
const REACH_TIME: Duration = Duration::from_secs(10);

/// Conversations of the requests.
const CONVERSATIONS: u64 = 4;

/// Kills a host once at each of the points that need failed requests, each time on
/// a folder of its own.
pub(crate) async fn run(
    options: &Options,
    folder: &Path,
    points: &[Point],
    seed: u64,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let mut random = StdRng::seed_from_u64(seed);
    let points = points.iter().filter(|point| point.stage() == Stage::Failures);
    for (number, point) in points.enumerate() {
        let folder = folder.join(number.to_string());
        let armed = point.arm(&mut random);
        killed(options, &folder, armed, random.random(), figures)
            .await
            .with_context(|| format!("killed at {}", point.name()))?;
    }
    Ok(())
}

async fn killed(
    options: &Options,
    folder: &Path,
    armed: Armed,
    seed: u64,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let ledger = Ledger::default();
    let witness = Witness::start(&ledger, seed).await?;
    let (address, addresses) = watch::channel(None);
    let api = Api::new(addresses)?;
    let setup = prepare(options, folder, witness.platform_url())?;
    let Prepared { ingress, revisions } = set_up(&setup, &witness, &address, &api).await?;
    let operator = Operator::new(api.clone(), ledger.clone(), revisions);

    ledger.next_life();
    let (mut process, took) = setup.start_ready(Some(armed), &address).await?;
    figures.started(took);
    deploy(&api, std::fs::read(setup.folder.join("shop-traps-later.wasm"))?).await?;
    let path = ingress.iter().find_map(|(id, path)| (*id == "shop").then_some(path));
    fail(&api, &ledger, path.context("there is no shop")?).await?;
    // The host may be gone before it has answered.
    let back = "/v1/adapters/shop/rollback";
    let _ = api.call(Method::POST, back, &[], "").await;
    let reached = match tokio::time::timeout(REACH_TIME, process.ended()).await {
        Ok(status) => was_killed(status?, &setup).map(|()| true)?,
        Err(_) => process.kill().await.map(|()| false)?,
    };
    address.send_replace(None);
    witness.idle().await;
    figures.killed(armed.point, reached);

    ledger.next_life();
    let (process, took) = setup.start_ready(None, &address).await?;
    figures.started(took);
    let mut check = Check::new(api, ledger.clone(), operator);
    check.last().await?;
    figures.taken_again(armed.point, ledger.counts().taken_again);
    figures.run(ledger.counts(), 0, &ledger.violations());
    let status = process.stop().await?;
    anyhow::ensure!(status.success(), "the host stopped with {status}");
    Ok(())
}

/// Requests that the revision which serves now traps on.
async fn fail(api: &Api, ledger: &Ledger, path: &str) -> anyhow::Result<()> {
    let [.., shop] = CHANNELS;
    for message in 0..FAILURES {
        let conversation = format!("c-{}", message % CONVERSATIONS);
        let number = usize::try_from(message / CONVERSATIONS)?;
        let key = Key::new(Direction::In, shop.id, &conversation);
        ledger.sending(&key, number);
        let request = shop.request(&conversation, number, &format!("{number} boom"));
        let answer = expect(api, Method::POST, path, request.into_bytes()).await?;
        anyhow::ensure!(text(&answer, "/problem/code")? == "trap", "it was mapped: {answer}");
        ledger.kept(&key, number);
    }
    Ok(())
}
