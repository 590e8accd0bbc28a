//! Finds `{secret:NAME}` in text.

use eclusa_model::HttpRequest;

const OPENING: &str = "{secret:";

/// A piece of text with placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Segment<'a> {
    /// Text that stands for itself.
    Literal(&'a str),
    /// Name of the secret that is to stand here.
    Secret(&'a str),
}

/// Takes text apart. What is not exactly a placeholder is literal.
pub(super) fn segments(text: &str) -> Vec<Segment<'_>> {
    let mut segments = Vec::new();
    let mut literal_from = 0;
    let mut search_from = 0;
    while let Some(rest) = text.get(search_from..)
        && let Some(found) = rest.find(OPENING)
    {
        let start = search_from + found;
        let name_from = start + OPENING.len();
        search_from = name_from;
        let Some(name) = text.get(name_from..).and_then(|rest| rest.split_once('}')) else {
            break;
        };
        let name = name.0;
        if !is_name(name) {
            continue;
        }
        if let Some(literal) = text.get(literal_from..start)
            && !literal.is_empty()
        {
            segments.push(Segment::Literal(literal));
        }
        segments.push(Segment::Secret(name));
        literal_from = name_from + name.len() + 1;
        search_from = literal_from;
    }
    if let Some(literal) = text.get(literal_from..)
        && !literal.is_empty()
    {
        segments.push(Segment::Literal(literal));
    }
    segments
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(allowed)
}

/// Where a placeholder stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the URL.
    Url,
    /// In the value of the header with this number.
    Header(usize),
    /// In the body.
    Body,
}

/// All placeholders of a request: where each stands, and its name.
pub(super) fn placeholders(request: &HttpRequest) -> Vec<(Place, &str)> {
    let texts = std::iter::once((Place::Url, request.url.as_str()))
        .chain(
            request
                .headers
                .iter()
                .enumerate()
                .map(|(number, (_, value))| (Place::Header(number), value.as_str())),
        )
        .chain(request.body.as_deref().map(|body| (Place::Body, body)));
    texts
        .flat_map(|(place, text)| {
            segments(text).into_iter().filter_map(move |segment| match segment {
                Segment::Secret(name) => Some((place, name)),
                Segment::Literal(_) => None,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Segment::{Literal, Secret};
    use super::segments;

    #[test]
    fn placeholders_are_found() {
        assert_eq!(segments(""), []);
        assert_eq!(segments("abc"), [Literal("abc")]);
        assert_eq!(segments("{secret:a}"), [Secret("a")]);
        assert_eq!(
            segments("x{secret:bot-token}y{secret:b}"),
            [Literal("x"), Secret("bot-token"), Literal("y"), Secret("b")]
        );
        assert_eq!(segments("{{secret:a}}"), [Literal("{"), Secret("a"), Literal("}")]);
    }

    #[test]
    fn what_only_looks_like_one_is_literal() {
        let long = format!("{{secret:{}}}", "a".repeat(65));
        for text in [
            "{secret:}",
            "{secret:a",
            "{secret: a}",
            "{Secret:a}",
            "{secret:a b}",
            "{secret:ä}",
            &long,
        ] {
            assert_eq!(segments(text), [Literal(text)], "{text}");
        }
        assert_eq!(segments("{secret:{secret:a}"), [Literal("{secret:"), Secret("a")]);
        assert_eq!(segments("{secret:}{secret:a}"), [Literal("{secret:}"), Secret("a")]);
    }
}
