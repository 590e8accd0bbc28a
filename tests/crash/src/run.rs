//! One data folder, and the host on it, killed again and again.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::watch;

use crate::Options;
use crate::api::Api;
use crate::callers::Load;
use crate::check::Check;
use crate::figures::Figures;
use crate::ledger::Ledger;
use crate::operator::Operator;
use crate::point::{Armed, Point, Stage};
use crate::process::{Setup, Start, tail};
use crate::set_up::{Prepared, prepare, set_up};
use crate::storage;
use crate::visits;
use crate::witness::Witness;

/// How long a point may take to be reached.
const REACH_TIME: Duration = Duration::from_secs(5);

/// How long the load goes on before a kill from outside, in milliseconds.
const LOAD_MS: std::ops::Range<u64> = 10..400;

/// Bytes of large texts: soon the log is long enough to be moved.
const LARGE: usize = 48 << 10;

/// After every so many cycles the database is read as the kill has left it.
const STORAGE_EVERY: usize = 8;

/// One data folder, and the host on it.
struct Run<'a> {
    setup: Setup,
    ledger: Ledger,
    witness: Witness,
    address: watch::Sender<Option<String>>,
    check: Check,
    operator: Operator,
    padding: Arc<AtomicUsize>,
    figures: &'a mut Figures,
    random: StdRng,
    /// Where it was killed last.
    last: Option<Point>,
    /// Messages that were taken again until then.
    taken_again: u64,
}

