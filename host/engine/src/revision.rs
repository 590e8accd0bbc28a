//! One exact build of an adapter, ready to be called.

use std::sync::Arc;

use eclusa_model::{
    HttpResponse, Manifest, MediaResponse, MediaStep, OutboundMessage, Outcome, Prepared, Problem,
    Received, Request,
};
use tokio::sync::OwnedSemaphorePermit;

use crate::convert::weight::Weight;
use crate::instance::Instance;
use crate::metering::{End, Metering};
use crate::pace::Pace;
use crate::program::Program;
use crate::{CallContext, CallError, Called, GuestTimes, LogLevel, LogLine, Session, fault};

/// One exact build of an adapter, ready to be called.
///
/// Every call gets an instance of its own, which ends with it. Short calls run on
/// the thread that awaits them, others on tokio's threads for blocking work.
pub struct Revision {
    program: Arc<Program>,
    manifest: Manifest,
    interface_version: String,
    pace: Pace,
    metering: Metering,
}

type Outcomes<T> = Result<Called<T>, CallError>;

impl Revision {
    pub(crate) fn new(program: Arc<Program>, manifest: Manifest, interface: String) -> Self {
        Self {
            metering: Metering::new(&program.name, &program.sha256),
            program,
            manifest,
            interface_version: interface,
            pace: Pace::unknown(),
        }
    }

    /// The adapter's name in this host.
    pub fn name(&self) -> &str {
        &self.program.name
    }

