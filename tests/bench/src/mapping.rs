//! What one mapping costs: in plain Rust, in an instance that is used again, and
//! in a fresh instance as live traffic gets it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use eclusa_adapter_sdk::Adapter as _;
use eclusa_adapter_sdk::testing::{TestHost, post};
use eclusa_adapter_telegram::Telegram;
use eclusa_engine::{CallContext, Engine, EngineConfig};
use eclusa_model::{Request, SampleChannel};

use crate::Options;
use crate::payload::body;
use crate::stats::median;
use crate::table::{Goal, Table};

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let engine = Engine::new(EngineConfig::default())?;
    let path = options.adapters.join("telegram.wasm");
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let revision = engine.load("telegram", &bytes).map_err(|e| anyhow::anyhow!("{e}"))?.revision;
    let cx = CallContext::from(&SampleChannel::default());
    let host = TestHost::default();
    let request: Request = post(&body(1));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut session = revision.session().map_err(|e| anyhow::anyhow!("{e}"))?;

    let slice = options.length() / 4;
    let (mut native, mut warm, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds.max(1) * 2 {
        native.push(per_call(slice, || {
            black_box(Telegram::receive(&host.context(), black_box(&request))).is_ok()
        })?);
        warm.push(per_call(slice, || {
            black_box(session.receive(&cx, black_box(&request))).is_ok_and(|c| c.value.is_ok())
        })?);
        fresh.push(per_call(slice, || {
            let called = runtime.block_on(revision.receive(&cx, black_box(&request)));
            black_box(called).is_ok_and(|called| called.value.is_ok())
        })?);
    }
    let (native, warm, fresh) = (median(native), median(warm), median(fresh));
    table.ratio("mapping, fresh instance / native Rust", (fresh, native), "µs", Goal::AtMost(18.0));
    table.ratio("mapping, warm instance / native Rust", (warm, native), "µs", Goal::AtMost(5.0));
    Ok(())
}

/// Microseconds per call, over calls for so long.
fn per_call(length: Duration, mut call: impl FnMut() -> bool) -> anyhow::Result<f64> {
    let start = Instant::now();
    let mut calls = 0_u32;
    while start.elapsed() < length {
        for _ in 0..100 {
            anyhow::ensure!(call(), "a mapping failed");
        }
        calls += 100;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(calls))
}
