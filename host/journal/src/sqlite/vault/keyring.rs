//! The keys that are known: the current one, and older ones.

use std::collections::BTreeSet;

use super::key::{Key, KeyId};

/// One key or more. The first encrypts; all open.
#[derive(Debug, Clone)]
pub(crate) struct Keyring {
    current: Key,
    older: Vec<Key>,
}

impl Keyring {
    /// With one key.
    pub(crate) fn new(current: Key) -> Self {
        Self { current, older: Vec::new() }
    }

    /// Reads keys, newest first: base64 of 32 bytes each, with white space or
    /// commas between them; `#` begins a comment up to the end of its line. `None`
    /// where something is no key, or there is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().map(|line| line.split_once('#').map_or(line, |(keys, _)| keys));
        let mut keys = lines
            .flat_map(|line| line.split([',', ' ', '\t', '\r']))
            .filter(|word| !word.is_empty())
            .map(Key::parse);
        let current = keys.next()??;
        Some(Self { current, older: keys.collect::<Option<_>>()? })
    }

    /// With keys that open too, after those that are there; each once.
    pub(crate) fn and_older(mut self, more: Option<Self>) -> Self {
        for key in more.iter().flat_map(Self::all) {
            if self.find(key.id()).is_none() {
                self.older.push(key.clone());
            }
        }
        self
    }

    /// With the newest keys, so many, and those older ones that are used.
    pub(crate) fn newest_and(mut self, most: usize, used: &BTreeSet<KeyId>) -> Self {
        let mut place = 0;
        self.older.retain(|key| {
            place += 1;
            place < most || used.contains(&key.id())
        });
        self
    }

    /// The one that encrypts.
    pub(crate) fn current(&self) -> &Key {
        &self.current
    }

    /// The one with this id.
    pub(crate) fn find(&self, id: KeyId) -> Option<&Key> {
        self.all().find(|key| key.id() == id)
    }

    /// All, newest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }

    /// Their ids, for people.
    pub(crate) fn ids(&self) -> String {
        self.all().map(|key| key.id().to_string()).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_newest_first() {
        let (one, two) = (Key::random(), Key::random());
        for text in [
            format!("{},{}", *one.text(), *two.text()),
            format!("# made today\n{}\n\n{} # of last year\r\n", *one.text(), *two.text()),
            format!("  {} ,\n{}\n", *one.text(), *two.text()),
        ] {
            let ring = Keyring::parse(&text).unwrap();
            assert_eq!(ring.current().id(), one.id());
            assert_eq!(ring.ids(), format!("{}, {}", one.id(), two.id()));
            assert!(ring.find(two.id()).is_some());
            assert!(ring.find(Key::random().id()).is_none());
        }
    }

    #[test]
    fn what_is_no_key_is_none_and_is_not_shown() {
        let key = Key::random();
        let text = key.text();
        let short = text.get(..40).unwrap();
        for wrong in ["", "# no key", "hunter2", short, &format!("{},x", *text)] {
            assert!(Keyring::parse(wrong).is_none(), "{wrong}");
        }
        let shown = format!("{:?} {}", Keyring::new(key.clone()), key.id());
        assert!(!shown.contains(text.as_str()) && !shown.contains(short), "{shown}");
    }
}