    /// SHA-256 of the adapter's file, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.program.sha256
    }

    /// The version of `eclusa:adapter` which it was built against.
    pub fn interface_version(&self) -> &str {
        &self.interface_version
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How many calls are running or waiting for their turn.
    pub fn in_flight(&self) -> usize {
        self.metering.in_flight()
    }

    /// How long its calls in live traffic took, since it was loaded.
    pub fn guest_times(&self) -> GuestTimes {
        self.metering.times()
    }

    /// How many of its calls in live traffic failed, since it was loaded: they
    /// trapped, passed a limit, or did not get their turn.
    pub fn failures(&self) -> u64 {
        self.metering.failures()
    }

    /// The largest memory of any of its calls in live traffic, in bytes.
    pub fn memory_high_bytes(&self) -> usize {
        self.metering.memory_high()
    }

    /// What a request from the chat means.
    ///
    /// # Errors
    /// When the adapter traps, passes a limit or returns what the contract does
    /// not allow; `busy` when it did not get its turn.
    pub async fn receive(
        &self,
        cx: &CallContext,
        request: &Request,
    ) -> Result<Called<Result<Received, Problem>>, CallError> {
        const CALL: &str = "receive";
        let _arrived = self.metering.arrive();
        let permit = self.admit(CALL).await?;
        let result = if self.runs_here() {
            Instance::start(&*self.program, CALL, Some(cx))
                .and_then(|mut it| it.receive(cx, request))
        } else {
            let (program, cx, request) = (self.program.clone(), cx.clone(), request.clone());
            self.elsewhere(CALL, permit, move || {
                Instance::start(&*program, CALL, Some(&cx))
                    .and_then(|mut it| it.receive(&cx, &request))
            })
            .await
        };
        self.finish(CALL, cx, result, |value| value.is_err())
    }

    /// Which request sends the message.
    ///
    /// # Errors
    /// As for [`Revision::receive`].
    pub async fn send(
        &self,
        cx: &CallContext,
        message: &OutboundMessage,
    ) -> Result<Called<Result<Prepared, Problem>>, CallError> {
        const CALL: &str = "send";
        let _arrived = self.metering.arrive();
        let permit = self.admit(CALL).await?;
        let result = if self.runs_here() {
            Instance::start(&*self.program, CALL, Some(cx)).and_then(|mut it| it.send(cx, message))
        } else {
            let (program, cx, message) = (self.program.clone(), cx.clone(), message.clone());
            self.elsewhere(CALL, permit, move || {
                Instance::start(&*program, CALL, Some(&cx))
                    .and_then(|mut it| it.send(&cx, &message))
            })
            .await
        };
        self.finish(CALL, cx, result, |value| value.is_err())
    }

    /// What the chat's response to a message means.
    ///
    /// # Errors
    /// As for [`Revision::receive`].
    pub async fn settle(
        &self,
        cx: &CallContext,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Result<Called<Outcome>, CallError> {
        const CALL: &str = "settle";
        let _arrived = self.metering.arrive();
        let permit = self.admit(CALL).await?;
        let result = if self.runs_here() {
            Instance::start(&*self.program, CALL, Some(cx))
                .and_then(|mut it| it.settle(cx, message, response, state))
        } else {
            let (program, cx, message) = (self.program.clone(), cx.clone(), message.clone());
            let (response, state) = (response.clone(), state.map(str::to_owned));
            self.elsewhere(CALL, permit, move || {
                Instance::start(&*program, CALL, Some(&cx))
                    .and_then(|mut it| it.settle(&cx, &message, &response, state.as_deref()))
            })
            .await
        };
        self.finish(CALL, cx, result, |value| {
            matches!(value, Outcome::Refused(_) | Outcome::Retry(_))
        })
    }

    /// Which request brings the file with this handle.
    ///
    /// # Errors
    /// As for [`Revision::receive`].
    pub async fn media(
        &self,
        cx: &CallContext,
        handle: &str,
        previous: Option<&MediaResponse>,
    ) -> Result<Called<Result<MediaStep, Problem>>, CallError> {
        const CALL: &str = "media";
        let _arrived = self.metering.arrive();
        let permit = self.admit(CALL).await?;
        let result = if self.runs_here() {
            Instance::start(&*self.program, CALL, Some(cx))
                .and_then(|mut it| it.media(cx, handle, previous))
        } else {
            let (program, cx, handle) = (self.program.clone(), cx.clone(), handle.to_owned());
            let previous = previous.cloned();
            self.elsewhere(CALL, permit, move || {
                Instance::start(&*program, CALL, Some(&cx))
                    .and_then(|mut it| it.media(&cx, &handle, previous.as_ref()))
            })
            .await
        };
        self.finish(CALL, cx, result, |value| value.is_err())
    }

    /// An instance that answers several calls, one after another, on the calling
    /// thread.
    ///
    /// # Errors
    /// `busy` when all places for sessions stay taken.
    pub fn session(&self) -> Result<Session, CallError> {
        Session::open(&self.program, true)
    }

    /// Calls one after another on the calling thread, outside of live traffic:
    /// each gets an instance of its own, as in live traffic, and none is counted.
    ///
    /// # Errors
    /// `busy` when all places for sessions stay taken.
    pub fn rehearsal(&self) -> Result<Session, CallError> {
        Session::open(&self.program, false)
    }

    async fn admit(&self, call: &'static str) -> Result<OwnedSemaphorePermit, CallError> {
        let runtime = &self.program.runtime;
        if let Some(permit) = runtime.try_admit() {
            return Ok(permit);
        }
        let (permit, waited) = runtime.admit().await;
        self.metering.waited(waited);
        permit.ok_or_else(|| {
            let busy = fault::busy(&self.program, call);
            self.metering.record(call, &End::Error(&busy), &busy.report, 0);
            busy
        })
    }

    /// Whether a call runs on the thread that awaits it: when calls are short, or
    /// when there is no other thread to be had.
    fn runs_here(&self) -> bool {
        self.pace.is_short() || tokio::runtime::Handle::try_current().is_err()
    }

    /// Runs a call on a thread for blocking work. The permit goes along, since the
    /// call goes on even when nobody awaits it any more.
    async fn elsewhere<T: Send + 'static>(
        &self,
        call: &'static str,
        permit: OwnedSemaphorePermit,
        run: impl FnOnce() -> Outcomes<T> + Send + 'static,
    ) -> Outcomes<T> {
        let joined = tokio::task::spawn_blocking(move || {
            let result = run();
            drop(permit);
            result
        });
        match joined.await {
            Ok(result) => result,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(fault::not_run(&self.program, call)),
        }
    }

    fn finish<T: Weight>(
        &self,
        call: &'static str,
        cx: &CallContext,
        result: Outcomes<T>,
        is_problem: impl FnOnce(&T) -> bool,
    ) -> Outcomes<T> {
        let (report, end, output) = match &result {
            Ok(Called { value, report }) => {
                let end = if is_problem(value) { End::Problem } else { End::Ok };
                (report, end, value.weight())
            }
            // What it returned, if anything, is not taken.
            Err(error) => (&error.report, End::Error(error), 0),
        };
        self.pace.record(report.duration);
        self.metering.record(call, &end, report, output);
        for line in &report.log {
            self.pass_on(cx, line);
        }
        result
    }

    /// Writes a line of the guest's to the host's log, under its name.
    fn pass_on(&self, cx: &CallContext, line: &LogLine) {
        let (adapter, revision) = (self.name(), self.sha256());
        let (channel, text) = (cx.channel().id.as_str(), line.text.as_str());
        match line.level {
            LogLevel::Debug => tracing::debug!(adapter, revision, channel, "{text}"),
            LogLevel::Info => tracing::info!(adapter, revision, channel, "{text}"),
            LogLevel::Warn => tracing::warn!(adapter, revision, channel, "{text}"),
            LogLevel::Error => tracing::error!(adapter, revision, channel, "{text}"),
        }
    }
}

impl std::fmt::Debug for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Revision")
            .field("name", &self.name())
            .field("sha256", &self.sha256())
            .finish_non_exhaustive()
    }
}
