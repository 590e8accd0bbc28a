//! Several calls on the calling thread, outside of live traffic.

use std::sync::Arc;

use eclusa_model::{
    ChannelView, HttpResponse, MediaResponse, MediaStep, OutboundMessage, Outcome, Prepared,
    Problem, Received, Request, SampleChannel, SampleSubject,
};

use crate::instance::Instance;
use crate::places::Place;
use crate::program::Program;
use crate::{CallContext, CallError, Called, fault};

/// Calls one after another on the calling thread, outside of live traffic: it has
/// a place of its own and its calls are not counted.
///
/// All calls go to one instance, until one fails; the next starts another. This
/// is how loading finds adapters that keep something between calls, and how
/// benchmarks tell the cost of a call from that of a fresh instance.
pub struct Session {
    program: Arc<Program>,
    // Declared before the place, so that the instance is gone when its place is
    // given to another.
    instance: Option<Kept>,
    reuse: bool,
    _place: Place,
}

type Kept = Instance<Arc<Program>>;

impl Session {
    /// Without `reuse`, every call gets an instance of its own, as live traffic
    /// does.
    pub(crate) fn open(program: &Arc<Program>, reuse: bool) -> Result<Self, CallError> {
        let place = program.runtime.admit_session();
        Self::at(place, program, reuse)
    }

    /// A session of a file that is being loaded.
    pub(crate) fn for_loading(program: &Arc<Program>, reuse: bool) -> Result<Self, CallError> {
        let place = program.runtime.admit_loading();
        Self::at(place, program, reuse)
    }

    fn at(
        place: Result<Place, usize>,
        program: &Arc<Program>,
        reuse: bool,
    ) -> Result<Self, CallError> {
        let place = place.map_err(|count| fault::no_session(program, count))?;
        Ok(Self { program: Arc::clone(program), instance: None, reuse, _place: place })
    }

    /// The manifest as the adapter returns it.
    pub(crate) fn describe(&mut self) -> Result<Called<String>, CallError> {
        self.call("describe", None, Kept::describe)
    }

    /// What a request from the chat means.
    ///
    /// # Errors
    /// As for [`Revision::receive`](crate::Revision::receive).
    pub fn receive(
        &mut self,
        cx: &CallContext,
        request: &Request,
    ) -> Result<Called<Result<Received, Problem>>, CallError> {
        self.call("receive", Some(cx), |it| it.receive(cx, request))
    }

    /// Which request sends the message.
    ///
    /// # Errors
    /// As for [`Revision::receive`](crate::Revision::receive).
    pub fn send(
        &mut self,
        cx: &CallContext,
        message: &OutboundMessage,
    ) -> Result<Called<Result<Prepared, Problem>>, CallError> {
        self.call("send", Some(cx), |it| it.send(cx, message))
    }

    /// What the chat's response to a message means.
    ///
    /// # Errors
    /// As for [`Revision::receive`](crate::Revision::receive).
    pub fn settle(
        &mut self,
        cx: &CallContext,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Result<Called<Outcome>, CallError> {
        self.call("settle", Some(cx), |it| it.settle(cx, message, response, state))
    }

    /// Which request brings the file with this handle.
    ///
    /// # Errors
    /// As for [`Revision::receive`](crate::Revision::receive).
    pub fn media(
        &mut self,
        cx: &CallContext,
        handle: &str,
        previous: Option<&MediaResponse>,
    ) -> Result<Called<Result<MediaStep, Problem>>, CallError> {
        self.call("media", Some(cx), |it| it.media(cx, handle, previous))
    }

    fn call<T>(
        &mut self,
        call: &'static str,
        context: Option<&CallContext>,
        run: impl FnOnce(&mut Kept) -> Result<Called<T>, CallError>,
    ) -> Result<Called<T>, CallError> {
        let mut instance = match self.instance.take() {
            Some(instance) => instance,
            None => Instance::start(Arc::clone(&self.program), call, context)?,
        };
        // An instance that failed is never called again.
        let called = run(&mut instance)?;
        if self.reuse {
            self.instance = Some(instance);
        }
        Ok(called)
    }
}

impl SampleSubject for Session {
    fn receive(
        &mut self,
        channel: &SampleChannel,
        request: &Request,
    ) -> Result<Result<Received, Problem>, String> {
        let cx = CallContext::from(channel);
        Self::receive(self, &cx, request).map(|called| called.value).map_err(in_words)
    }

    fn send(
        &mut self,
        channel: &ChannelView,
        message: &OutboundMessage,
    ) -> Result<Result<Prepared, Problem>, String> {
        let cx = CallContext::without_secrets(channel.clone());
        Self::send(self, &cx, message).map(|called| called.value).map_err(in_words)
    }

    fn settle(
        &mut self,
        channel: &ChannelView,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Result<Outcome, String> {
        let cx = CallContext::without_secrets(channel.clone());
        Self::settle(self, &cx, message, response, state)
            .map(|called| called.value)
            .map_err(in_words)
    }
}

fn in_words(error: CallError) -> String {
    let panic = error.panic.as_deref().map(|panic| format!(": {}", panic.trim_end()));
    format!(
        "`{}` failed: {} ({}){}",
        error.call,
        error.message,
        error.code,
        panic.unwrap_or_default()
    )
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("adapter", &self.program.name).finish_non_exhaustive()
    }
}
