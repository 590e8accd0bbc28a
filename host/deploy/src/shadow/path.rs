//! Where a value stands in a JSON document.

use json_patch::jsonptr::{PointerBuf, Token};

use super::mask;

/// One step from a value into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// To a key of an object.
    Key(&'a str),
    /// To an item of a list, which may have stood at another place before.
    Item {
        /// Its place before.
        before: usize,
        /// Its place after.
        after: usize,
    },
}

/// The steps from the root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Path<'a>(Vec<Step<'a>>);

impl<'a> Path<'a> {
    pub(super) fn push(&mut self, step: Step<'a>) {
        self.0.push(step);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// This path and one more step.
    pub(super) fn with(&self, step: Step<'a>) -> Self {
        let mut path = self.clone();
        path.push(step);
        path
    }

    /// The innermost key: what a value is called.
    pub(super) fn name(&self) -> &'a str {
        let key = |step: &Step<'a>| match step {
            Step::Key(key) => Some(*key),
            Step::Item { .. } => None,
        };
        self.0.iter().rev().find_map(key).unwrap_or_default()
    }

    /// JSON pointer into the document as it was.
    pub(super) fn pointer_before(&self) -> String {
        self.pointer(|step| match *step {
            Step::Key(key) => Token::new(key),
            Step::Item { before, .. } => before.into(),
        })
    }

    /// JSON pointer into the document as it is.
    pub(super) fn pointer_after(&self) -> String {
        self.pointer(|step| match *step {
            Step::Key(key) => Token::new(key),
            Step::Item { after, .. } => after.into(),
        })
    }

    /// JSON pointer with `*` for any place in a list, and without keys that are
    /// data.
    pub(super) fn general(&self) -> String {
        self.pointer(|step| match *step {
            Step::Key(key) => Token::new(mask::key(key)),
            Step::Item { .. } => Token::new("*"),
        })
    }

    fn pointer<'s>(&'s self, token: impl Fn(&'s Step<'a>) -> Token<'s>) -> String {
        PointerBuf::from_tokens(self.0.iter().map(token)).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{Path, Step};

    fn path<'a>(steps: impl IntoIterator<Item = Step<'a>>) -> Path<'a> {
        Path(steps.into_iter().collect())
    }

    #[test]
    fn pointers_are_escaped_and_name_both_places() {
        let path = path([
            Step::Key("events"),
            Step::Item { before: 0, after: 12 },
            Step::Key("a/b~c"),
            Step::Key(""),
        ]);
        assert_eq!(path.pointer_before(), "/events/0/a~1b~0c/");
        assert_eq!(path.pointer_after(), "/events/12/a~1b~0c/");
        assert_eq!(path.general(), "/events/*/a~1b~0c/");
        assert_eq!(Path::default().pointer_after(), "");
    }

    #[test]
    fn keys_that_are_data_are_masked_in_general_pointers_only() {
        let path = path([Step::Key("extra"), Step::Key("+55 11 91234"), Step::Key("name")]);
        assert_eq!(path.pointer_after(), "/extra/+55 11 91234/name");
        assert_eq!(path.general(), "/extra/+99 99 99999/name");
    }

    #[test]
    fn a_value_in_a_list_is_called_by_the_list() {
        let item = Step::Item { before: 1, after: 1 };
        assert_eq!(path([Step::Key("events"), Step::Key("emails"), item]).name(), "emails");
        assert_eq!(path([item]).name(), "");
    }
}
