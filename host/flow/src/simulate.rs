//! A flow over a script, by the interpreter that production runs.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::limits::{MOST_SCRIPT, MOST_TRANSCRIPT};
use crate::{Action, Flow, Input, Outcome, Session, begin, step};

/// Something that happens, in a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub struct Moment {
    /// RFC 3339; not before the one before it.
    pub at: String,
    /// What happens. What the contact does opens an attendance where none is open;
    /// anything else happens to the one that is open, or to nobody. `due` only lets time
    /// pass.
    pub input: Input,
}

/// What a script came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Simulation {
    /// What happened and what the flow did, in order.
    pub transcript: Vec<Told>,
    /// How far the flow has come at the end; `None` where no attendance is open.
    pub session: Option<Session>,
    /// When time alone brings something next, RFC 3339.
    pub due_at: Option<String>,
    /// Where the script was not gone on with, and why; `None` where all of it was run.
    pub stopped: Option<Stopped>,
}

/// Where a script was not gone on with, since its transcript is too large.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// JSON pointer into the script: the first moment that was not run.
    pub pointer: String,
    /// Why.
    pub message: String,
    /// What to do.
    pub action: String,
}

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// RFC 3339, in UTC.
    pub at: String,
    /// What happened, or what the flow did.
    #[serde(flatten)]
    pub what: What,
}

/// What a line of a transcript tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// What happened; of the script.
    Input(Input),
    /// An attendance opened with it.
    Opens {},
    /// What the flow did.
    Action(Action),
}

/// Why a script cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScriptError {
    /// JSON pointer into the script.
    pub pointer: String,
    /// What is wrong, and what was expected.
    pub message: String,
}

/// Runs a script: begins, steps, and what is due in between when it is due. It stops at a
/// moment where the transcript has [`MOST_TRANSCRIPT`] bytes.
///
/// # Errors
/// Where a time is none or goes back, or the script is longer than
/// [`MOST_SCRIPT`].
pub fn simulate(flow: &Flow, script: &[Moment]) -> Result<Simulation, ScriptError> {
    if script.len() > MOST_SCRIPT {
        let message = format!("expected at most {MOST_SCRIPT} moments");
        return Err(ScriptError { pointer: String::new(), message });
    }
    let times = times(script)?;
    let mut run = Run { flow, session: None, transcript: Vec::new(), bytes: 0 };
    let mut stopped = None;
    for (place, (moment, now)) in script.iter().zip(times).enumerate() {
        if run.bytes >= MOST_TRANSCRIPT {
            stopped = Some(Stopped::at(place));
            break;
        }
        run.pass_until(now);
        run.happen(&moment.input, now);
    }
    let Run { session, transcript, .. } = run;
    let due_at = session.as_ref().and_then(|session| session.due_ms(flow)).map(rfc3339);
    Ok(Simulation { transcript, session, due_at, stopped })
}

impl Stopped {
    fn at(place: usize) -> Self {
        Self {
            pointer: format!("/{place}"),
            message: format!("the transcript has {} MiB, the most", MOST_TRANSCRIPT >> 20),
            action: "Try the rest in a script of its own, or say less in the flow.".to_owned(),
        }
    }
}

/// The times of a script, in Unix milliseconds.
fn times(script: &[Moment]) -> Result<Vec<i64>, ScriptError> {
    let mut before = i64::MIN;
    let mut times = Vec::with_capacity(script.len());
    for (place, moment) in script.iter().enumerate() {
        let wrong = |message: &str| ScriptError {
            pointer: format!("/{place}/at"),
            message: message.to_owned(),
        };
        let now = unix_ms(&moment.at)
            .ok_or_else(|| wrong("expected a time such as 2026-03-02T09:00:00-03:00"))?;
        if now < before {
            return Err(wrong("expected no time before that of the moment before it"));
        }
        before = now;
        times.push(now);
    }
    Ok(times)
}

struct Run<'a> {
    flow: &'a Flow,
    session: Option<Session>,
    transcript: Vec<Told>,
    /// Of the transcript as JSON.
    bytes: usize,
}

impl Run<'_> {
    /// Does what is due by a time; each is done once, so this ends.
    fn pass_until(&mut self, now: i64) {
        while let Some(session) = &self.session
            && let Some(due) = session.due_ms(self.flow).filter(|due| *due <= now)
        {
            let outcome = step(self.flow, session, &Input::Due, due);
            self.take(outcome, due);
        }
    }

    fn happen(&mut self, input: &Input, now: i64) {
        if *input == Input::Due {
            return;
        }
        self.tell(now, What::Input(input.clone()));
        match &self.session {
            Some(session) => {
                let outcome = step(self.flow, session, input, now);
                self.take(outcome, now);
            }
            None if input.is_of_contact() => {
                self.tell(now, What::Opens {});
                self.take(begin(self.flow, now), now);
            }
            None => {}
        }
    }

    fn take(&mut self, outcome: Outcome, now: i64) {
        for action in outcome.actions {
            self.tell(now, What::Action(action));
        }
        self.session = outcome.session;
    }

    fn tell(&mut self, now: i64, what: What) {
        let told = Told { at: rfc3339(now), what };
        // Writing to a counter cannot fail.
        let _ = serde_json::to_writer(Counter(&mut self.bytes), &told);
        self.transcript.push(told);
    }
}

/// Counts what is written to it.
struct Counter<'a>(&'a mut usize);

impl std::io::Write for Counter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        *self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn unix_ms(text: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

fn rfc3339(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        // Only for years that RFC 3339 cannot write.
        .unwrap_or_else(|| "9999-12-31T23:59:59Z".to_owned())
}
