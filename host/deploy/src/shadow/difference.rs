//! Where two JSON documents differ.

use std::collections::{BTreeMap, BTreeSet};

use eclusa_journal::registry::ChangeKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::align::{Aligned, MOST_PAIRS, align};
use super::path::{Path, Step};

/// A place at which two JSON documents differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// JSON pointer: into the document before where something was removed or
    /// renamed, else into the document after.
    pub pointer: String,
    /// What happened there. Where it was renamed, the pointer in it leads into
    /// the document after.
    pub kind: ChangeKind,
    /// What it was; `null` where it was not there.
    pub before: Value,
    /// What it is; `null` where it is not there any more.
    pub after: Value,
}

/// Where two JSON documents differ, in the order of their keys and items.
///
/// Items of lists are compared with those that they were before: by equality,
/// then by id, then by type. A value that moved to another key of its object is
/// renamed.
pub fn difference(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    find(before, after, &mut |it| found.push(it.concrete()));
    found
}

/// A place that was found.
#[derive(Debug, PartialEq)]
pub(super) struct Found<'a> {
    pub(super) path: Path<'a>,
    pub(super) kind: FoundKind<'a>,
}

/// What was found there.
#[derive(Debug, PartialEq)]
pub(super) enum FoundKind<'a> {
    Added(&'a Value),
    Removed(&'a Value),
    Replaced(&'a Value, &'a Value),
    Renamed(Path<'a>, &'a Value),
}

impl<'a> Found<'a> {
    /// The values before and after.
    pub(super) fn values(&self) -> (Option<&'a Value>, Option<&'a Value>) {
        match self.kind {
            FoundKind::Added(after) => (None, Some(after)),
            FoundKind::Removed(before) => (Some(before), None),
            FoundKind::Replaced(before, after) => (Some(before), Some(after)),
            FoundKind::Renamed(_, value) => (Some(value), Some(value)),
        }
    }

    /// The kind, with the pointers that `pointer` makes.
    pub(super) fn kind(&self, pointer: impl FnOnce(&Path<'a>) -> String) -> ChangeKind {
        match &self.kind {
            FoundKind::Added(_) => ChangeKind::Added,
            FoundKind::Removed(_) => ChangeKind::Removed,
            FoundKind::Replaced(..) => ChangeKind::Replaced,
            FoundKind::Renamed(to, _) => ChangeKind::Renamed(pointer(to)),
        }
    }

    fn concrete(&self) -> Difference {
        let (before, after) = self.values();
        let pointer = match self.kind {
            FoundKind::Removed(_) | FoundKind::Renamed(..) => self.path.pointer_before(),
            FoundKind::Added(_) | FoundKind::Replaced(..) => self.path.pointer_after(),
        };
        Difference {
            pointer,
            kind: self.kind(Path::pointer_after),
            before: before.cloned().unwrap_or_default(),
            after: after.cloned().unwrap_or_default(),
        }
    }
}

/// Calls `tell` for every place at which two documents differ.
pub(super) fn find<'a>(before: &'a Value, after: &'a Value, tell: &mut dyn FnMut(Found<'a>)) {
    Walk { path: Path::default(), left: &mut { MOST_PAIRS }, tell }.values(before, after);
}

struct Walk<'a, 't> {
    path: Path<'a>,
    /// How many pairs of items may still be looked at.
    left: &'t mut usize,
    tell: &'t mut dyn FnMut(Found<'a>),
}

impl<'a> Walk<'a, '_> {
    fn values(&mut self, before: &'a Value, after: &'a Value) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.objects(before, after),
            (Value::Array(before), Value::Array(after)) => self.lists(before, after),
            _ if before == after => {}
            _ => self.here(FoundKind::Replaced(before, after)),
        }
    }

    fn objects(&mut self, before: &'a Map<String, Value>, after: &'a Map<String, Value>) {
        let renamed = renamed(before, after);
        let targets: BTreeSet<&str> = renamed.values().copied().collect();
        let keys: BTreeSet<&'a String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            self.path.push(Step::Key(key));
            match (before.get(key), after.get(key)) {
                (Some(before), Some(after)) => self.values(before, after),
                (Some(before), None) => match renamed.get(key.as_str()) {
                    Some(to) => {
                        let mut path = self.path.clone();
                        path.pop();
                        self.here(FoundKind::Renamed(path.with(Step::Key(to)), before));
                    }
                    None => self.here(FoundKind::Removed(before)),
                },
                (None, Some(after)) if !targets.contains(key.as_str()) => {
                    self.here(FoundKind::Added(after));
                }
                (None, _) => {}
            }
            self.path.pop();
        }
    }

    fn lists(&mut self, before: &'a [Value], after: &'a [Value]) {
        for aligned in align(before, after, self.left) {
            let (old, new) = match aligned {
                Aligned::Both(old, new) => (old, new),
                Aligned::Removed(place) | Aligned::Added(place) => (place, place),
            };
            self.path.push(Step::Item { before: old, after: new });
            match (aligned, before.get(old), after.get(new)) {
                (Aligned::Both(..), Some(before), Some(after)) => self.values(before, after),
                (Aligned::Removed(_), Some(before), _) => self.here(FoundKind::Removed(before)),
                (Aligned::Added(_), _, Some(after)) => self.here(FoundKind::Added(after)),
                _ => {}
            }
            self.path.pop();
        }
    }

    fn here(&mut self, kind: FoundKind<'a>) {
        (self.tell)(Found { path: self.path.clone(), kind });
    }
}

/// Keys that are gone, each with the new key that has its value. Where several
/// have the same value, none of them counts as renamed: it would be a guess.
fn renamed<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
) -> BTreeMap<&'a str, &'a str> {
    let old = only_in(before, after);
    let new = only_in(after, before);
    if old.is_empty() || new.is_empty() {
        return BTreeMap::new();
    }
    let (old, new) = (by_value(&old), by_value(&new));
    let pairs = old.into_iter().filter_map(|(value, old)| Some((old?, (*new.get(&value)?)?)));
    pairs.collect()
}

fn only_in<'a>(
    object: &'a Map<String, Value>,
    other: &Map<String, Value>,
) -> Vec<(&'a str, &'a Value)> {
    let own = object.iter().filter(|(key, _)| !other.contains_key(*key));
    own.map(|(key, value)| (key.as_str(), value)).collect()
}

/// Keys by their values as text; `None` where several have the same one.
fn by_value<'a>(fields: &[(&'a str, &Value)]) -> BTreeMap<String, Option<&'a str>> {
    let mut keys = BTreeMap::new();
    for (key, value) in fields {
        keys.entry(value.to_string()).and_modify(|it| *it = None).or_insert(Some(*key));
    }
    keys
}

#[cfg(test)]
mod tests;
