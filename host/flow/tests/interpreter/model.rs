//! A second interpreter, written from docs/flows.md alone.
//!
//! It has another shape than the first on purpose. That one is a machine which is given
//! one input at a time and keeps how far it came. This one reads a whole history from its
//! beginning, as a program in which the place of execution is how far it came; it works
//! on the JSON that people write.

use eclusa_flow::Input;
use eclusa_model::Content;
use serde_json::{Value, json};

use crate::{choice, walls};

/// When time is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looks {
    /// Always: what is due is done when it is due.
    Always,
    /// Only with [`Input::Due`], and it brings one thing at most.
    WhenTold,
}

/// What a history came to.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Played {
    /// What the flow did, and when.
    pub(crate) did: Vec<(i64, Value)>,
    /// The session at the end, as JSON; `null` where no attendance is open.
    pub(crate) session: Value,
    /// When time brings something next.
    pub(crate) due: Option<i64>,
}

/// Plays what happens to a contact, from the first moment on.
pub(crate) fn play(flow: &Value, history: &[(i64, Input)], looks: Looks) -> Played {
    let mut play =
        Play { flow, rest: history.iter(), looks, now: 0, did: Vec::new(), waits: None, at: None };
    while let Some((now, input)) = play.rest.next() {
        if !is_word(input) {
            continue;
        }
        play.now = *now;
        match play.attendance() {
            Over::Attendance => (play.waits, play.at) = (None, None),
            Over::History => break,
        }
    }
    let session = play.at.as_ref().map_or(Value::Null, |at| {
        let (since, reminded) = play.waits.map_or((None, None), |it| (Some(it.since), it.reminded));
        json!({ "stage": at, "waiting_since_ms": since, "reminded_at_ms": reminded })
    });
    Played { due: play.due(), did: play.did, session }
}

fn is_word(input: &Input) -> bool {
    matches!(input, Input::Writes(_) | Input::Sends | Input::Presses { .. })
}

/// Why nothing more happens in an attendance.
enum Over {
    Attendance,
    History,
}

/// How a menu was left.
enum Left {
    Back,
    ForPerson,
}

/// We wait for the contact.
#[derive(Clone, Copy)]
struct Waits {
    since: i64,
    reminded: Option<i64>,
}

struct Play<'a> {
    flow: &'a Value,
    rest: std::slice::Iter<'a, (i64, Input)>,
    looks: Looks,
    now: i64,
    did: Vec<(i64, Value)>,
    waits: Option<Waits>,
    /// Where the contact is, as a session says it.
    at: Option<Value>,
}

impl<'a> Play<'a> {
    /// Everything of one attendance.
    fn attendance(&mut self) -> Over {
        let flow = self.flow;
        let ended = self.opening().and_then(|next| match next {
            Some(menu) => self.menu(menu, &mut Vec::new()),
            None => {
                self.queue(&flow["queue"]);
                Ok(Left::ForPerson)
            }
        });
        match ended.and_then(|_| self.person()) {
            Ok(never) => match never {},
            Err(over) => over,
        }
    }

