//! Writing Slack's own markup.

/// Text as it must stand in a message: three characters have a meaning.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// `<url|label>`.
pub(crate) fn link(url: &str, label: &str) -> String {
    // A `|` ends the address, and a line end the link.
    let url = escape(url).replace('|', "%7C");
    let label = escape(label).replace(['\r', '\n'], " ");
    format!("<{url}|{label}>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_characters_are_escaped() {
        assert_eq!(escape("a < b && c > \"d\" é"), "a &lt; b &amp;&amp; c &gt; \"d\" é");
    }

    #[test]
    fn a_link_cannot_be_broken_out_of() {
        assert_eq!(
            link("https://x.org/a|b?c=1&d=2", "a>b|<!here>\nc"),
            "<https://x.org/a%7Cb?c=1&amp;d=2|a&gt;b|&lt;!here&gt; c>"
        );
    }
}
