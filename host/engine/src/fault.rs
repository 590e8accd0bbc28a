//! What went wrong in a call, in our own codes and words.

use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace};

use crate::convert::lift::Refused;
use crate::error::CallFailure;
use crate::program::Program;
use crate::state::State;
use crate::wasi::Exited;
use crate::{CallError, CallReport, Limits};

/// A kind of failure: its code, what to do, and whether a repetition can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    code: &'static str,
    action: &'static str,
    retryable: bool,
}

const fn kind(code: &'static str, action: &'static str) -> Kind {
    Kind { code, action, retryable: false }
}

const TRAP: Kind = kind("trap", "repair the adapter; the panic text and the backtrace say where");
const EXIT: Kind = kind("exit", "return a problem instead of ending the process");
const DEADLINE: Kind =
    kind("deadline_exceeded", "make the adapter faster, or raise the limit on its time");
const MEMORY: Kind =
    kind("memory_exceeded", "make the adapter use less memory, or raise the limit");
const STACK: Kind =
    kind("stack_overflow", "look for a recursion without an end, e.g. over nested input");
const OUTPUT: Kind = kind("output_too_large", "return less, or raise the limit on output");
const EVENTS: Kind = kind("too_many_events", "return fewer events, or raise the limit");
const BAD: Kind = kind("bad_output", "make the adapter return what the contract allows there");
const BUSY: Kind = Kind {
    code: "busy",
    action: "try again later; if this lasts, raise the number of concurrent calls",
    retryable: true,
};
const NOT_DONE: Kind =
    Kind { code: "not_run", action: "try again after the restart", retryable: true };

fn error(
    program: &Program,
    call: &'static str,
    kind: Kind,
    message: String,
    report: CallReport,
) -> CallFailure {
    CallFailure {
        code: kind.code,
        adapter: program.name.clone(),
        revision: program.sha256.clone(),
        call,
        message,
        action: kind.action,
        panic: None,
        backtrace: Vec::new(),
        retryable: kind.retryable,
        report,
    }
}

/// The call did not get its turn.
pub(crate) fn busy(program: &Program, call: &'static str) -> CallError {
    let message = format!(
        "all {} places for running calls are taken",
        program.runtime.limits.max_concurrent_calls
    );
    CallError::new(error(program, call, BUSY, message, CallReport::default()))
}

/// There is no place for a session.
pub(crate) fn no_session(program: &Program, count: usize) -> CallError {
    let message = format!("all {count} places for calls outside of live traffic are taken");
    let kind = Kind { action: "try again when a comparison or another deployment is over", ..BUSY };
    CallError::new(error(program, "session", kind, message, CallReport::default()))
}

/// The call was given up because the process ends.
pub(crate) fn not_run(program: &Program, call: &'static str) -> CallError {
    let message = "the host is shutting down".to_owned();
    CallError::new(error(program, call, NOT_DONE, message, CallReport::default()))
}

/// The guest returned what the contract does not allow.
pub(crate) fn refused(
    program: &Program,
    call: &'static str,
    refused: &Refused,
    report: CallReport,
) -> CallError {
    let kind = match refused {
        Refused::TooManyEvents { .. } => EVENTS,
        Refused::Bad(_) => BAD,
    };
    CallError::new(error(program, call, kind, refused.to_string(), report))
}

/// The guest did not return.
pub(crate) fn trapped(
    program: &Program,
    call: &'static str,
    cause: &wasmtime::Error,
    state: &State,
    report: CallReport,
) -> CallError {
    let backtrace = backtrace(cause);
    let (kind, message) = classify(cause, state, &backtrace, &program.runtime.limits);
    let mut failure = error(program, call, kind, message, report);
    failure.panic = state.output.text();
    failure.backtrace = backtrace;
    CallError::new(failure)
}

fn classify(
    cause: &wasmtime::Error,
    state: &State,
    backtrace: &[String],
    limits: &Limits,
) -> (Kind, String) {
    if cause.is::<PoolConcurrencyLimitError>() {
        return (BUSY, "no place is left in the pool of instances".to_owned());
    }
    if cause.is::<Exited>() {
        return (EXIT, "it ended its process, which is the host's".to_owned());
    }
    match cause.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => {
            let limit = limits.guest_time.as_millis();
            return (DEADLINE, format!("it ran for longer than {limit} ms"));
        }
        Some(Trap::StackOverflow) => return (STACK, "its stack is used up".to_owned()),
        // A language with a stack of its own in memory runs out of that first.
        Some(Trap::MemoryOutOfBounds) if recursive(backtrace) => {
            return (STACK, "its stack in memory is used up".to_owned());
        }
        _ => {}
    }
    let root = cause.root_cause().to_string();
    // wasmtime keeps the type of this error to itself.
    if root.contains("fuel allocated for hostcalls has been exhausted") {
        let limit = limits.output_bytes;
        return (OUTPUT, format!("it handed over more than {limit} bytes at once"));
    }
    if state.memory_refused() {
        let limit = limits.memory_bytes;
        return (MEMORY, format!("it asked for more than {limit} bytes of memory"));
    }
    (TRAP, format!("it trapped: {}", root.trim_start_matches("wasm trap: ")))
}

/// Whether a full backtrace consists of a few functions over and over.
fn recursive(backtrace: &[String]) -> bool {
    let mut names: Vec<&String> = backtrace.iter().collect();
    names.sort_unstable();
    names.dedup();
    backtrace.len() >= 16 && names.len() <= backtrace.len() / 2
}

/// What Rust's standard library puts on top of the function that panicked.
const PANIC_MACHINERY: [&str; 5] = ["abort", "std::", "core::panicking::", "__rustc::", "__rust"];

/// The guest's functions, innermost first, without those that only panic.
fn backtrace(cause: &wasmtime::Error) -> Vec<String> {
    const LONGEST: usize = 200;
    let Some(backtrace) = cause.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    let mut frames: Vec<String> = backtrace
        .frames()
        .iter()
        .map(|frame| match frame.func_name() {
            Some(name) => {
                let name = format!("{:#}", rustc_demangle::demangle(name));
                name.chars().take(LONGEST).collect()
            }
            None => format!("function {}", frame.func_index()),
        })
        .collect();
    let machinery = |name: &String| PANIC_MACHINERY.iter().any(|start| name.starts_with(start));
    if let Some(first) = frames.iter().position(|name| !machinery(name)) {
        frames.drain(..first);
    }
    frames
}