    /// What is said first; the menu, where there is one to go to.
    fn opening(&mut self) -> Result<Option<&'a Value>, Over> {
        let flow = self.flow;
        self.say(&flow["greeting"]);
        let menu = Some(&flow["menu"]).filter(|menu| !menu.is_null());
        let hours = &flow["hours"];
        if hours.is_null() || walls::is_open(hours, self.now) {
            return Ok(menu);
        }
        self.say(&hours["away"]);
        match &hours["then"] {
            Value::String(word) if word == "close" => Err(self.close("outside_hours")),
            Value::String(_) => Ok(menu),
            then => {
                self.queue(&then["queue"]);
                self.person().map(|never| match never {})
            }
        }
    }

    /// A menu, until it is left.
    fn menu(&mut self, menu: &'a Value, path: &mut Vec<usize>) -> Result<Left, Over> {
        let retries = menu["retries"].as_u64().unwrap_or(2);
        let mut wrong = 0;
        self.show("", menu);
        loop {
            self.at = Some(json!({ "menu": { "path": path, "wrong": wrong } }));
            let input = self.next()?;
            if !is_word(&input) {
                // Somebody took it over: then we wait for the contact only if it was told
                // something.
                self.waits = (input == Input::Answered).then(|| self.begin_to_wait());
                return Ok(Left::ForPerson);
            }
            let Some(place) = choice::of(menu, &input) else {
                wrong += 1;
                if wrong > retries {
                    self.queue(&Value::Null);
                    return Ok(Left::ForPerson);
                }
                self.show(menu["invalid"].as_str().unwrap_or_default(), menu);
                continue;
            };
            wrong = 0;
            let then = &menu["options"][place]["then"];
            if then == "back" {
                return Ok(Left::Back);
            }
            if let Some(queue) = then.get("queue") {
                self.queue(queue);
                return Ok(Left::ForPerson);
            }
            if let Some(submenu) = then.get("submenu") {
                path.push(place);
                let left = self.menu(submenu, path)?;
                path.pop();
                if let Left::ForPerson = left {
                    return Ok(left);
                }
            } else {
                self.say(&then["answer"]["contents"]);
                let then = &then["answer"]["then"];
                if then == "close" {
                    return Err(self.close("answered"));
                }
                if let Some(queue) = then.get("queue") {
                    self.queue(queue);
                    return Ok(Left::ForPerson);
                }
            }
            self.show("", menu);
        }
    }

    /// A person has it, or it waits for one, until it ends.
    fn person(&mut self) -> Result<std::convert::Infallible, Over> {
        loop {
            self.at = Some(json!("person"));
            match self.next()? {
                Input::Answered => self.waits = Some(self.begin_to_wait()),
                Input::Assigned => {}
                // A word of the contact, or it waits for an agent again.
                _ => self.waits = None,
            }
        }
    }

    /// What happens next in this attendance, after what time brings before it.
    fn next(&mut self) -> Result<Input, Over> {
        loop {
            let (at, input) = self.rest.as_slice().first().ok_or(Over::History)?;
            if self.looks == Looks::Always
                && let Some(due) = self.due().filter(|due| due <= at)
            {
                self.now = due;
                self.time_is_up()?;
                continue;
            }
            self.rest.next();
            self.now = *at;
            match input {
                Input::Due => {
                    if self.looks == Looks::WhenTold && self.due().is_some_and(|due| due <= *at) {
                        self.time_is_up()?;
                    }
                }
                Input::Closed => {
                    self.say(&self.flow["closing"]);
                    return Err(Over::Attendance);
                }
                other => return Ok(other.clone()),
            }
        }
    }

    fn due(&self) -> Option<i64> {
        let waits = self.waits?;
        let after = |step: &str| Some(self.flow["idle"][step]["after_seconds"].as_i64()? * 1000);
        match (after("reminder"), after("close"), waits.reminded) {
            (Some(reminder), _, None) => Some(waits.since + reminder),
            (Some(reminder), Some(close), Some(reminded)) => Some(reminded + close - reminder),
            (None, Some(close), _) => Some(waits.since + close),
            (_, None, _) => None,
        }
    }

    fn time_is_up(&mut self) -> Result<(), Over> {
        let idle = &self.flow["idle"];
        let now = self.now;
        let Some(waits) = &mut self.waits else { return Ok(()) };
        if waits.reminded.is_none() && !idle["reminder"].is_null() {
            waits.reminded = Some(now);
            self.say(&idle["reminder"]["contents"]);
            return Ok(());
        }
        self.say(&idle["close"]["contents"]);
        Err(self.close("idle"))
    }

    fn begin_to_wait(&self) -> Waits {
        Waits { since: self.now, reminded: None }
    }

    fn show(&mut self, before: &str, menu: &Value) {
        let mut paragraphs = vec![before.to_owned()];
        paragraphs.push(menu["text"].as_str().unwrap_or_default().to_owned());
        paragraphs.push(choice::list(menu));
        paragraphs.retain(|it| !it.is_empty());
        let body = paragraphs.join("\n\n");
        self.say(&json!([{ "type": "text", "text": { "body": body } }]));
        self.waits = Some(self.begin_to_wait());
    }

    /// Those who wait for a person wait in the flow's queue where no other is named.
    fn queue(&mut self, named: &Value) {
        let queue = if named.is_null() { &self.flow["queue"] } else { named };
        self.did.push((self.now, json!({ "queues": { "queue": queue } })));
        self.waits = None;
    }

    fn close(&mut self, reason: &str) -> Over {
        self.say(&self.flow["closing"]);
        self.did.push((self.now, json!({ "closes": { "reason": reason } })));
        Over::Attendance
    }

    fn say(&mut self, contents: &Value) {
        for content in contents.as_array().into_iter().flatten() {
            // With what may be left out.
            let content: Content = serde_json::from_value(content.clone()).unwrap();
            self.did.push((self.now, json!({ "says": content })));
        }
    }
}
