//! The contract's HTML of inline elements to Slack's mrkdwn.

use crate::mrkdwn;

/// Text in Slack's markup.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Converted {
    /// The text, escaped.
    pub(crate) text: String,
    /// Some element has no counterpart in Slack.
    pub(crate) lossy: bool,
}

/// Converts `b`, `i`, `s`, `a`, `code`, `pre` and `br`; of every other element
/// only the content is kept.
pub(crate) fn to_mrkdwn(html: &str) -> Converted {
    let mut out = Converted { text: String::new(), lossy: false };
    // The address of the link that is open, and where its label begins.
    let mut link: Option<(String, usize)> = None;
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (before, tail) = rest.split_at(open);
        out.text.push_str(&mrkdwn::escape(&decode(before)));
        let inside = tail.get(1..).unwrap_or_default();
        let is_tag = inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        let Some(close) = inside.find('>').filter(|_| is_tag) else {
            out.text.push_str("&lt;");
            rest = inside;
            continue;
        };
        let (tag, after) = inside.split_at(close);
        rest = after.get(1..).unwrap_or_default();
        element(tag, &mut out, &mut link);
    }
    out.text.push_str(&mrkdwn::escape(&decode(rest)));
    close_link(&mut out, &mut link);
    out
}

fn element(tag: &str, out: &mut Converted, link: &mut Option<(String, usize)>) {
    let tag = tag.trim().trim_end_matches('/').trim_end();
    let closing = tag.starts_with('/');
    let tag = tag.trim_start_matches('/');
    let name = tag.split(char::is_whitespace).next().unwrap_or_default().to_ascii_lowercase();
    match name.as_str() {
        "b" | "strong" => out.text.push('*'),
        "i" | "em" => out.text.push('_'),
        "s" | "del" | "strike" => out.text.push('~'),
        "code" => out.text.push('`'),
        "pre" => out.text.push_str("```"),
        "br" => out.text.push('\n'),
        "a" if closing => close_link(out, link),
        "a" => {
            close_link(out, link);
            *link = href(tag).map(|href| (href, out.text.len()));
        }
        _ => out.lossy = true,
    }
}

/// Turns what was written since the link was opened into its label.
fn close_link(out: &mut Converted, link: &mut Option<(String, usize)>) {
    let Some((href, start)) = link.take() else { return };
    let label = out.text.split_off(start);
    let url = mrkdwn::escape(&href).replace('|', "%7C");
    let label = label.replace('\n', " ");
    match label.as_str() {
        "" => out.text.push_str(&format!("<{url}>")),
        label => out.text.push_str(&format!("<{url}|{label}>")),
    }
}

fn href(tag: &str) -> Option<String> {
    let at = tag.to_ascii_lowercase().find("href")?;
    let value = tag.get(at + 4..)?.trim_start().strip_prefix('=')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
        _ => value.split(char::is_whitespace).next()?,
    };
    let known = ["https://", "http://", "mailto:", "tel:"];
    known.iter().any(|scheme| value.starts_with(scheme)).then(|| decode(value))
}

/// HTML's character references, as far as text of this kind uses them.
fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let reference = tail.get(1..).and_then(|tail| tail.split_once(';'));
        match reference.and_then(|(name, after)| Some((character(name)?, after))) {
            Some((character, after)) => {
                out.push(character);
                rest = after;
            }
            None => {
                out.push('&');
                rest = tail.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        to_mrkdwn(html).text
    }

    #[test]
    fn inline_elements_have_counterparts() {
        assert_eq!(text("<b>a</b> <I>b</I> <s>c</s> <code>d</code><br/>e"), "*a* _b_ ~c~ `d`\ne");
        assert_eq!(text("<pre>x &lt; y</pre>"), "```x &lt; y```");
        assert_eq!(
            text(r#"<a class="z" href="https://x.org/?a=1&amp;b=2">the <b>page</b></a>."#),
            "<https://x.org/?a=1&amp;b=2|the *page*>."
        );
    }

    #[test]
    fn nothing_else_becomes_markup() {
        assert_eq!(
            text("1 < 2 &amp; 3 > 2 &#33; &#x263A; &nope; &"),
            "1 &lt; 2 &amp; 3 &gt; 2 ! ☺ &amp;nope; &amp;"
        );
        assert_eq!(text(r#"<a href="javascript:x">no</a>"#), "no");
        assert_eq!(text("<a href='https://x.org'>open"), "<https://x.org|open>");
        assert_eq!(text("<!here> <b"), "&lt;!here&gt; &lt;b");
    }

    #[test]
    fn what_is_lost_is_told() {
        assert_eq!(to_mrkdwn("<u>a</u>"), Converted { text: "a".to_owned(), lossy: true });
        assert!(!to_mrkdwn("<b>a</b>").lossy);
    }
}
