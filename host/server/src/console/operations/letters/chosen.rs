//! Which letters a page is about: those of a filter, or those that somebody has chosen.

use eclusa_journal::{DeadLetter, LetterKind, LetterState, Window};
use serde::Deserialize;

use crate::api::LetterInput;
use crate::app::App;
use crate::console::posted::Fields;
use crate::problem::{ApiProblem, Violation};

/// Most letters of a filter that one press is about.
pub(super) const MOST: usize = 5000;

/// So many are read at once.
pub(super) const PART: u32 = 500;

/// The filter as a form has it: what is empty asks for nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    pub(super) kind: String,
    pub(super) channel: String,
    pub(super) conversation: String,
    pub(super) code: String,
    pub(super) adapter: String,
    pub(super) revision: String,
    pub(super) after_time: String,
    /// `discarded`, or those that wait.
    pub(super) state: String,
}

impl Filter {
    /// Its fields, by name.
    pub(super) fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("kind", &self.kind),
            ("channel", &self.channel),
            ("conversation", &self.conversation),
            ("code", &self.code),
            ("adapter", &self.adapter),
            ("revision", &self.revision),
            ("after_time", &self.after_time),
            ("state", &self.state),
        ]
    }

    /// Something is asked for.
    pub(super) fn is_set(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.trim().is_empty())
    }

    /// For a link: `kind=message&…`.
    pub(super) fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let set = self.fields().into_iter().filter(|(_, value)| !value.is_empty());
        query.extend_pairs(set).finish()
    }

    /// Those that wait, or those that were given up.
    pub(super) fn state(&self) -> LetterState {
        match self.state.as_str() {
            "discarded" => LetterState::Discarded,
            _ => LetterState::Waiting,
        }
    }

    /// As the API takes it, which checks it.
    pub(super) fn input(&self) -> Result<LetterInput, ApiProblem> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(LetterInput {
            kind: given(&self.kind).map(|kind| kind_of(&kind)).transpose()?,
            channel: given(&self.channel),
            conversation: given(&self.conversation),
            code: given(&self.code),
            adapter: given(&self.adapter),
            revision: given(&self.revision),
            after_time: given(&self.after_time).map(as_time),
        })
    }

    /// The letters that wait and are like this, the oldest first: `MOST` at most, and
    /// whether there are more.
    pub(super) async fn letters(&self, app: &App) -> Result<(Vec<DeadLetter>, bool), ApiProblem> {
        let mut found: Vec<DeadLetter> = Vec::new();
        loop {
            let after = found.last().map(|letter| letter.id.clone());
            let filter = self.input()?.read(LetterState::Waiting)?;
            let window = Window::Oldest { after, limit: PART };
            let part = app.letters.letters(filter, window).await?;
            let over = part.len() < PART as usize;
            found.extend(part);
            if over || found.len() >= MOST {
                return Ok((found, !over));
            }
        }
    }
}

fn kind_of(kind: &str) -> Result<LetterKind, ApiProblem> {
    serde_json::from_value(kind.into()).map_err(|_| {
        let message = "expected message, event or request";
        ApiProblem::violations(vec![Violation::new("/kind", message)])
    })
}

/// Browsers send `2026-03-01T12:00` for a day and an hour; it is taken as UTC.
fn as_time(text: String) -> String {
    match text.len() {
        16 => format!("{text}:00Z"),
        _ => text,
    }
}

/// What somebody wants to do something with.
#[derive(Debug)]
pub(super) enum Chosen {
    /// These, by id.
    Named(Vec<String>),
    /// All that wait and are like this.
    Like(Filter),
}

impl Chosen {
    /// What a form says; `None` where nothing was chosen.
    pub(super) fn of(fields: &Fields) -> Option<Self> {
        if fields.get("all").is_some() {
            let value = |name: &str| fields.get(name).unwrap_or_default().to_owned();
            return Some(Self::Like(Filter {
                kind: value("kind"),
                channel: value("channel"),
                conversation: value("conversation"),
                code: value("code"),
                adapter: value("adapter"),
                revision: value("revision"),
                after_time: value("after_time"),
                state: String::new(),
            }));
        }
        let ids: Vec<String> = fields.below("id:").map(|(id, _)| id.to_owned()).collect();
        (!ids.is_empty()).then_some(Self::Named(ids))
    }

    /// The letters themselves, and whether there are more than are done at once.
    pub(super) async fn letters(&self, app: &App) -> Result<(Vec<DeadLetter>, bool), ApiProblem> {
        match self {
            Self::Like(filter) => filter.letters(app).await,
            Self::Named(ids) => {
                let mut found = Vec::new();
                for id in ids {
                    let record = app.letters.letter(id.clone()).await?;
                    found.extend(record.map(|record| record.letter));
                }
                found.retain(|letter| letter.discarded.is_none());
                Ok((found, false))
            }
        }
    }

    /// What a form sends along to choose the same again.
    pub(super) fn hidden(&self) -> Vec<(String, String)> {
        match self {
            Self::Named(ids) => {
                ids.iter().map(|id| (format!("id:{id}"), "true".to_owned())).collect()
            }
            Self::Like(filter) => {
                let fields = filter.fields().into_iter();
                let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
                fields.chain([("all".to_owned(), "true".to_owned())]).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_asks_for_nothing_and_what_is_wrong_is_named() {
        let filter = Filter { channel: "  ".into(), code: "trap".into(), ..Filter::default() };
        let Ok(input) = filter.input() else { return assert!(filter.is_set(), "it is right") };
        assert_eq!((input.channel, input.code.as_deref()), (None, Some("trap")));
        assert_eq!(filter.query(), "channel=++&code=trap");
        let wrong = Filter { kind: "planet".into(), ..Filter::default() };
        assert!(wrong.input().is_err_and(|problem| problem.wrong_fields().len() == 1));
        assert_eq!(as_time("2026-03-01T12:00".into()), "2026-03-01T12:00:00Z");
        assert_eq!(as_time("2026-03-01T12:00:00Z".into()), "2026-03-01T12:00:00Z");
    }

    #[test]
    fn nothing_is_chosen_where_nothing_was() {
        assert!(Chosen::of(&Fields::of(&[("csrf", "x"), ("kind", "message")])).is_none());
        let named = Chosen::of(&Fields::of(&[("id:A", "true"), ("id:B", "true")]));
        assert!(matches!(named, Some(Chosen::Named(ids)) if ids == ["A", "B"]));
        let all = Chosen::of(&Fields::of(&[("id:A", "true"), ("all", "true"), ("code", "trap")]));
        assert!(matches!(all, Some(Chosen::Like(filter)) if filter.code == "trap"));
    }
}
