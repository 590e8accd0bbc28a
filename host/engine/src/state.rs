//! What the host keeps for one instance.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use wasmtime::ResourceLimiter;

use crate::config::{MAX_MEMORIES, MAX_TABLE_ELEMENTS, MAX_TABLES};
use crate::{CallContext, CallReport, Limits, LogLevel, LogLine};

/// Data of a store: what an instance may use, has used and has said.
pub(crate) struct State {
    /// Whom the current call is made for.
    pub(crate) context: Option<CallContext>,
    /// What the guest wrote to standard output and standard error.
    pub(crate) output: Capture,
    log: Vec<LogLine>,
    log_left: usize,
    log_cut: bool,
    log_bytes: usize,
    memory: MemoryLimiter,
    /// How long this thread had been on the processor when the call passed its
    /// deadline.
    overdue_since: Option<Duration>,
    grace: Duration,
}

impl State {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            context: None,
            output: Capture { text: Vec::new(), limit: limits.log_bytes },
            log: Vec::new(),
            log_left: limits.log_bytes,
            log_cut: false,
            log_bytes: limits.log_bytes,
            memory: MemoryLimiter { limit: limits.memory_bytes, used: 0, refused: false },
            overdue_since: None,
            grace: limits.guest_time / 10,
        }
    }

    /// Begins a call: its time and its share of the log start anew.
    pub(crate) fn begin(&mut self, context: Option<&CallContext>) {
        self.context = context.cloned();
        self.output.text.clear();
        self.log.clear();
        self.log_left = self.log_bytes;
        self.log_cut = false;
        self.memory.refused = false;
        self.overdue_since = None;
    }

    /// Whether a call that has passed its deadline has to end.
    ///
    /// On a machine that is busy with something else, a thread may not run for
    /// longer than any deadline, which must not fail a sound adapter. So a call
    /// that is late gets a tenth of its time more, counted only while it really
    /// runs. To look at that clock on every call would cost a system call.
    pub(crate) fn time_is_up(&mut self) -> bool {
        let now = thread_time();
        let since = *self.overdue_since.get_or_insert(now);
        now.saturating_sub(since) >= self.grace
    }

    /// Whether the guest asked for more memory than it may have.
    pub(crate) fn memory_refused(&self) -> bool {
        self.memory.refused
    }

    /// The limiter which wasmtime asks.
    pub(crate) fn limiter(&mut self) -> &mut dyn ResourceLimiter {
        &mut self.memory
    }

    /// Takes a line of the guest's log.
    pub(crate) fn log(&mut self, level: LogLevel, mut text: String) {
        if text.len() > self.log_left {
            let mut end = self.log_left;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            self.log_cut = true;
            if text.is_empty() {
                return;
            }
        }
        // An empty line costs as well, so that their number is limited too.
        self.log_left = self.log_left.saturating_sub(text.len().max(1));
        self.log.push(LogLine { level, text });
    }

    /// What the call used up and said.
    pub(crate) fn report(&mut self, duration: Duration) -> CallReport {
        CallReport {
            duration,
            memory_bytes: self.memory.used,
            log: std::mem::take(&mut self.log),
            log_cut: self.log_cut,
        }
    }
}

/// How long this thread has been running on a processor.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanos)
}

/// The end of what a guest writes: a panic message comes last.
pub(crate) struct Capture {
    text: Vec<u8>,
    limit: usize,
}

impl Capture {
    /// Adds to it.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let (_, bytes) = bytes.split_at(bytes.len().saturating_sub(self.limit));
        self.text.extend_from_slice(bytes);
        if self.text.len() > self.limit.saturating_mul(2) {
            self.text.drain(..self.text.len() - self.limit);
        }
    }

    /// What was written, if anything.
    pub(crate) fn text(&self) -> Option<String> {
        let (_, end) = self.text.split_at(self.text.len().saturating_sub(self.limit));
        (!end.is_empty()).then(|| String::from_utf8_lossy(end).into_owned())
    }
}

/// Counts all memories of an instance together.
struct MemoryLimiter {
    limit: usize,
    used: usize,
    refused: bool,
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.limit {
            // The guest is told no and may get by without; if it then fails, this
            // is why.
            self.refused = true;
            return Ok(false);
        }
        self.used = used;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= MAX_TABLE_ELEMENTS)
    }

    fn tables(&self) -> usize {
        MAX_TABLES as usize
    }

    fn memories(&self) -> usize {
        MAX_MEMORIES as usize
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("context", &self.context).finish_non_exhaustive()
    }
}
