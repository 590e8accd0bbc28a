//! Slack's message text to readable plain text.
//!
//! Slack escapes `&`, `<` and `>`, and puts everything that is not plain words
//! between `<` and `>`: mentions, channels, groups, dates and links. Asterisks
//! and the like are left as the person wrote them.

use eclusa_adapter_sdk::time;

/// Plain text, and whom it mentions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Readable {
    /// The text, without Slack's escapes.
    pub(crate) body: String,
    /// Ids of the users mentioned, in order, each once.
    pub(crate) mentions: Vec<String>,
}

/// Reads text as Slack writes it.
pub(crate) fn readable(text: &str) -> Readable {
    let mut out = Readable::default();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, tail) = rest.split_at(open);
        push_decoded(&mut out.body, before);
        let inside = tail.get(1..).unwrap_or_default();
        // A `<` that no `>` follows, or another `<` first, is no tag of Slack's.
        match inside.find(['<', '>']) {
            Some(close) if inside.get(close..).is_some_and(|end| end.starts_with('>')) => {
                let (tag, after) = inside.split_at(close);
                push_tag(&mut out, tag);
                rest = after.get(1..).unwrap_or_default();
            }
            _ => {
                out.body.push('<');
                rest = inside;
            }
        }
    }
    push_decoded(&mut out.body, rest);
    out
}

/// Resolves the three escapes, and only them.
pub(crate) fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    push_decoded(&mut decoded, text);
    decoded
}

fn push_decoded(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let (char, length) = match tail {
            _ if tail.starts_with("&amp;") => ('&', 5),
            _ if tail.starts_with("&lt;") => ('<', 4),
            _ if tail.starts_with("&gt;") => ('>', 4),
            _ => ('&', 1),
        };
        out.push(char);
        rest = tail.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// What stands between `<` and `>`.
fn push_tag(out: &mut Readable, tag: &str) {
    let (target, label) = match tag.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|label| !label.is_empty())),
        None => (tag, None),
    };
    let shown = match target.chars().next() {
        Some('@') => {
            let id = target.trim_start_matches('@');
            if !out.mentions.iter().any(|known| known == id) {
                out.mentions.push(id.to_owned());
            }
            at_sign(label.unwrap_or(id))
        }
        Some('#') => format!("#{}", label.unwrap_or(target).trim_start_matches('#')),
        Some('!') => special(target.trim_start_matches('!'), label),
        _ if target.contains(':') => link(target, label),
        // Not a tag that Slack documents: as it stands.
        _ => format!("<{tag}>"),
    };
    push_decoded(&mut out.body, &shown);
}

fn at_sign(name: &str) -> String {
    format!("@{}", name.trim_start_matches('@'))
}

/// `<!here>`, `<!subteam^ID|@group>`, `<!date^SECONDS^FORMAT|fallback>`.
fn special(command: &str, label: Option<&str>) -> String {
    let mut parts = command.split('^');
    match (parts.next().unwrap_or_default(), label) {
        ("date", Some(fallback)) => fallback.to_owned(),
        ("date", None) => {
            let seconds = parts.next().unwrap_or_default();
            time::parse(seconds).unwrap_or_else(|| seconds.to_owned())
        }
        ("subteam", Some(group)) => at_sign(group),
        ("subteam", None) => at_sign(parts.next().unwrap_or_default()),
        (_, Some(label)) => at_sign(label),
        (name, None) => at_sign(name),
    }
}

/// A link with its label: `label (url)`, or the address alone where the label
/// says no more than the address.
pub(crate) fn link(url: &str, label: Option<&str>) -> String {
    let address = ["mailto:", "tel:"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let shown = address.unwrap_or(url);
    match label {
        Some(label) if bare(label) != bare(url) => format!("{label} ({shown})"),
        _ => shown.to_owned(),
    }
}

/// An address without scheme and closing slash: clients turn a typed `example.org`
/// into a link whose label lacks them.
fn bare(address: &str) -> &str {
    let rest = ["https://", "http://", "mailto:", "tel:"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme))
        .unwrap_or(address);
    rest.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> String {
        readable(text).body
    }

    #[test]
    fn mentions_become_names_or_ids() {
        let read = readable("<@U1|ana> and <@W2>, <@U1>: see <#C3|general>, <#C4|>, <#C5>");
        assert_eq!(read.body, "@ana and @W2, @U1: see #general, #C4, #C5");
        assert_eq!(read.mentions, ["U1", "W2"]);
    }

    #[test]
    fn groups_and_dates_are_readable() {
        assert_eq!(
            body("<!here> <!channel|channel> <!everyone|@everyone>"),
            "@here @channel @everyone"
        );
        assert_eq!(body("<!subteam^S1|@sales> <!subteam^S2>"), "@sales @S2");
        assert_eq!(body("<!date^1700000000^{date}^https://x.org/|14 Nov>"), "14 Nov");
        assert_eq!(body("<!date^1700000000^{date}>"), "2023-11-14T22:13:20Z");
    }

    #[test]
    fn links_keep_label_and_address() {
        assert_eq!(
            body("<https://x.org/?a=1&amp;b=2|the &lt;page&gt;>"),
            "the <page> (https://x.org/?a=1&b=2)"
        );
        assert_eq!(body("<https://x.org>"), "https://x.org");
        assert_eq!(body("<http://x.org|x.org>"), "http://x.org");
        assert_eq!(body("<https://x.org/|https://x.org>"), "https://x.org/");
        assert_eq!(body("<mailto:ana@x.org|ana@x.org>"), "ana@x.org");
        assert_eq!(body("<mailto:ana@x.org|Ana>"), "Ana (ana@x.org)");
        assert_eq!(body("<tel:+5511999990000|+5511999990000>"), "+5511999990000");
    }

    #[test]
    fn escapes_are_resolved_once() {
        assert_eq!(body("1 &lt; 2 &amp;&amp; 3 &gt; 2"), "1 < 2 && 3 > 2");
        assert_eq!(body("&amp;lt; &nbsp; & &quot;"), "&lt; &nbsp; & &quot;");
    }

    #[test]
    fn what_is_no_tag_stays() {
        for text in ["a < b", "<", "<>", "<<", "a <b", "<p>", "ação <", "*bold* _it_ `code`"] {
            assert_eq!(body(text), text);
        }
        assert_eq!(body("<<@U1>"), "<@U1");
    }
}
