//! HTML of inline elements, as a platform writes it, to that of Telegram.

use crate::formatted::{Formatted, Writer, attribute};

/// Reads HTML as browsers do: nothing in it is an error.
pub(crate) fn to_telegram(html: &str) -> Formatted {
    let mut writer = Writer::default();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (text, from_tag) = rest.split_at(start);
        write_text(text, &mut writer);
        match tag(from_tag) {
            Some((inside, after)) => {
                write_tag(inside, &mut writer);
                rest = after;
            }
            None => {
                writer.text("<");
                rest = from_tag.get(1..).unwrap_or_default();
            }
        }
    }
    write_text(rest, &mut writer);
    writer.finish()
}

/// What stands between the angle brackets of a tag, and what follows it. A `<`
/// that no name follows is just a character.
fn tag(text: &str) -> Option<(&str, &str)> {
    let inside = text.get(1..)?;
    let first = inside.strip_prefix('/').unwrap_or(inside).chars().next()?;
    if !(first.is_ascii_alphabetic() || first == '!') {
        return None;
    }
    inside.split_once('>')
}

fn write_tag(inside: &str, writer: &mut Writer) {
    let (closes, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    let end = inside.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(inside.len());
    let (name, attributes) = inside.split_at(end);
    let element = match name.to_ascii_lowercase().as_str() {
        "b" | "strong" => "b",
        "i" | "em" => "i",
        "u" | "ins" => "u",
        "s" | "strike" | "del" => "s",
        "code" => "code",
        "pre" => "pre",
        "blockquote" => "blockquote",
        "tg-spoiler" => "tg-spoiler",
        "a" => "a",
        "br" => return writer.line_break(),
        "p" | "div" => return writer.gap(1),
        comment if comment.starts_with('!') => return,
        _ => {
            writer.lost = true;
            return;
        }
    };
    if closes {
        writer.close(element);
    } else if element == "a" {
        match value_of(attributes, "href") {
            Some(href) if !href.is_empty() => {
                writer.open("a", &format!(" href=\"{}\"", attribute(&unescape(href))));
            }
            _ => writer.lost = true,
        }
    } else {
        writer.open(element, "");
    }
}

/// The value of an attribute, in quotes of either kind or without.
fn value_of<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let lower = attributes.to_ascii_lowercase();
    let at = lower.find(&format!("{name}="))? + name.len() + 1;
    let value = attributes.get(at..)?;
    match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next(),
        _ => value.split_whitespace().next(),
    }
}

/// Writes text between tags. Line ends in HTML text are kept as line breaks:
/// platforms that send inline HTML mean them so.
fn write_text(text: &str, writer: &mut Writer) {
    writer.text(&unescape(text));
}

/// Replaces character references; what is none stays as it is.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let reference = from.get(1..).and_then(|inside| inside.split_once(';'));
        match reference.and_then(|(name, after)| Some((character(name)?, after))) {
            Some((letter, after)) => {
                out.push(letter);
                rest = after;
            }
            None => {
                out.push('&');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|letter| *letter != '\0')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(source: &str) -> String {
        to_telegram(source).html
    }

    #[test]
    fn known_elements_pass_and_are_always_closed() {
        assert_eq!(html("<strong>a</strong> <EM>b</em>"), "<b>a</b> <i>b</i>");
        assert_eq!(html("<b>a <i>b</b> c</i>"), "<b>a <i>b</i></b> c");
        assert_eq!(html("<u>open"), "<u>open</u>");
        assert_eq!(html("a<br>b<br/>c"), "a\nb\nc");
        assert_eq!(html("<p>a</p><p>b</p>"), "a\nb");
    }

    #[test]
    fn links_keep_their_address() {
        assert_eq!(
            html(r#"<a class="x" href="https://e.org/?a=1&amp;b=2">x</a>"#),
            r#"<a href="https://e.org/?a=1&amp;b=2">x</a>"#
        );
        assert_eq!(html("<a href='tg://user?id=1'>x</a>"), r#"<a href="tg://user?id=1">x</a>"#);
        let formatted = to_telegram("<a name=x>y</a>");
        assert_eq!((formatted.html.as_str(), formatted.lost), ("y", true));
    }

    #[test]
    fn what_is_no_markup_is_text() {
        assert_eq!(html("1 < 2 & 3 > 2"), "1 &lt; 2 &amp; 3 &gt; 2");
        assert_eq!(html("a <3"), "a &lt;3");
        assert_eq!(html("&lt;b&gt; &#8364; &#x20AC; &bogus;"), "&lt;b&gt; € € &amp;bogus;");
        assert_eq!(html("<!-- no -->a"), "a");
    }

    #[test]
    fn unknown_elements_leave_their_text() {
        let formatted = to_telegram("<table><td>a</td></table>");
        assert_eq!((formatted.html.as_str(), formatted.lost), ("a", true));
    }

    #[test]
    fn the_length_is_that_of_the_text_in_utf_16() {
        assert_eq!(to_telegram("<b>a&amp;</b>😀").length, 4);
    }
}
