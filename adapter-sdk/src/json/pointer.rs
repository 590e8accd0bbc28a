//! Where a value stands in its document (RFC 6901).

use super::{Tree, Value};

/// Walks from `from` to the very value `target`: the path is needed only for
/// errors, so nothing is kept for it while reading.
pub(super) fn locate(from: &Value<'_>, target: &Value<'_>, pointer: &mut String) -> bool {
    if std::ptr::eq(from, target) {
        return true;
    }
    let length = pointer.len();
    match from {
        Tree::Array(items) => items.iter().enumerate().any(|(index, item)| {
            pointer.truncate(length);
            pointer.push_str(&format!("/{index}"));
            locate(item, target, pointer)
        }),
        Tree::Object(fields) => fields.iter().any(|(name, value)| {
            pointer.truncate(length);
            pointer.push('/');
            pointer.push_str(&escape(name));
            locate(value, target, pointer)
        }),
        _ => false,
    }
}

/// A name as it stands in a pointer.
pub(super) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
