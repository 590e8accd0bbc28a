//! One running instance of an adapter, and the calls to it.

use std::ops::Deref;
use std::time::Instant;

use eclusa_model::{
    HttpResponse, MediaResponse, MediaStep, OutboundMessage, Outcome, Prepared, Problem, Received,
    Request,
};
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Lift, Lower};
use wasmtime::{Store, UpdateDeadline};

use crate::bindings::eclusa::adapter::exchange as wit;
use crate::convert::lift::{self, Refused};
use crate::convert::lower;
use crate::program::{Exports, Program};
use crate::state::State;
use crate::{CallContext, CallError, Called, call, fault};

/// One running instance of an adapter.
///
/// `P` is a reference for a single call, an `Arc` for a session.
pub(crate) struct Instance<P> {
    program: P,
    store: Store<State>,
    instance: wasmtime::component::Instance,
    started: Instant,
    /// The instance was started for the call that comes next.
    fresh: bool,
}

impl<P: Deref<Target = Program>> Instance<P> {
    /// Starts an instance for a call.
    pub(crate) fn start(
        program: P,
        call: &'static str,
        context: Option<&CallContext>,
    ) -> Result<Self, CallError> {
        let started = Instant::now();
        let runtime = &program.runtime;
        let mut store = Store::new(&runtime.wasmtime, State::new(&runtime.limits));
        store.limiter(State::limiter);
        store.set_hostcall_fuel(runtime.output_fuel());
        store.set_epoch_deadline(runtime.ticks);
        store.epoch_deadline_callback(|mut store| {
            Ok(if store.data_mut().time_is_up() {
                UpdateDeadline::Interrupt
            } else {
                UpdateDeadline::Continue(1)
            })
        });
        store.data_mut().begin(context);
        match program.pre.instantiate(&mut store) {
            Ok(instance) => Ok(Self { program, store, instance, started, fresh: true }),
            Err(error) => {
                let state = store.data_mut();
                let report = state.report(started.elapsed());
                Err(fault::trapped(&program, call, &error, state, report))
            }
        }
    }

    /// Calls a function and converts what it returns.
    fn call<A, R, T>(
        &mut self,
        call: &'static str,
        export: impl FnOnce(&Exports) -> &ComponentExportIndex,
        context: Option<&CallContext>,
        params: A,
        convert: impl FnOnce(R) -> Result<T, Refused>,
    ) -> Result<Called<T>, CallError>
    where
        A: ComponentNamedList + Lower,
        (R,): ComponentNamedList + Lift + Send + Sync + 'static,
    {
        if !std::mem::take(&mut self.fresh) {
            self.started = Instant::now();
            self.store.set_epoch_deadline(self.program.runtime.ticks);
            self.store.data_mut().begin(context);
        }
        let returned = self
            .instance
            .get_typed_func::<A, (R,)>(&mut self.store, export(&self.program.exports))
            .and_then(|function| function.call(&mut self.store, params));
        match returned.map(|(returned,)| convert(returned)) {
            Ok(Ok(value)) => {
                let report = self.store.data_mut().report(self.started.elapsed());
                Ok(Called { value, report })
            }
            Ok(Err(refused)) => {
                let report = self.store.data_mut().report(self.started.elapsed());
                Err(fault::refused(&self.program, call, &refused, report))
            }
            Err(error) => {
                let state = self.store.data_mut();
                let report = state.report(self.started.elapsed());
                Err(fault::trapped(&self.program, call, &error, state, report))
            }
        }
    }

    /// The manifest as text.
    pub(crate) fn describe(&mut self) -> Result<Called<String>, CallError> {
        self.call::<(), String, _>("describe", |it| &it.describe, None, (), Ok)
    }

    pub(crate) fn receive(
        &mut self,
        cx: &CallContext,
        request: &Request,
    ) -> Result<Called<Result<Received, Problem>>, CallError> {
        let max_events = self.program.runtime.limits.max_events;
        let query = lower::pairs(&request.query);
        let headers = lower::pairs(&request.headers);
        let params = (lower::channel(&cx.channel), lower::request(request, &query, &headers));
        self.call::<call::Receive<'_>, Result<wit::Received, wit::Problem>, _>(
            "receive",
            |it| &it.receive,
            Some(cx),
            params,
            |result| either(result, |received| lift::received(received, max_events)),
        )
    }

    pub(crate) fn send(
        &mut self,
        cx: &CallContext,
        message: &OutboundMessage,
    ) -> Result<Called<Result<Prepared, Problem>>, CallError> {
        let lists = lower::Lists::of(message);
        let params = (lower::channel(&cx.channel), lower::message(message, &lists));
        self.call::<call::Send<'_>, Result<wit::Prepared, wit::Problem>, _>(
            "send",
            |it| &it.send,
            Some(cx),
            params,
            |result| either(result, lift::prepared),
        )
    }

    pub(crate) fn settle(
        &mut self,
        cx: &CallContext,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Result<Called<Outcome>, CallError> {
        let lists = lower::Lists::of(message);
        let headers = lower::pairs(&response.headers);
        let params = (
            lower::channel(&cx.channel),
            lower::message(message, &lists),
            lower::response(response, &headers),
            state,
        );
        self.call::<call::Settle<'_>, wit::Outcome, _>(
            "settle",
            |it| &it.settle,
            Some(cx),
            params,
            lift::outcome,
        )
    }

    pub(crate) fn media(
        &mut self,
        cx: &CallContext,
        handle: &str,
        previous: Option<&MediaResponse>,
    ) -> Result<Called<Result<MediaStep, Problem>>, CallError> {
        let headers = previous.map(|it| lower::pairs(&it.response.headers)).unwrap_or_default();
        let previous = previous.map(|it| wit::MediaResponse {
            response: lower::response(&it.response, &headers),
            state: &it.state,
        });
        let params = (lower::channel(&cx.channel), handle, previous);
        self.call::<call::Media<'_>, Result<wit::MediaStep, wit::Problem>, _>(
            "media",
            |it| &it.media,
            Some(cx),
            params,
            |result| either(result, lift::media_step),
        )
    }
}

/// Converts an answer or a problem.
fn either<A, T>(
    result: Result<A, wit::Problem>,
    convert: impl FnOnce(A) -> Result<T, Refused>,
) -> Result<Result<T, Problem>, Refused> {
    match result {
        Ok(answer) => convert(answer).map(Ok),
        Err(problem) => lift::problem(problem).map(Err),
    }
}
