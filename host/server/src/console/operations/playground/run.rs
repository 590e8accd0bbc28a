//! Runs an adapter once, in the places that live traffic does not use.

use eclusa_engine::{CallError, CallReport, Called};
use eclusa_ingress::redact;
use eclusa_model::{Prepared, Problem, Received, Warning};
use tokio::sync::TryAcquireError;

use super::super::words;
use super::form::{Input, Subject};
use crate::app::App;
use crate::console::language::Language;
use crate::problem::ApiProblem;

/// What came of it.
pub(super) struct Outcome {
    /// The revision, by its first digits.
    pub(super) revision: String,
    pub(super) time: String,
    pub(super) memory: String,
    /// Level and text of each line that the adapter has logged.
    pub(super) log: Vec<(String, String)>,
    pub(super) log_cut: bool,
    pub(super) answer: Answer,
    pub(super) warnings: Vec<Warning>,
}

/// What the adapter answered.
pub(super) enum Answer {
    /// Events, and the reply to the chat where there is one.
    Events { count: usize, events: String, reply: Option<String> },
    /// A request; secrets are placeholders.
    Request(String),
    /// It refuses.
    Problem(Problem),
    /// It failed: code, message, what to do, what it wrote and where.
    Failure { code: String, message: String, action: String, trace: String },
}

/// Runs it.
pub(super) async fn run(
    app: &App,
    language: Language,
    subject: Subject,
    input: Input,
) -> Result<Outcome, ApiProblem> {
    // Two at a time: the threads for blocking work are for others too.
    let place = std::sync::Arc::clone(&app.playing).try_acquire_owned();
    let place = place.map_err(|error| match error {
        TryAcquireError::NoPermits | TryAcquireError::Closed => {
            ApiProblem::unavailable("busy", "the playground is in use", 1)
        }
    })?;
    let revision = words::revision(subject.revision.sha256());
    let task = tokio::task::spawn_blocking(move || {
        let _place = place;
        called(&subject, input)
    });
    let (report, answer, warnings) =
        task.await.map_err(|_| ApiProblem::unavailable("stopping", "the server is stopping", 5))?;
    Ok(Outcome {
        revision,
        time: words::micros(language, report.duration.as_secs_f64() * 1e6),
        memory: words::bytes(language, report.memory_bytes as u64),
        log: report.log.into_iter().map(|it| (words::name(&it.level), it.text)).collect(),
        log_cut: report.log_cut,
        answer,
        warnings,
    })
}

type Done = (CallReport, Answer, Vec<Warning>);

fn called(Subject { revision, context }: &Subject, input: Input) -> Done {
    let mut session = match revision.rehearsal() {
        Ok(session) => session,
        Err(error) => return failed(&error),
    };
    match input {
        Input::Receive(mut request) => {
            redact(&mut request, [revision.manifest()]);
            match session.receive(context, &request) {
                Ok(Called { value: Ok(received), report }) => events(received, report),
                Ok(Called { value: Err(problem), report }) => refused(problem, report),
                Err(error) => failed(&error),
            }
        }
        Input::Send(message) => match session.send(context, &message) {
            Ok(Called { value: Ok(prepared), report }) => request(prepared, report),
            Ok(Called { value: Err(problem), report }) => refused(problem, report),
            Err(error) => failed(&error),
        },
    }
}

fn events(received: Received, report: CallReport) -> Done {
    let answer = Answer::Events {
        count: received.events.len(),
        events: words::pretty(&received.events),
        reply: received.reply.as_ref().map(words::pretty),
    };
    (report, answer, received.warnings)
}

fn request(prepared: Prepared, report: CallReport) -> Done {
    (report, Answer::Request(words::pretty(&prepared.request)), prepared.warnings)
}

fn refused(problem: Problem, report: CallReport) -> Done {
    (report, Answer::Problem(problem), Vec::new())
}

fn failed(error: &CallError) -> Done {
    let trace = error.panic.iter().map(|panic| panic.trim_end().to_owned());
    let trace = trace.chain(error.backtrace.iter().map(|function| format!("at {function}")));
    let answer = Answer::Failure {
        code: error.code.to_owned(),
        message: error.message.clone(),
        action: error.action.to_owned(),
        trace: trace.collect::<Vec<_>>().join("\n"),
    };
    (error.report.clone(), answer, Vec::new())
}
