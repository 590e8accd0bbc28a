//! The interpreter.

use eclusa_model::Content;

use crate::document::{AfterAnswer, Menu, Next, OptionAction};
use crate::{Action, CloseReason, Flow, Input, Session, Stage, menu};

/// What came of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// How far it has come; `None` where the attendance is over.
    pub session: Option<Session>,
    /// What is to be done, in this order.
    pub actions: Vec<Action>,
}

/// An attendance opened, at a time in Unix milliseconds. The message that opened it is no
/// answer to a menu that the contact has not seen.
pub fn begin(flow: &Flow, now_ms: i64) -> Outcome {
    let session = Session { stage: Stage::Person, waiting_since_ms: None, reminded_at_ms: None };
    let mut run = Run::new(flow, session, now_ms);
    run.open();
    run.done()
}

/// Something happened in an attendance, at a time in Unix milliseconds.
pub fn step(flow: &Flow, session: &Session, input: &Input, now_ms: i64) -> Outcome {
    let mut run = Run::new(flow, session.clone(), now_ms);
    let in_menu = matches!(run.session.stage, Stage::Menu { .. });
    match input {
        Input::Writes(text) if in_menu => run.choose([Some(text.as_str()), None]),
        Input::Presses { payload, title } if in_menu => {
            run.choose([Some(payload.as_str()), title.as_deref()]);
        }
        Input::Sends if in_menu => run.choose([None, None]),
        Input::Writes(_) | Input::Presses { .. } | Input::Sends => run.stop_waiting(),
        Input::Answered => {
            run.session.stage = Stage::Person;
            run.wait();
        }
        Input::Assigned if in_menu => run.hand_over(),
        Input::Assigned => {}
        Input::Queued | Input::Transferred => run.hand_over(),
        Input::Closed => run.end(None),
        Input::Due => run.due(),
    }
    run.done()
}

struct Run<'a> {
    flow: &'a Flow,
    session: Session,
    now_ms: i64,
    actions: Vec<Action>,
    is_over: bool,
}

impl<'a> Run<'a> {
    fn new(flow: &'a Flow, session: Session, now_ms: i64) -> Self {
        Self { flow, session, now_ms, actions: Vec::new(), is_over: false }
    }

    fn done(self) -> Outcome {
        Outcome { session: (!self.is_over).then_some(self.session), actions: self.actions }
    }

    fn open(&mut self) {
        let document = self.flow.document();
        self.say(&document.greeting);
        match &document.hours {
            Some(hours) if !self.flow.is_open(self.now_ms) => {
                self.say(&hours.away);
                match &hours.then {
                    Next::Menu => self.first_menu(),
                    Next::Queue(queue) => self.queue(queue.as_deref()),
                    Next::Close => self.end(Some(CloseReason::OutsideHours)),
                }
            }
            _ => self.first_menu(),
        }
    }

    /// The flow's menu, or a person where it has none.
    fn first_menu(&mut self) {
        match &self.flow.document().menu {
            Some(menu) => self.show(menu, Vec::new()),
            None => self.queue(None),
        }
    }

    fn show(&mut self, menu: &Menu, path: Vec<usize>) {
        self.actions.push(Action::Says(Content::text(menu::shown(menu))));
        self.session.stage = Stage::Menu { path, wrong: 0 };
        self.wait();
    }

    /// Takes an answer to the menu: the first of these that is one of its options.
    fn choose(&mut self, answers: [Option<&str>; 2]) {
        self.stop_waiting();
        let Stage::Menu { path, wrong } = self.session.stage.clone() else { return };
        let first = self.flow.document().menu.as_ref();
        // A session of another flow's: a person knows what to do.
        let Some(menu) = first.and_then(|first| menu::at(first, &path)) else {
            return self.queue(None);
        };
        let place = answers.into_iter().flatten().find_map(|answer| menu::chosen(menu, answer));
        let option = place.and_then(|place| Some((place, menu.options.get(place)?)));
        let Some((place, option)) = option else {
            return self.not_understood(menu, path, wrong + 1);
        };
        match &option.then {
            OptionAction::Queue(queue) => self.queue(queue.as_deref()),
            OptionAction::Answer(answer) => {
                self.say(&answer.contents);
                match &answer.then {
                    AfterAnswer::Menu => self.show(menu, path),
                    AfterAnswer::Queue(queue) => self.queue(queue.as_deref()),
                    AfterAnswer::Close => self.end(Some(CloseReason::Answered)),
                }
            }
            OptionAction::Submenu(submenu) => {
                let path = path.into_iter().chain([place]).collect();
                self.show(submenu, path);
            }
            OptionAction::Back => {
                let path = path.split_last().map(|(_, path)| path.to_vec()).unwrap_or_default();
                match first.and_then(|first| menu::at(first, &path)) {
                    Some(menu) => self.show(menu, path),
                    None => self.queue(None),
                }
            }
        }
    }

    fn not_understood(&mut self, menu: &Menu, path: Vec<usize>, wrong: u32) {
        if wrong > menu.retries {
            return self.queue(None);
        }
        let shown = menu::shown(menu);
        let text = match &menu.invalid {
            Some(invalid) => format!("{}\n\n{shown}", invalid.trim_end()),
            None => shown,
        };
        self.actions.push(Action::Says(Content::text(text)));
        self.session.stage = Stage::Menu { path, wrong };
        self.wait();
    }

    fn due(&mut self) {
        let due = self.session.due_ms(self.flow).is_some_and(|due| due <= self.now_ms);
        let Some(idle) = self.flow.document().idle.as_ref().filter(|_| due) else { return };
        match (&idle.reminder, &idle.close) {
            (Some(reminder), _) if self.session.reminded_at_ms.is_none() => {
                self.session.reminded_at_ms = Some(self.now_ms);
                self.say(&reminder.contents);
            }
            (_, Some(close)) => {
                self.say(&close.contents);
                self.end(Some(CloseReason::Idle));
            }
            _ => {}
        }
    }

    fn queue(&mut self, queue: Option<&str>) {
        let queue = queue.or(self.flow.document().queue.as_deref()).map(str::to_owned);
        self.actions.push(Action::Queues { queue });
        self.hand_over();
    }

    /// The contact waits for a person.
    fn hand_over(&mut self) {
        self.session.stage = Stage::Person;
        self.stop_waiting();
    }

    /// Says goodbye; closes the attendance itself where nobody has.
    fn end(&mut self, reason: Option<CloseReason>) {
        self.say(&self.flow.document().closing);
        self.actions.extend(reason.map(|reason| Action::Closes { reason }));
        self.is_over = true;
    }

    fn say(&mut self, contents: &[Content]) {
        self.actions.extend(contents.iter().cloned().map(Action::Says));
    }

    fn wait(&mut self) {
        self.session.waiting_since_ms = Some(self.now_ms);
        self.session.reminded_at_ms = None;
    }

    fn stop_waiting(&mut self) {
        self.session.waiting_since_ms = None;
        self.session.reminded_at_ms = None;
    }
}
