//! The parts of the form for what is said: messages of the six types.

use eclusa_model::ContentType;
use serde_json::Value;

use super::super::field::{Field, Kind};
use super::super::inbox;
use super::blank;
use super::block::{Block, Button, Shape};
use super::outline::{Outline, plain};

/// A list of messages as a card.
pub(super) fn list<'a>(
    make: &Outline<'a>,
    pointer: &str,
    title: &str,
    hint: &'static str,
    all: &Value,
) -> Block<'a> {
    Block { shape: Shape::Card, ..contents(make, pointer, title, hint, all) }
}

/// The same as a part of a card.
pub(super) fn contents<'a>(
    make: &Outline<'a>,
    pointer: &str,
    title: &str,
    hint: &'static str,
    all: &Value,
) -> Block<'a> {
    let mut list = make.block(pointer, title, Shape::Framed);
    list.hint = hint;
    for (place, content) in all.as_array().into_iter().flatten().enumerate() {
        list.blocks.push(one(make, pointer, place, content));
    }
    list.buttons.push(make.button("add", pointer, "flow-content-add"));
    list
}

fn one<'a>(make: &Outline<'a>, list: &str, place: usize, content: &Value) -> Block<'a> {
    let pointer = format!("{list}/{place}");
    let title = make.at.say("flow-content").arg("number", place + 1).to_string();
    let mut block = Block::new(make.at, &pointer, title.clone(), Shape::Message);
    let types = ContentType::ALL.map(|it| (it.as_str(), inbox::type_label(it)));
    block.fields.push(make.kind(&pointer, "inbox-type", &types, content));
    block.fields.extend(fields(make, &pointer, content));
    if place > 0 {
        let up = make.button("up", &pointer, "flow-up");
        block.buttons.push(Button { about: title.clone(), ..up });
    }
    let remove = make.button("remove", &pointer, "flow-remove");
    block.buttons.push(Button { about: title, ..remove });
    block
}

/// The fields of a message's type: those of the inbox.
fn fields(make: &Outline<'_>, pointer: &str, content: &Value) -> Vec<Field> {
    let name = content.get("type").and_then(Value::as_str).unwrap_or_default();
    let kind = ContentType::ALL.into_iter().find(|it| it.as_str() == name);
    let all = kind.map(inbox::fields_of).unwrap_or_default();
    let field = |(name, label, input): &(&str, &'static str, inbox::Input)| {
        let inner = format!("/{}/{name}", blank::kind(content));
        let value = plain(content.pointer(&inner).unwrap_or(&Value::Null));
        let kind = match input {
            inbox::Input::Area => Kind::Area,
            inbox::Input::Url => Kind::Url,
            _ => Kind::Text,
        };
        make.field(&format!("{pointer}{inner}"), kind, label, "", value)
    };
    all.iter().map(field).collect()
}
