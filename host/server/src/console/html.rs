//! Writing pages.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// A text as it stands in a page: nothing in it is taken for a tag, an attribute or
/// a reference.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Marks an answer that is written for people: it stays as it is, whatever its
/// status.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page;

/// A whole page. `body` is HTML: what comes from elsewhere is escaped in it.
pub(super) fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escape(title);
    let mut response = (
        status,
        Html(format!(
            r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/console.css">
</head>
<body>
{body}
</body>
</html>
"#
        )),
    )
        .into_response();
    response.extensions_mut().insert(Page);
    response
}

/// Sends a browser to another of our pages, with `GET`.
pub(super) fn go_to(path: &'static str) -> Response {
    let location = [(header::LOCATION, HeaderValue::from_static(path))];
    (StatusCode::SEE_OTHER, location).into_response()
}

/// A script of ours.
pub(crate) fn script(source: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], source).into_response()
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(escape(r#"<a href="x">'&amp;"#), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;");
        assert_eq!(escape("Atendimento é já"), "Atendimento é já");
    }
}
