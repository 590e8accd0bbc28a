//! The form of a flow: a part for each part of its document.

use serde_json::Value;

use super::super::field::{Choice, Field, Kind};
use super::super::frame::Frame;
use super::super::wrong::Phrase;
use super::block::{Block, Button, Shape};
use super::contents::{contents, list};
use super::{blank, clock};

/// What a draft has no value for.
const NOTHING: Value = Value::Null;

/// Makes the parts.
pub(super) struct Outline<'a> {
    pub(super) at: &'a Frame,
}

/// The cards of the form, in the order in which a flow runs.
pub(super) fn outline<'a>(at: &'a Frame, draft: &Value, is_new: bool) -> Vec<Block<'a>> {
    let make = Outline { at };
    let said = |name: &str| draft.get(name).unwrap_or(&NOTHING);
    let mut about = make.block("", "flow-about", Shape::Card);
    about.fields.push(make.text("/name", "field-name", "flow-name-hint", said("name")));
    if is_new {
        about.fields.push(make.text("/id", "field-id", "field-id-hint", said("id")));
    }
    let queue = make.text("/queue", "flow-queue", "flow-queue-hint", said("queue"));
    about.fields.push(queue);
    vec![
        about,
        list(&make, "/greeting", "flow-greeting", "flow-greeting-hint", said("greeting")),
        make.hours(said("hours")),
        make.first_menu(said("menu")),
        make.idle(said("idle")),
        list(&make, "/closing", "flow-closing", "flow-closing-hint", said("closing")),
    ]
}

impl<'a> Outline<'a> {
    pub(super) fn say(&self, key: &str) -> String {
        self.at.say(key).to_string()
    }

