//! A part of the form: its fields, the parts in it, and what can be done with it.

use askama::Template;
use askama::filters::HtmlSafe;

use super::super::field::{Field, Kind};
use super::super::frame::Frame;
use super::super::wrong::Phrase;

/// A part of the form. Pages write it with `{{ … }}`.
#[derive(Template)]
#[template(path = "flows/block.html")]
pub(super) struct Block<'a> {
    pub(super) at: &'a Frame,
    /// The JSON pointer of what it is for; that of a part's own fields has `#` behind it.
    pub(super) pointer: String,
    pub(super) title: String,
    /// What it is for; empty where the title says all.
    pub(super) hint: &'static str,
    pub(super) shape: Shape,
    pub(super) fields: Vec<Field>,
    pub(super) blocks: Vec<Block<'a>>,
    pub(super) buttons: Vec<Button>,
    /// What is wrong with it as a whole.
    pub(super) wrong: Vec<Phrase>,
    /// What is probably not meant.
    pub(super) warnings: Vec<Phrase>,
}

/// Its template escapes all that it writes.
impl HtmlSafe for Block<'_> {}

/// How a part is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A card of its own.
    Card,
    /// A part of a card, with a frame around it.
    Framed,
    /// Parts that stand one under another, without a frame.
    Bare,
    /// Fields side by side.
    Beside,
    /// A message: its type, and beside it what it says.
    Message,
}

/// A button that sends the form.
pub(super) struct Button {
    /// What it asks for.
    pub(super) value: String,
    /// The key of what stands on it.
    pub(super) label: &'static str,
    /// What it is about, for who does not see where it stands.
    pub(super) about: String,
}

impl<'a> Block<'a> {
    pub(super) fn new(at: &'a Frame, pointer: &str, title: String, shape: Shape) -> Self {
        Self {
            at,
            pointer: pointer.to_owned(),
            title,
            hint: "",
            shape,
            fields: Vec::new(),
            blocks: Vec::new(),
            buttons: Vec::new(),
            wrong: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Its id in the page.
    pub(super) fn id(&self) -> String {
        anchor(&self.pointer)
    }

    /// How many fields it has, with all in it.
    pub(super) fn size(&self) -> usize {
        self.fields.len() + self.blocks.iter().map(Self::size).sum::<usize>()
    }

    fn is_card(&self) -> bool {
        self.shape == Shape::Card
    }

    fn is_bare(&self) -> bool {
        self.shape == Shape::Bare
    }

    /// How its fields stand: a class.
    fn fields_class(&self) -> &'static str {
        match self.shape {
            Shape::Beside => "beside",
            Shape::Message => "told",
            Shape::Card | Shape::Framed | Shape::Bare => "under",
        }
    }

    /// Whether a field chooses which others there are.
    fn chooses(&self, field: &Field) -> bool {
        field.pointer.starts_with("kind:")
    }

    /// Puts a finding beside the field, or into the part, that its pointer names most
    /// closely; where that is. `None` where nothing here is about it.
    pub(super) fn place(&mut self, pointer: &str, phrase: &Phrase, warns: bool) -> Option<String> {
        let close = self.closeness(pointer)?;
        if let Some(block) =
            self.blocks.iter_mut().find(|block| block.closeness(pointer) == Some(close))
            && about(&self.pointer, pointer) != Some(close)
        {
            return block.place(pointer, phrase, warns);
        }
        let mut fields = self.fields.iter_mut();
        if let Some(field) = fields.find(|field| about(&sets(field), pointer) == Some(close))
            && !warns
        {
            field.wrong.get_or_insert_with(|| phrase.clone());
            return Some(field.id());
        }
        match warns {
            true => self.warnings.push(phrase.clone()),
            false => self.wrong.push(phrase.clone()),
        }
        Some(self.id())
    }

    /// How much of a pointer is named by anything in here.
    fn closeness(&self, pointer: &str) -> Option<usize> {
        let fields = self.fields.iter().filter_map(|field| about(&sets(field), pointer));
        let blocks = self.blocks.iter().filter_map(|block| block.closeness(pointer));
        about(&self.pointer, pointer).into_iter().chain(fields).chain(blocks).max()
    }
}

/// What a field sets.
fn sets(field: &Field) -> String {
    field.pointer.trim_start_matches("kind:").to_owned()
}

/// How long a pointer is at which another one is, or which is above it.
fn about(above: &str, pointer: &str) -> Option<usize> {
    let rest = pointer.strip_prefix(above)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(above.len())
}

/// The id of a part by its pointer.
fn anchor(pointer: &str) -> String {
    format!("part{}", pointer.replace(['/', '~', '#'], "-"))
}
