//! HTML of inline elements to WhatsApp's marks.

use crate::markup::Marked;

/// Rewrites a text. Tags that WhatsApp has no mark for fall away, their text stays.
pub(crate) fn write(body: &str) -> Marked {
    let mut marked = Marked::default();
    let mut links: Vec<(String, usize)> = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find(['<', '&']) {
        let (plain, tail) = rest.split_at(at);
        marked.text.push_str(plain);
        rest = if tail.starts_with('<') {
            tag(tail, &mut marked, &mut links)
        } else {
            entity(tail, &mut marked)
        };
    }
    marked.text.push_str(rest);
    marked
}

/// Handles the tag that `text` begins with; what follows it.
fn tag<'a>(text: &'a str, marked: &mut Marked, links: &mut Vec<(String, usize)>) -> &'a str {
    let Some((tag, rest)) = text.get(1..).and_then(|text| text.split_once('>')) else {
        marked.text.push_str(text);
        return "";
    };
    let (closes, tag) = match tag.strip_prefix('/') {
        Some(tag) => (true, tag),
        None => (false, tag),
    };
    let name = tag.split([' ', '/', '\n', '\t']).next().unwrap_or_default().to_ascii_lowercase();
    match name.as_str() {
        "b" | "strong" => marked.text.push('*'),
        "i" | "em" => marked.text.push('_'),
        "s" | "del" | "strike" => marked.text.push('~'),
        "code" => marked.text.push('`'),
        "pre" => marked.text.push_str("```"),
        "br" => marked.text.push('\n'),
        "a" if closes => {
            if let Some((address, start)) = links.pop() {
                let label = marked.text.split_off(start.min(marked.text.len()));
                marked.link(&label, &address);
            }
        }
        "a" => links.push((href(tag), marked.text.len())),
        _ => marked.lossy = true,
    }
    rest
}

fn href(tag: &str) -> String {
    let value = tag.split_once("href=").map(|(_, value)| value).unwrap_or_default();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let address = match quote {
        Some(quote) => value.get(1..).and_then(|value| value.split(quote).next()),
        None => value.split_whitespace().next(),
    };
    write(address.unwrap_or_default()).text
}

/// Handles the character reference that `text` begins with; what follows it.
fn entity<'a>(text: &'a str, marked: &mut Marked) -> &'a str {
    let found = text.get(1..).and_then(|text| text.split_once(';')).and_then(|(name, rest)| {
        let character = match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            "nbsp" => '\u{a0}',
            _ => char::from_u32(code(name.strip_prefix('#')?)?)?,
        };
        Some((character, rest))
    });
    let (character, rest) = found.unwrap_or(('&', text.get(1..).unwrap_or_default()));
    marked.text.push(character);
    rest
}

fn code(digits: &str) -> Option<u32> {
    match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    }
}
