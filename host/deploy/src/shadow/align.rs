//! Which items of a list are the same ones before and after.

use std::collections::HashMap;

use serde_json::Value;

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aligned {
    /// It stood at the first place and stands at the second.
    Both(usize, usize),
    /// It stood there.
    Removed(usize),
    /// It stands there.
    Added(usize),
}

/// How many pairs of items are looked at. A request becomes at most 500 events.
pub(super) const MOST_PAIRS: usize = 1_000_000;

// What a pair is worth. A better kind of pair is worth more than any number of
// worse ones, of which a list has at most 1,000.
const EQUAL: u64 = 1 << 36;
const SAME_ID: u64 = 1 << 24;
const SAME_TYPE: u64 = 1 << 12;
const ALIKE: u64 = 1;

/// Pairs the items of two lists in their order, so that as many pairs as possible
/// are equal, then have the same id, then the same `type`, then are both objects
/// (or lists, texts, …). What is left was removed or added.
///
/// It looks at every pair that is not the same at both ends, and takes their
/// number from `left`. Where there are more than that, or than a million, items
/// are paired by their places.
pub(super) fn align(before: &[Value], after: &[Value], left: &mut usize) -> Vec<Aligned> {
    let head = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (before_rest, after_rest) =
        (before.get(head..).unwrap_or_default(), after.get(head..).unwrap_or_default());
    let pairs = before_rest.iter().rev().zip(after_rest.iter().rev());
    let tail = pairs.take_while(|(old, new)| old == new).count();
    let (rows, columns) = (before_rest.len() - tail, after_rest.len() - tail);

    let mut aligned: Vec<Aligned> = (0..head).map(|place| Aligned::Both(place, place)).collect();
    let pairs = rows.saturating_mul(columns);
    let middle = if pairs > (*left).min(MOST_PAIRS) {
        by_place(rows, columns)
    } else {
        *left -= pairs;
        let old = before_rest.get(..rows).unwrap_or_default();
        let new = after_rest.get(..columns).unwrap_or_default();
        by_worth(old, new)
    };
    aligned.extend(middle.into_iter().map(|it| match it {
        Aligned::Both(old, new) => Aligned::Both(old + head, new + head),
        Aligned::Removed(old) => Aligned::Removed(old + head),
        Aligned::Added(new) => Aligned::Added(new + head),
    }));
    let (old, new) = (head + rows, head + columns);
    aligned.extend((0..tail).map(|place| Aligned::Both(old + place, new + place)));
    aligned
}

fn by_place(before: usize, after: usize) -> Vec<Aligned> {
    let both = before.min(after);
    let pairs = (0..both).map(|place| Aligned::Both(place, place));
    let removed = (both..before).map(Aligned::Removed);
    pairs.chain(removed).chain((both..after).map(Aligned::Added)).collect()
}

fn by_worth(before: &[Value], after: &[Value]) -> Vec<Aligned> {
    let mut names = Names::default();
    let old: Vec<Item> = before.iter().map(|value| names.item(value)).collect();
    let new: Vec<Item> = after.iter().map(|value| names.item(value)).collect();

    // best[i][j]: what the items from i and from j on are worth.
    let mut best: Vec<Vec<u64>> = vec![vec![0; new.len() + 1]];
    for old in old.iter().rev() {
        let below = best.last().map(Vec::as_slice).unwrap_or_default();
        let mut row = vec![0; new.len() + 1];
        let mut right = 0;
        let cells = row.iter_mut().zip(below).zip(below.iter().skip(1)).zip(&new).rev();
        for (((cell, under), across), new) in cells {
            let both = match old.worth(new) {
                0 => 0,
                worth => worth + across,
            };
            *cell = both.max(*under).max(right);
            right = *cell;
        }
        best.push(row);
    }
    best.reverse();

    let at = |i: usize, j: usize| best.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    let mut aligned = Vec::with_capacity(old.len().max(new.len()));
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (Some(left), Some(right)) => {
                let worth = left.worth(right);
                if worth > 0 && at(i, j) == worth + at(i + 1, j + 1) {
                    aligned.push(Aligned::Both(i, j));
                    (i, j) = (i + 1, j + 1);
                } else if at(i, j) == at(i + 1, j) {
                    aligned.push(Aligned::Removed(i));
                    i += 1;
                } else {
                    aligned.push(Aligned::Added(j));
                    j += 1;
                }
            }
            (Some(_), None) => {
                aligned.push(Aligned::Removed(i));
                i += 1;
            }
            (None, Some(_)) => {
                aligned.push(Aligned::Added(j));
                j += 1;
            }
            (None, None) => return aligned,
        }
    }
}

