//! A flow as people write it. Reading it checks only its shape; [`check`](crate::check)
//! tells all that is wrong with what it says.

use eclusa_model::Content;
use serde::{Deserialize, Serialize};

/// A flow as people write it. Unknown keys are errors everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub struct FlowDocument {
    /// 1 to 64 characters of `a-z`, `0-9` and `-`; never changes. Channels name it.
    pub id: String,
    /// Name to show, 1 to 120 characters.
    pub name: String,
    /// Said first when an attendance opens, whatever the time; at most 10. Default:
    /// nothing.
    #[serde(default)]
    pub greeting: Vec<Content>,
    /// When people are there. Default: always.
    #[serde(default)]
    pub hours: Option<Hours>,
    /// What the contact can choose from. Default: no menu, a person at once.
    #[serde(default)]
    pub menu: Option<Menu>,
    /// The queue for those for whom no other is named; 1 to 200 bytes. Default: they
    /// wait in none.
    #[serde(default)]
    pub queue: Option<String>,
    /// What happens when the contact does not answer. Default: nothing.
    #[serde(default)]
    pub idle: Option<Idle>,
    /// Said when the attendance ends, whoever ends it; at most 10. Default: nothing.
    #[serde(default)]
    pub closing: Vec<Content>,
}

/// When people are there, by the clocks on their walls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub struct Hours {
    /// IANA name, e.g. `America/Sao_Paulo`.
    pub time_zone: String,
    /// The times of each day of the week.
    pub weekly: Week,
    /// Days on which other times hold; at most 400.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// Said, after the greeting, where an attendance opens outside these times; at most
    /// 10.
    #[serde(default)]
    pub away: Vec<Content>,
    /// What follows that.
    pub then: Next,
}

/// The times of each day of the week; a day without any is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "expected a JSON object")]
pub struct Week {
    /// At most 8 spans, as all days.
    pub monday: Vec<Span>,
    /// See `monday`.
    pub tuesday: Vec<Span>,
    /// See `monday`.
    pub wednesday: Vec<Span>,
    /// See `monday`.
    pub thursday: Vec<Span>,
    /// See `monday`.
    pub friday: Vec<Span>,
    /// See `monday`.
    pub saturday: Vec<Span>,
    /// See `monday`.
    pub sunday: Vec<Span>,
}

impl Week {
    /// The days by their names in JSON, Monday first.
    pub fn days(&self) -> [(&'static str, &[Span]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }
}

/// A time in which it is open. It belongs to the day on which it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub struct Span {
    /// `HH:MM`, `00:00` to `23:59`.
    pub from: String,
    /// `HH:MM`, up to `24:00`; not in it any more. Where it is before `from`, it is that
    /// of the next day.
    pub to: String,
}

/// A day on which other times hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub struct Holiday {
    /// `YYYY-MM-DD`, or `MM-DD` for every year. Where both kinds name a day, the year
    /// counts.
    pub date: String,
    /// What it is called, for people who read the flow; 1 to 120 characters.
    pub name: String,
    /// Its own times. Default: closed all day.
    #[serde(default)]
    pub open: Vec<Span>,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// The flow's menu.
    Menu,
    /// A person: it waits in this queue, or in that of the flow where none is named.
    Queue(Option<String>),
    /// The attendance ends.
    Close,
}

/// What the contact can choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub struct Menu {
    /// Said before the list of the options; 1 to 4096 characters.
    pub text: String,
    /// 1 to 20, in the order in which they are listed.
    pub options: Vec<MenuOption>,
    /// How many answers that are none of the options get another try, 0 to 10; after
    /// that a person takes over. Default: 2.
    #[serde(default = "default_retries")]
    pub retries: u32,
    /// Said before the menu is shown again after such an answer; at most 4096
    /// characters. Default: nothing but the menu.
    #[serde(default)]
    pub invalid: Option<String>,
}

fn default_retries() -> u32 {
    2
}

/// One option of a menu. The contact chooses it by its key, its number in the list, or
/// its label, typed or by a button; case, accents and the space around do not matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub struct MenuOption {
    /// 1 to 64 characters; also what a button carries. A key of digits is shown in the
    /// place of the number.
    pub key: String,
    /// 1 to 120 characters.
    pub label: String,
    /// What it does.
    pub then: OptionAction,
}

/// What an option does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionAction {
    /// A person: it waits in this queue, or in that of the flow where none is named.
    Queue(Option<String>),
    /// Something is said.
    Answer(Answer),
    /// Another menu.
    Submenu(Menu),
    /// The menu that this one is under.
    Back,
}

/// What an option says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub struct Answer {
    /// 1 to 10.
    pub contents: Vec<Content>,
    /// What follows.
    pub then: AfterAnswer,
}

/// What follows an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterAnswer {
    /// The same menu again.
    Menu,
    /// A person: it waits in this queue, or in that of the flow where none is named.
    Queue(Option<String>),
    /// The attendance ends.
    Close,
}

/// What happens when the contact does not answer. Counted only while we wait for the
/// contact: from a menu, or from an agent's message, until the contact's next word. Who
/// waits for an agent is never reminded or sent away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub struct Idle {
    /// Said once. Default: no reminder.
    #[serde(default)]
    pub reminder: Option<IdleStep>,
    /// The attendance ends. Default: it stays open.
    #[serde(default)]
    pub close: Option<IdleStep>,
}

/// A step of idleness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a JSON object")]
pub struct IdleStep {
    /// Seconds since our last word, 1 to 2592000 (30 days).
    pub after_seconds: u32,
    /// What is said; at most 10.
    #[serde(default)]
    pub contents: Vec<Content>,
}
