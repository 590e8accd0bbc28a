//! The flow tried out before it is saved, by the interpreter that runs those of
//! channels. The form keeps what has happened so far.

use eclusa_flow::{
    Action, CloseReason, Flow, Input, MOST_SCRIPT, Menu, Moment, OptionAction, Simulation, Stage,
    What, simulate,
};
use eclusa_journal::unix_ms;
use eclusa_model::Content;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::super::frame::Frame;
use super::super::posted::Fields;
use super::super::wrong::Phrase;
use crate::api::Zone;

/// Most minutes that pass at once: those of thirty days.
const MOST_MINUTES: f64 = 30.0 * 24.0 * 60.0;

/// What was played so far.
pub(super) struct Simulator {
    /// As the form keeps it.
    pub(super) script: Vec<Moment>,
    /// When it begins, as a field of a form has it: `2026-11-23T09:00`.
    pub(super) start: String,
    /// What was typed and not sent.
    pub(super) text: String,
    pub(super) minutes: String,
    zone: Zone,
    start_ms: i64,
}

/// What came of it, as the page shows it.
pub(super) struct Played {
    pub(super) lines: Vec<Line>,
    /// The time that it is, as people write it.
    pub(super) now: String,
    /// What the flow waits for.
    pub(super) waits: Phrase,
    /// When time alone brings something.
    pub(super) due: Option<String>,
    /// What the contact can press: key and label.
    pub(super) options: Vec<(String, String)>,
    /// Whether an attendance is open.
    pub(super) open: bool,
    /// Why nothing more can happen.
    pub(super) over: Option<&'static str>,
}

/// A line of the conversation.
pub(super) struct Line {
    pub(super) clock: String,
    pub(super) exact: String,
    pub(super) what: Told,
}

/// What a line tells.
pub(super) enum Told {
    /// The contact did this.
    Contact(Content),
    /// The contact sent something else, or pressed a button: what it is called.
    Did(String),
    /// The flow said this.
    Says(Content),
    /// Something happened.
    Happened(String),
}

impl Simulator {
    /// What a form has kept; times are those of the flow's zone.
    pub(super) fn sent(fields: &Fields, zone: Zone, now_ms: i64) -> Self {
        let script = fields.get("script").and_then(|json| serde_json::from_str(json).ok());
        let mut script: Vec<Moment> = script.unwrap_or_default();
        script.truncate(MOST_SCRIPT);
        let typed = |name| fields.get(name).unwrap_or_default().to_owned();
        let start = fields.given("sim:start").map(str::to_owned);
        let read =
            start.as_deref().and_then(|it| PrimitiveDateTime::parse(it, &Iso8601::DEFAULT).ok());
        let start_ms = read.map_or(now_ms - now_ms.rem_euclid(60_000), |it| zone.instant(it));
        let minutes = Some(typed("sim:minutes")).filter(|it| !it.trim().is_empty());
        Self {
            script,
            start: of_field(zone, start_ms),
            text: typed("sim:text"),
            minutes: minutes.unwrap_or_else(|| "10".to_owned()),
            zone,
            start_ms,
        }
    }

    /// As a field of the form keeps it.
    pub(super) fn kept(&self) -> String {
        serde_json::to_string(&self.script).unwrap_or_default()
    }

    fn now_ms(&self) -> i64 {
        self.script.last().and_then(|last| unix_ms(&last.at)).unwrap_or(self.start_ms)
    }

    /// Does what a button says.
    pub(super) fn press(&mut self, button: &str, flow: Option<&Flow>) {
        let now = self.now_ms();
        if button == "restart" {
            self.script.clear();
            return;
        }
        if self.script.len() >= MOST_SCRIPT {
            return;
        }
        let input = match button.split_once('=').unwrap_or((button, "")) {
            ("write", "") if !self.text.trim().is_empty() => {
                Input::Writes(std::mem::take(&mut self.text))
            }
            ("option", key) => {
                let title = flow.and_then(|flow| label(flow.document().menu.as_ref()?, key));
                Input::Presses { payload: key.to_owned(), title: title.map(str::to_owned) }
            }
            ("file", "") => Input::Sends,
            ("answered", "") => Input::Answered,
            ("assigned", "") => Input::Assigned,
            ("closed", "") => Input::Closed,
            ("wait", "") => {
                let minutes = self.minutes.trim().replace(',', ".").parse::<f64>().unwrap_or(0.0);
                let ms = (minutes.clamp(0.0, MOST_MINUTES) * 60_000.0) as i64;
                return self.push(Input::Due, now.saturating_add(ms));
            }
            ("due", "") => {
                let due = flow.and_then(|flow| simulate(flow, &self.script).ok());
                let due = due.and_then(|done| unix_ms(&done.due_at?));
                return due.map_or((), |due| self.push(Input::Due, due));
            }
            _ => return,
        };
        self.push(input, now);
    }

    fn push(&mut self, input: Input, at_ms: i64) {
        let time = OffsetDateTime::UNIX_EPOCH.checked_add(Duration::milliseconds(at_ms));
        if let Some(at) = time.and_then(|time| time.format(&Rfc3339).ok()) {
            self.script.push(Moment { at, input });
        }
    }

