//! Compiles components in the background, without taking the processor from
//! live traffic.

use std::fmt::Write;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use rayon::{ThreadPool, ThreadPoolBuilder};
use wasmtime::component::Component;

use crate::compiled;
use crate::refusal::Refusal;
use crate::runtime::Runtime;

/// The threads that compile.
#[derive(Default)]
pub(crate) struct Compiler {
    // One compilation at a time, which has all threads to itself: two would only
    // make each other slower, and need twice the memory.
    turn: Mutex<Threads>,
}

/// Made for the first compilation: a server whose adapters all come from the
/// cache, as after every restart, should not pay for threads that it never uses.
#[derive(Default)]
struct Threads(Option<ThreadPool>);

/// A component that is compiled.
pub(crate) struct Compiled {
    pub(crate) component: Component,
    /// It came from the cache.
    pub(crate) cached: bool,
    /// How it came about, in words.
    pub(crate) message: String,
}

/// From here on, waiting for another compilation is told from compiling.
const WORTH_A_WORD: Duration = Duration::from_millis(10);

/// Compiles a component, or takes its code from the cache.
pub(crate) fn compile(runtime: &Runtime, sha256: &str, bytes: &[u8]) -> Result<Compiled, Refusal> {
    let engine = &runtime.wasmtime;
    let cached = || {
        let component = runtime.cache.as_ref()?.get(engine, sha256)?;
        Some(Compiled { component, cached: true, message: "taken from the cache".to_owned() })
    };
    if let Some(compiled) = cached() {
        return Ok(compiled);
    }
    let started = Instant::now();
    let mut threads = runtime.compiler.turn();
    let waited = started.elapsed();
    // Whoever had the turn may have compiled the same file.
    if let Some(compiled) = cached() {
        return Ok(compiled);
    }
    let compiled = |component, mut message: String| {
        if waited >= WORTH_A_WORD {
            let _ = write!(message, ", after {} ms of waiting for another", waited.as_millis());
        }
        Compiled { component, cached: false, message }
    };
    let Some(cache) = &runtime.cache else {
        let component = threads.run(|| Component::new(engine, bytes))?;
        return Ok(compiled(component.map_err(|e| invalid(&e))?, "compiled".to_owned()));
    };
    let code = threads.run(|| engine.precompile_component(bytes))?.map_err(|e| invalid(&e))?;
    match cache.put(engine, sha256, &code) {
        Ok(component) => Ok(compiled(component, "compiled".to_owned())),
        Err(error) => {
            // A full disk must not keep an adapter from serving.
            tracing::warn!(%error, "compiled adapter cannot be kept");
            let component = compiled::load(engine, &code).map_err(|e| invalid(&e))?;
            Ok(compiled(component, format!("compiled, but not kept: {error}")))
        }
    }
}

impl Compiler {
    /// Waits until nobody else compiles.
    fn turn(&self) -> MutexGuard<'_, Threads> {
        self.turn.lock()
    }
}

impl Threads {
    /// Runs work on these threads, also what it splits up itself. The calling
    /// thread only waits.
    fn run<T: Send>(&mut self, work: impl FnOnce() -> T + Send) -> Result<T, Refusal> {
        let pool = match self.0.take() {
            Some(pool) => pool,
            None => start()?,
        };
        Ok(self.0.insert(pool).install(work))
    }
}

fn start() -> Result<ThreadPool, Refusal> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("compile-{index}"))
        .start_handler(|_| give_way())
        .build()
        .map_err(|error| {
            Refusal::new(
                "no_threads",
                format!("the threads that compile cannot be started: {error}"),
                "raise the number of threads that the process may have, then deploy again",
            )
        })
}

/// Lets other threads run before this one. On Linux, niceness belongs to a
/// thread; elsewhere to the whole process, which must stay as it is.
fn give_way() {
    /// A fifteenth step down weighs about a thirtieth of what live traffic does.
    #[cfg(target_os = "linux")]
    const NICENESS: i32 = 15;
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "compilations run with the priority of everything else");
    }
}

fn invalid(error: &wasmtime::Error) -> Refusal {
    let mut refusal = Refusal::new(
        "invalid_component",
        "the component is not valid WebAssembly, or uses a proposal that the host does not offer",
        "update the tools that build it; threads, 64-bit memories and garbage collection are off",
    );
    refusal.details = error.chain().map(ToString::to_string).collect();
    refusal
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::BTreeSet;
    use std::thread::ThreadId;

    use rayon::prelude::*;

    use super::*;

    fn here() -> (ThreadId, String) {
        let thread = std::thread::current();
        (thread.id(), thread.name().unwrap_or_default().to_owned())
    }

    #[test]
    fn work_leaves_the_calling_thread_with_all_its_parts() {
        let compiler = Compiler::default();
        assert!(compiler.turn().0.is_none(), "no threads before there is work");
        let parts: BTreeSet<String> = compiler
            .turn()
            .run(|| {
                let parts = (0..256).into_par_iter().map(|_| here().1);
                parts.chain([here().1]).collect()
            })
            .unwrap();
        assert!(parts.iter().all(|name| name.starts_with("compile-")), "{parts:?}");
    }

    #[test]
    fn the_threads_stay_for_the_next_compilation() {
        let compiler = Compiler::default();
        let mut turn = compiler.turn();
        let all = |threads: &mut Threads| {
            let ids = threads.run(|| rayon::broadcast(|_| here().0)).unwrap();
            ids.into_iter().map(|id| format!("{id:?}")).collect::<BTreeSet<_>>()
        };
        assert_eq!(all(&mut turn), all(&mut turn));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_the_threads_that_compile_give_way() {
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let before = niceness();
        let found = Compiler::default().turn().run(|| rayon::broadcast(|_| niceness())).unwrap();
        assert!(found.iter().all(|niceness| *niceness == 15), "{found:?}");
        assert_eq!(niceness(), before);
    }
}