/// Kills a host once at each of the points, and counts what is wrong. What cannot
/// be, e.g. a host that does not start, is an error.
pub(crate) async fn run(
    options: &Options,
    folder: &Path,
    points: &[Point],
    seed: u64,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let mut random = StdRng::seed_from_u64(seed);
    let ledger = Ledger::default();
    let witness = Witness::start(&ledger, random.random()).await?;
    let (address, addresses) = watch::channel(None);
    let api = Api::new(addresses)?;
    let setup = prepare(options, folder, witness.platform_url())?;
    for point in points.iter().filter(|point| point.stage() == Stage::NewFolder) {
        killed_at_first_start(&setup, point.arm(&mut random)).await?;
        figures.killed(*point, true);
    }
    let Prepared { ingress, revisions } = set_up(&setup, &witness, &address, &api).await?;
    let operator = Operator::new(api.clone(), ledger.clone(), revisions);
    let check = Check::new(api.clone(), ledger.clone(), operator.clone());
    let (padding, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let load = Load {
        api,
        ledger: ledger.clone(),
        ingress: Arc::new(BTreeMap::from_iter(ingress)),
        padding: Arc::clone(&padding),
        stop: Arc::clone(&stop),
    };
    let mut callers = load.start(random.random());
    visits::start(&mut callers, &load, witness.visits(), random.random());
    callers.spawn(operator.clone().run(Arc::clone(&stop), random.random()));
    let mut run = Run {
        setup,
        ledger: ledger.clone(),
        witness,
        address,
        check,
        operator: operator.clone(),
        padding,
        figures,
        random,
        last: None,
        taken_again: 0,
    };
    let points = points.iter().filter(|point| point.stage() == Stage::Load);
    for (number, point) in points.enumerate() {
        run.cycle(*point).await.with_context(|| format!("killed at {}", point.name()))?;
        if number % STORAGE_EVERY == 0 {
            run.read_storage()?;
        }
        if !ledger.violations().is_empty() {
            break;
        }
    }
    let ended = match ledger.violations().as_slice() {
        [] => run.end(callers, &stop).await,
        // It would only add what follows from the first.
        _ => Ok(()),
    };
    run.figures.run(ledger.counts(), operator.swaps(), &ledger.violations());
    ended
}

/// Nothing was written yet that could be lost; it must start after that.
async fn killed_at_first_start(setup: &Setup, armed: Armed) -> anyhow::Result<()> {
    match setup.start(Some(armed)).await? {
        Start::Ended(status) => was_killed(status, setup),
        Start::Ready { .. } => anyhow::bail!("the first start did not pass {}", armed.point.name()),
    }
}

pub(crate) fn was_killed(status: ExitStatus, setup: &Setup) -> anyhow::Result<()> {
    let killed = status.signal() == Some(rustix::process::Signal::KILL.as_raw());
    anyhow::ensure!(killed, "the host ended by itself, {status}:\n{}", tail(&setup.log()));
    Ok(())
}

impl Run<'_> {
    /// Starts the host, lets it work, and kills it.
    async fn cycle(&mut self, point: Point) -> anyhow::Result<()> {
        self.ledger.next_life();
        let padding = if point.needs_large_messages() { LARGE } else { 0 };
        self.padding.store(padding, Ordering::Relaxed);
        let reached = match point {
            Point::Start => self.kill_at_start().await?,
            _ => self.kill_at_work(point).await?,
        };
        self.address.send_replace(None);
        self.witness.idle().await;
        self.figures.killed(point, reached);
        self.count_taken_again();
        self.last = Some(point);
        Ok(())
    }

    /// What was taken again in a life was under way when the one before ended.
    fn count_taken_again(&mut self) {
        let taken_again = self.ledger.counts().taken_again;
        if let Some(last) = self.last {
            self.figures.taken_again(last, taken_again - self.taken_again);
        }
        self.taken_again = taken_again;
    }

    async fn kill_at_start(&mut self) -> anyhow::Result<bool> {
        let usual = self.figures.usual_start().unwrap_or(Duration::from_millis(300));
        let (process, _) = self.setup.spawn(None)?;
        tokio::time::sleep(self.random.random_range(Duration::ZERO..usual)).await;
        process.kill().await?;
        Ok(true)
    }

    async fn kill_at_work(&mut self, point: Point) -> anyhow::Result<bool> {
        let armed = point.arm(&mut self.random);
        let mut process = match self.setup.start(Some(armed)).await? {
            Start::Ended(status) => {
                was_killed(status, &self.setup)?;
                anyhow::ensure!(point.is_named(), "it was killed by somebody else");
                return Ok(true);
            }
            Start::Ready { process, address, took } => {
                self.figures.started(took);
                self.address.send_replace(Some(address));
                process
            }
        };
        let patience = match point {
            Point::Random => Duration::from_millis(self.random.random_range(LOAD_MS)),
            _ => REACH_TIME,
        };
        let death = async {
            match tokio::time::timeout(patience, process.ended()).await {
                Ok(status) => was_killed(status?, &self.setup).map(|()| true),
                Err(_) => process.kill().await.map(|()| point == Point::Random),
            }
        };
        // The checks go on until they are done or cannot be.
        let address = &self.address;
        let death = async {
            let reached = death.await;
            address.send_replace(None);
            reached
        };
        let insisting = async {
            if let Some(path) = point.call() {
                self.operator.insist(path).await;
            }
        };
        let (checked, reached, ()) =
            tokio::join!(self.check.running(&mut self.random), death, insisting);
        if checked? {
            self.figures.checked();
        }
        reached
    }

    /// Lets all come to its end, and checks every message.
    async fn end(
        &mut self,
        mut callers: tokio::task::JoinSet<()>,
        stop: &AtomicBool,
    ) -> anyhow::Result<()> {
        self.ledger.next_life();
        stop.store(true, Ordering::Relaxed);
        let (process, took) = self.setup.start_ready(None, &self.address).await?;
        self.figures.started(took);
        while let Some(caller) = callers.join_next().await {
            caller.context("a caller panicked")?;
        }
        self.check.last().await?;
        let visits = self.witness.visits().check(self.check.api()).await?;
        self.figures.visited(visits);
        self.count_taken_again();
        let status = process.stop().await?;
        anyhow::ensure!(status.success(), "the host stopped with {status}");
        storage::check_backups(&self.setup.data())?;
        self.read_storage()
    }

    fn read_storage(&mut self) -> anyhow::Result<()> {
        let rows = storage::check(&self.setup.data())?;
        anyhow::ensure!(rows > 0, "the journal is empty");
        self.figures.storage_checked();
        Ok(())
    }
}