    pub(super) fn block(&self, pointer: &str, title: &str, shape: Shape) -> Block<'a> {
        Block::new(self.at, pointer, self.say(title), shape)
    }

    /// A field; `hint` may be empty.
    pub(super) fn field(
        &self,
        pointer: &str,
        kind: Kind,
        label: &str,
        hint: &str,
        value: String,
    ) -> Field {
        let said = |key: &str| match key {
            "" => Phrase::default(),
            key => Phrase::said(self.at, key),
        };
        Field {
            pointer: pointer.to_owned(),
            kind,
            label: said(label),
            hint: said(hint),
            value,
            required: false,
            wrong: None,
        }
    }

    /// A field of one line for a text or a number.
    pub(super) fn text(&self, pointer: &str, label: &str, hint: &str, value: &Value) -> Field {
        self.field(pointer, Kind::Text, label, hint, plain(value))
    }

    /// A field that chooses what a part is.
    pub(super) fn kind(
        &self,
        pointer: &str,
        label: &str,
        choices: &[(&str, &str)],
        part: &Value,
    ) -> Field {
        let choice = |(value, key): &(&str, &str)| Choice {
            value: (*value).to_owned(),
            label: self.say(key),
        };
        let kind = Kind::Select(choices.iter().map(choice).collect());
        let value = blank::kind(part).to_owned();
        self.field(&format!("kind:{pointer}"), kind, label, "", value)
    }

    pub(super) fn button(&self, what: &str, pointer: &str, label: &'static str) -> Button {
        Button { value: format!("{what}:{pointer}"), label, about: String::new() }
    }

    /// The queue that a part leads to, where it leads to one.
    pub(super) fn queue_of(&self, pointer: &str, then: &Value) -> Option<Field> {
        let queue = then.get("queue")?;
        let pointer = format!("{pointer}/queue");
        Some(self.text(&pointer, "flow-queue-name", "flow-queue-name-hint", queue))
    }

    fn hours(&self, hours: &Value) -> Block<'a> {
        let mut card = self.block("/hours", "flow-hours", Shape::Card);
        card.hint = "flow-hours-hint";
        if !hours.is_object() {
            card.buttons.push(self.button("add", "/hours", "flow-hours-add"));
            return card;
        }
        let zone = hours.get("time_zone").unwrap_or(&NOTHING);
        let zone = self.text("/hours/time_zone", "flow-zone", "flow-zone-hint", zone);
        card.fields.push(zone);
        let mut week = self.block("/hours/weekly", "flow-week", Shape::Beside);
        week.hint = "flow-week-hint";
        for (day, label) in DAYS {
            let spans = hours.pointer(&format!("/weekly/{day}")).unwrap_or(&NOTHING);
            let pointer = format!("/hours/weekly/{day}");
            week.fields.push(self.field(&pointer, Kind::Text, label, "", clock::line(spans)));
        }
        card.blocks.push(week);
        card.blocks.push(self.holidays(hours.get("holidays").unwrap_or(&NOTHING)));
        let away = hours.get("away").unwrap_or(&NOTHING);
        card.blocks.push(contents(self, "/hours/away", "flow-away", "flow-away-hint", away));
        let mut then = self.block("/hours/then", "flow-after-away", Shape::Bare);
        let next = hours.get("then").unwrap_or(&NOTHING);
        let choices = [
            ("queue", "flow-then-queue"),
            ("menu", "flow-then-menu"),
            ("close", "flow-then-close"),
        ];
        then.fields.push(self.kind("/hours/then", "flow-after-away", &choices, next));
        then.fields.extend(self.queue_of("/hours/then", next));
        card.blocks.push(then);
        card.buttons.push(self.button("remove", "/hours", "flow-hours-remove"));
        card
    }

    fn holidays(&self, holidays: &Value) -> Block<'a> {
        let mut all = self.block("/hours/holidays", "flow-holidays", Shape::Framed);
        for (place, holiday) in holidays.as_array().into_iter().flatten().enumerate() {
            let pointer = format!("/hours/holidays/{place}");
            let said = |name: &str| holiday.get(name).unwrap_or(&NOTHING);
            let number = self.at.say("flow-holiday").arg("number", place + 1).to_string();
            let mut one = Block::new(self.at, &pointer, number, Shape::Beside);
            let field = |name: &str, label, hint| {
                self.text(&format!("{pointer}/{name}"), label, hint, said(name))
            };
            one.fields.push(field("date", "flow-holiday-date", "flow-holiday-date-hint"));
            one.fields.push(field("name", "flow-holiday-name", ""));
            let open = format!("{pointer}/open");
            let open_text = clock::line(said("open"));
            let hint = "flow-holiday-open-hint";
            one.fields.push(self.field(&open, Kind::Text, "flow-holiday-open", hint, open_text));
            one.buttons.push(self.button("remove", &pointer, "flow-remove"));
            all.blocks.push(one);
        }
        all.buttons.push(self.button("add", "/hours/holidays", "flow-holiday-add"));
        all
    }

    fn first_menu(&self, menu: &Value) -> Block<'a> {
        let mut card = self.block("/menu", "flow-menu", Shape::Card);
        card.hint = "flow-menu-hint";
        if menu.is_object() {
            self.menu(&mut card, menu, true);
            card.buttons.push(self.button("remove", "/menu", "flow-menu-remove"));
        } else {
            card.buttons.push(self.button("add", "/menu", "flow-menu-add"));
        }
        card
    }

    /// The fields of a menu, and its options.
    fn menu(&self, block: &mut Block<'a>, menu: &Value, is_first: bool) {
        let said = |name: &str| menu.get(name).unwrap_or(&NOTHING);
        let pointer = block.pointer.clone();
        let below = |name: &str| format!("{pointer}/{name}");
        let text = plain(said("text"));
        let hint = "flow-menu-text-hint";
        block.fields.push(self.field(&below("text"), Kind::Area, "flow-menu-text", hint, text));
        let mut options = self.block(&below("options"), "flow-options", Shape::Bare);
        for (place, option) in said("options").as_array().into_iter().flatten().enumerate() {
            options.blocks.push(self.option(&options.pointer, place, option, is_first));
        }
        options.buttons.push(self.button("add", &options.pointer, "flow-option-add"));
        block.blocks.push(options);
        let mut wrong = self.block(&format!("{pointer}#wrong"), "flow-wrong", Shape::Framed);
        let invalid = plain(said("invalid"));
        let hint = "flow-invalid-hint";
        wrong.fields.push(self.field(&below("invalid"), Kind::Text, "flow-invalid", hint, invalid));
        let retries = match said("retries") {
            Value::Null => "2".to_owned(),
            retries => plain(retries),
        };
        let kind = Kind::Number;
        wrong.fields.push(self.field(
            &below("retries"),
            kind,
            "flow-retries",
            "flow-retries-hint",
            retries,
        ));
        block.blocks.push(wrong);
    }

    fn option(&self, list: &str, place: usize, option: &Value, is_first: bool) -> Block<'a> {
        let pointer = format!("{list}/{place}");
        let said = |name: &str| option.get(name).unwrap_or(&NOTHING);
        let title = self.at.say("flow-option").arg("number", place + 1);
        let title = match plain(said("label")) {
            label if label.trim().is_empty() => title.to_string(),
            label => format!("{title}: {label}"),
        };
        let mut block = Block::new(self.at, &pointer, title.clone(), Shape::Framed);
        let below = |name: &str| format!("{pointer}/{name}");
        let mut line = self.block(&format!("{pointer}#line"), "flow-option", Shape::Beside);
        line.title = String::new();
        line.fields.push(self.text(&below("key"), "flow-key", "flow-key-hint", said("key")));
        line.fields.push(self.text(&below("label"), "flow-label", "", said("label")));
        let then = said("then");
        let back = ("back", "flow-then-back");
        let mut choices = vec![
            ("queue", "flow-then-queue"),
            ("answer", "flow-then-answer"),
            ("submenu", "flow-then-submenu"),
        ];
        // It is an error there, but one that is to be seen where it is.
        choices.extend((!is_first || blank::kind(then) == "back").then_some(back));
        line.fields.push(self.kind(&below("then"), "flow-then", &choices, then));
        line.fields.extend(self.queue_of(&below("then"), then));
        block.blocks.push(line);
        if let Some(answer) = then.get("answer") {
            block.blocks.extend(self.answer(&format!("{pointer}/then/answer"), answer));
        }
        if let Some(submenu) = then.get("submenu") {
            let pointer = format!("{pointer}/then/submenu");
            let mut inner = self.block(&pointer, "flow-submenu", Shape::Framed);
            self.menu(&mut inner, submenu, false);
            block.blocks.push(inner);
        }
        if place > 0 {
            let up = self.button("up", &pointer, "flow-up");
            block.buttons.push(Button { about: title.clone(), ..up });
        }
        let remove = self.button("remove", &pointer, "flow-remove");
        block.buttons.push(Button { about: title, ..remove });
        block
    }

    fn answer(&self, pointer: &str, answer: &Value) -> [Block<'a>; 2] {
        let said = |name: &str| answer.get(name).unwrap_or(&NOTHING);
        let list = format!("{pointer}/contents");
        let told = contents(self, &list, "flow-answer", "", said("contents"));
        let pointer = format!("{pointer}/then");
        let mut after = self.block(&pointer, "flow-after-answer", Shape::Bare);
        let choices = [
            ("menu", "flow-then-again"),
            ("queue", "flow-then-queue"),
            ("close", "flow-then-close"),
        ];
        after.fields.push(self.kind(&pointer, "flow-after-answer", &choices, said("then")));
        after.fields.extend(self.queue_of(&pointer, said("then")));
        [told, after]
    }

    fn idle(&self, idle: &Value) -> Block<'a> {
        let mut card = self.block("/idle", "flow-idle", Shape::Card);
        card.hint = "flow-idle-hint";
        for (name, title, after, what, add, remove) in [
            (
                "reminder",
                "flow-reminder",
                "flow-reminder-after",
                "flow-reminder-contents",
                "flow-reminder-add",
                "flow-reminder-remove",
            ),
            (
                "close",
                "flow-idle-close",
                "flow-idle-close-after",
                "flow-idle-close-contents",
                "flow-idle-close-add",
                "flow-idle-close-remove",
            ),
        ] {
            let pointer = format!("/idle/{name}");
            let Some(step) = idle.get(name).filter(|step| step.is_object()) else {
                card.buttons.push(self.button("add", &pointer, add));
                continue;
            };
            let mut block = self.block(&pointer, title, Shape::Framed);
            let minutes = clock::minutes(step.get("after_seconds").unwrap_or(&NOTHING));
            let place = format!("{pointer}/after_seconds");
            block.fields.push(self.field(&place, Kind::Number, after, "flow-minutes", minutes));
            let told = step.get("contents").unwrap_or(&NOTHING);
            block.blocks.push(contents(self, &format!("{pointer}/contents"), what, "", told));
            block.buttons.push(self.button("remove", &pointer, remove));
            card.blocks.push(block);
        }
        card
    }
}

/// The days by their names in JSON, and what they are called.
const DAYS: [(&str, &str); 7] = [
    ("monday", "flow-monday"),
    ("tuesday", "flow-tuesday"),
    ("wednesday", "flow-wednesday"),
    ("thursday", "flow-thursday"),
    ("friday", "flow-friday"),
    ("saturday", "flow-saturday"),
    ("sunday", "flow-sunday"),
];

/// A text or a number as it is typed.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
