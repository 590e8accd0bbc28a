//! Service flows: what happens when an attendance opens, until a person takes it
//! or it ends.
//!
//! No I/O and no clock. A [`FlowDocument`] is what people write; [`Flow`] is one that
//! was checked. [`begin`] and [`step`] are the whole interpreter: the journal runs them
//! in the commit of what a flow reacts to, and [`simulate`] runs the same two over a
//! script.

mod action;
mod check;
mod document;
mod flow;
mod input;
mod limits;
mod menu;
mod schedule;
mod session;
mod simulate;
mod step;
mod words;

pub use action::{Action, CloseReason};
pub use check::{Finding, Findings, check};
pub use document::{
    AfterAnswer, Answer, FlowDocument, Holiday, Hours, Idle, IdleStep, Menu, MenuOption, Next,
    OptionAction, Span, Week,
};
pub use flow::Flow;
pub use input::Input;
pub use limits::{
    LONGEST_KEY, LONGEST_LABEL, LONGEST_NAME, LONGEST_QUEUE, LONGEST_TEXT, MOST_BYTES,
    MOST_CONTENTS, MOST_DEPTH, MOST_HOLIDAYS, MOST_MENUS, MOST_OPTIONS, MOST_RETRIES, MOST_SCRIPT,
    MOST_SECONDS, MOST_SPANS, MOST_TRANSCRIPT,
};
pub use session::{Session, Stage};
pub use simulate::{Moment, ScriptError, Simulation, Stopped, Told, What, simulate};
pub use step::{Outcome, begin, step};