/// What is compared of an item: numbers that are equal where the parts are.
#[derive(Debug)]
struct Item {
    whole: usize,
    id: Option<usize>,
    kind: Option<usize>,
    shape: std::mem::Discriminant<Value>,
}

impl Item {
    fn worth(&self, other: &Self) -> u64 {
        if self.whole == other.whole {
            EQUAL
        } else if self.id.is_some() && self.id == other.id {
            SAME_ID
        } else if self.kind.is_some() && self.kind == other.kind {
            SAME_TYPE
        } else if self.shape == other.shape {
            ALIKE
        } else {
            0
        }
    }
}

/// Numbers for texts.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn of(&mut self, text: String) -> usize {
        let next = self.0.len();
        *self.0.entry(text).or_insert(next)
    }

    fn item(&mut self, value: &Value) -> Item {
        let kind = value.get("type").and_then(Value::as_str);
        Item {
            whole: self.of(value.to_string()),
            id: id(value).map(|id| self.of(format!("id {kind:?} {id}"))),
            kind: kind.map(|kind| self.of(format!("type {kind}"))),
            shape: std::mem::discriminant(value),
        }
    }
}

/// The id of an item; an event has it in the object beside its `type`.
fn id(value: &Value) -> Option<&Value> {
    const OBJECTS: [&str; 4] = ["message", "status", "reaction", "postback"];
    let holder = OBJECTS.iter().find_map(|key| value.get(key).filter(|it| it.is_object()));
    let holder = holder.unwrap_or(value);
    let id = ["external_id", "id"].iter().find_map(|key| holder.get(key))?;
    (id.is_string() || id.is_number()).then_some(id)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Aligned::{Added, Both, Removed};
    use super::{Aligned, MOST_PAIRS, align};

    fn aligned(before: Value, after: Value) -> Vec<Aligned> {
        align(before.as_array().unwrap(), after.as_array().unwrap(), &mut { MOST_PAIRS })
    }

    fn message(id: &str, body: &str) -> Value {
        json!({"type": "message.received", "message": {"external_id": id, "text": {"body": body}}})
    }

    fn status(id: &str, state: &str) -> Value {
        json!({"type": "message.status", "status": {"external_id": id, "state": state}})
    }

    #[test]
    fn equal_items_stay_together() {
        assert_eq!(aligned(json!([]), json!([])), []);
        assert_eq!(aligned(json!([1, 2]), json!([1, 2])), [Both(0, 0), Both(1, 1)]);
        assert_eq!(aligned(json!([1, 2, 3]), json!([2, 3])), [Removed(0), Both(1, 0), Both(2, 1)]);
        assert_eq!(aligned(json!([2, 3]), json!([1, 2, 3])), [Added(0), Both(0, 1), Both(1, 2)]);
        assert_eq!(
            aligned(json!(["a", "x", "c", "d"]), json!(["a", "c", "y", "d"])),
            [Both(0, 0), Removed(1), Both(2, 1), Added(2), Both(3, 3)],
        );
    }

    #[test]
    fn an_item_that_changed_stays_in_its_place() {
        assert_eq!(aligned(json!(["a", "b"]), json!(["a", "x"])), [Both(0, 0), Both(1, 1)]);
        assert_eq!(aligned(json!(["b"]), json!(["a", "x"])), [Both(0, 0), Added(1)]);
        assert_eq!(aligned(json!(["a"]), json!([{"a": 1}])), [Removed(0), Added(0)]);
    }

    #[test]
    fn events_are_the_same_by_their_ids() {
        let before = json!([message("1", "a"), message("2", "b")]);
        let after = json!([message("0", "new"), message("1", "A"), message("2", "B")]);
        assert_eq!(aligned(before.clone(), after.clone()), [Added(0), Both(0, 1), Both(1, 2)]);
        assert_eq!(aligned(after, before), [Removed(0), Both(1, 0), Both(2, 1)]);
    }

    #[test]
    fn an_id_counts_with_its_type_only() {
        let before = json!([message("1", "a")]);
        let after = json!([status("1", "read"), message("1", "A")]);
        assert_eq!(aligned(before, after), [Added(0), Both(0, 1)]);
        let before = json!([status("1", "sent"), status("1", "read")]);
        let after = json!([status("1", "sent"), status("1", "failed"), message("2", "b")]);
        assert_eq!(aligned(before, after), [Both(0, 0), Both(1, 1), Added(2)]);
    }

    #[test]
    fn where_ids_have_changed_types_decide() {
        let before = json!([message("1", "a"), message("2", "b")]);
        let after = json!([message("tg-1", "a"), message("tg-2", "b")]);
        assert_eq!(aligned(before.clone(), after), [Both(0, 0), Both(1, 1)]);
        let after = json!([status("9", "read"), message("tg-1", "a"), message("tg-2", "b")]);
        assert_eq!(aligned(before, after), [Added(0), Both(0, 1), Both(1, 2)]);
    }

    #[test]
    fn an_event_of_another_type_is_still_the_same_place() {
        let mut edited = message("1", "a");
        edited["type"] = json!("message.edited");
        assert_eq!(aligned(json!([message("1", "a")]), json!([edited])), [Both(0, 0)]);
    }

    #[test]
    fn as_many_events_as_there_can_be_are_aligned() {
        let before: Vec<Value> = (0..499).map(|id| message(&id.to_string(), "old")).collect();
        let mut after: Vec<Value> = (0..499).map(|id| message(&id.to_string(), "new")).collect();
        after.insert(0, message("x", "first"));
        let aligned = align(&before, &after, &mut { MOST_PAIRS });
        assert_eq!(aligned.first(), Some(&Added(0)));
        assert_eq!(aligned.last(), Some(&Both(498, 499)));
        assert_eq!(aligned.len(), 500);
    }

    #[test]
    fn longer_lists_are_compared_place_by_place() {
        let numbers = |from: u32, to: u32| (from..to).map(Value::from).collect::<Vec<_>>();
        let aligned = align(&numbers(0, 2_000), &numbers(10_000, 11_000), &mut { MOST_PAIRS });
        assert_eq!(aligned.iter().filter(|it| matches!(it, Both(i, j) if i == j)).count(), 1_000);
        assert_eq!(aligned.len(), 2_000);
        // What is the same at both ends is not part of that.
        let mut before = numbers(0, 5_000);
        let mut after = before.clone();
        before.insert(2_500, json!("old"));
        after.insert(2_400, json!("new"));
        let aligned = align(&before, &after, &mut { MOST_PAIRS });
        assert!(aligned.contains(&Added(2_400)) && aligned.contains(&Removed(2_500)));
        assert_eq!(aligned.len(), 5_002);
    }

    #[test]
    fn pairs_are_looked_at_while_any_are_left() {
        let (before, after) = ([json!(1), json!(2)], [json!(0), json!(1), json!(3)]);
        let mut left = 7;
        let by_worth = [Added(0), Both(0, 1), Both(1, 2)];
        assert_eq!(align(&before, &after, &mut left), by_worth);
        assert_eq!(left, 1);
        let by_place = [Both(0, 0), Both(1, 1), Added(2)];
        assert_eq!(align(&before, &after, &mut left), by_place);
    }
}
