//! CommonMark to WhatsApp's marks, as far as chats use it.

use crate::markup::Marked;

/// Marks of CommonMark and what WhatsApp writes for them; the longer ones first.
const MARKS: [(&str, &str); 5] = [("**", "*"), ("__", "*"), ("~~", "~"), ("*", "_"), ("_", "_")];

/// How deep emphases may be nested; what is deeper stays as it is written.
const MAX_DEPTH: usize = 8;

/// Rewrites a text line by line; fenced code stays as it is.
pub(crate) fn write(body: &str) -> Marked {
    let mut marked = Marked::default();
    let mut fenced = false;
    for (index, line) in body.lines().enumerate() {
        if index > 0 {
            marked.text.push('\n');
        }
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            marked.text.push_str("```");
        } else if fenced {
            marked.text.push_str(line);
        } else {
            block(line, &mut marked);
        }
    }
    marked
}

fn block(line: &str, marked: &mut Marked) {
    let heading = line.trim_start_matches('#');
    let level = line.len() - heading.len();
    if (1..=6).contains(&level) && heading.starts_with(' ') {
        marked.lossy = true;
        marked.text.push('*');
        inline(heading.trim(), MAX_DEPTH, marked);
        marked.text.push('*');
        return;
    }
    let indent = line.len() - line.trim_start().len();
    let (space, rest) = line.split_at(indent);
    marked.text.push_str(space);
    match rest.strip_prefix("* ").or_else(|| rest.strip_prefix("+ ")) {
        Some(item) => {
            marked.text.push_str("- ");
            inline(item, MAX_DEPTH, marked);
        }
        None => inline(rest, MAX_DEPTH, marked),
    }
}

fn inline(mut text: &str, depth: usize, marked: &mut Marked) {
    let mut before = ' ';
    while let Some(next) = text.chars().next() {
        if let Some((rest, last)) = span(text, before, depth, marked) {
            (text, before) = (rest, last);
            continue;
        }
        let rest = text.get(next.len_utf8()..).unwrap_or_default();
        // `\*` is a star that means nothing.
        let escaped = rest.chars().next().filter(|c| next == '\\' && c.is_ascii_punctuation());
        let plain = escaped.unwrap_or(next);
        marked.text.push(plain);
        text = if escaped.is_some() { rest.get(1..).unwrap_or_default() } else { rest };
        before = plain;
    }
}

/// A code span, a link or an emphasis at the start of `text`; the rest after it,
/// and the character it ended with.
fn span<'a>(
    text: &'a str,
    before: char,
    depth: usize,
    marked: &mut Marked,
) -> Option<(&'a str, char)> {
    let deeper = depth.checked_sub(1)?;
    if let Some(after) = text.strip_prefix('`') {
        let (code, rest) = after.split_once('`')?;
        marked.text.push_str(&format!("`{code}`"));
        return Some((rest, '`'));
    }
    if let Some(after) = text.strip_prefix("![").or_else(|| text.strip_prefix('[')) {
        let (label, after) = after.split_once("](")?;
        let (address, rest) = after.split_once(')')?;
        if label.contains(['[', ']', '\n']) || address.contains(char::is_whitespace) {
            return None;
        }
        marked.link(label, address);
        return Some((rest, ')'));
    }
    MARKS.iter().find_map(|(mark, own)| {
        let after = text.strip_prefix(mark)?;
        // An underscore within a word is a part of its name.
        if mark.starts_with('_') && before.is_alphanumeric() {
            return None;
        }
        let end = closing(after, mark)?;
        let inner = after.get(..end)?;
        marked.text.push_str(own);
        inline(inner, deeper, marked);
        marked.text.push_str(own);
        Some((after.get(end + mark.len()..)?, '*'))
    })
}

/// Where an emphasis that begins before `text` ends.
fn closing(text: &str, mark: &str) -> Option<usize> {
    if text.starts_with(char::is_whitespace) || text.starts_with(mark) {
        return None;
    }
    let single = mark.len() == 1;
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find(mark) {
        let mut at = from + found;
        // Of three marks in a row, the first one ends an emphasis within.
        if !single && text.get(at + mark.len()..)?.starts_with(mark.get(..1)?) {
            at += 1;
        }
        let (inner, after) = (text.get(..at)?, text.get(at + mark.len()..)?);
        let doubled = single && after.starts_with(mark);
        let in_word = mark.starts_with('_') && after.starts_with(char::is_alphanumeric);
        if !doubled && !in_word && !inner.ends_with(char::is_whitespace) {
            return Some(at);
        }
        from = at + if doubled { 2 } else { mark.len() };
    }
    None
}