    /// Plays it. One that somebody has changed by hand, and that is none, begins anew.
    pub(super) fn play(&mut self, at: &Frame, flow: &Flow) -> Option<Played> {
        let done = simulate(flow, &self.script).or_else(|_| {
            self.script.clear();
            simulate(flow, &self.script)
        });
        Some(self.played(at, flow, done.ok()?))
    }

    fn played(&self, at: &Frame, flow: &Flow, done: Simulation) -> Played {
        let is_long = self.script.len() >= MOST_SCRIPT;
        let over = match done.stopped {
            Some(_) => Some("sim-stopped"),
            None => is_long.then_some("sim-full"),
        };
        let stage = done.session.as_ref().map(|session| &session.stage);
        let menu = match stage {
            Some(Stage::Menu { path, .. }) => shown_menu(flow, path),
            _ => None,
        };
        let waits = match stage {
            None if done.transcript.is_empty() => "sim-waits-first",
            None => "sim-waits-none",
            Some(Stage::Menu { .. }) => "sim-waits-menu",
            Some(Stage::Person) => "sim-waits-person",
        };
        let time = |text: &str| unix_ms(text).map(|ms| self.clock(ms)).unwrap_or_default();
        let line = |told: eclusa_flow::Told| Line {
            clock: time(&told.at),
            what: told_line(at, told.what),
            exact: told.at,
        };
        let lines = done.transcript.into_iter().map(line).collect();
        Played {
            lines,
            now: self.day_and_clock(at, self.now_ms()),
            waits: Phrase::said(at, waits),
            due: done.due_at.and_then(|due| Some(self.day_and_clock(at, unix_ms(&due)?))),
            options: menu
                .into_iter()
                .flat_map(|menu| &menu.options)
                .map(|it| (it.key.clone(), it.label.clone()))
                .collect(),
            open: done.session.is_some(),
            over,
        }
    }

    fn clock(&self, ms: i64) -> String {
        let time = self.zone.local(ms);
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    fn day_and_clock(&self, at: &Frame, ms: i64) -> String {
        let weekday = match self.zone.local(ms).weekday() {
            time::Weekday::Monday => "flow-monday",
            time::Weekday::Tuesday => "flow-tuesday",
            time::Weekday::Wednesday => "flow-wednesday",
            time::Weekday::Thursday => "flow-thursday",
            time::Weekday::Friday => "flow-friday",
            time::Weekday::Saturday => "flow-saturday",
            time::Weekday::Sunday => "flow-sunday",
        };
        let date = super::super::format::date_time(at.language, self.zone.local(ms));
        format!("{}, {date}", at.say(weekday))
    }
}

/// A time as a field of a form has it.
fn of_field(zone: Zone, ms: i64) -> String {
    let time = zone.local(ms);
    format!("{}T{:02}:{:02}", time.date(), time.hour(), time.minute())
}

/// The menu that the contact sees.
fn shown_menu<'a>(flow: &'a Flow, path: &[usize]) -> Option<&'a Menu> {
    let first = flow.document().menu.as_ref()?;
    path.iter().try_fold(first, |menu, place| match &menu.options.get(*place)?.then {
        OptionAction::Submenu(menu) => Some(menu),
        _ => None,
    })
}

/// What a line of the transcript tells.
fn told_line(at: &Frame, what: What) -> Told {
    let said = |key: &str| Told::Happened(at.say(key).to_string());
    match what {
        What::Input(Input::Writes(text)) => Told::Contact(Content::text(text)),
        What::Input(Input::Sends) => Told::Did(at.say("sim-sent-file").to_string()),
        What::Input(Input::Presses { payload, title }) => {
            let title = title.unwrap_or(payload);
            Told::Did(at.say("inbox-pressed").arg("title", title).to_string())
        }
        What::Input(Input::Answered) => said("sim-answered"),
        What::Input(Input::Assigned) => said("sim-assigned"),
        What::Input(Input::Closed) => said("sim-closed"),
        What::Input(Input::Queued) => said("sim-queued-by-person"),
        What::Input(Input::Transferred) => said("sim-transferred"),
        What::Input(Input::Due) => said("sim-due"),
        What::Opens {} => said("sim-opens"),
        What::Action(Action::Says(content)) => Told::Says(content),
        What::Action(Action::Queues { queue: Some(queue) }) => {
            Told::Happened(at.say("sim-queues").arg("queue", queue).to_string())
        }
        What::Action(Action::Queues { queue: None }) => said("sim-queues-nowhere"),
        What::Action(Action::Closes { reason }) => said(match reason {
            CloseReason::OutsideHours => "sim-closes-outside-hours",
            CloseReason::Answered => "sim-closes-answered",
            CloseReason::Idle => "sim-closes-idle",
        }),
    }
}

/// What stands on the button of the first option with this key.
fn label<'a>(menu: &'a Menu, key: &str) -> Option<&'a str> {
    menu.options.iter().find_map(|option| match &option.then {
        _ if option.key == key => Some(option.label.as_str()),
        OptionAction::Submenu(menu) => label(menu, key),
        _ => None,
    })
}
