//! Markup of outbound texts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_whatsapp_cloud::WhatsAppCloud;

fn sent(body: &str, markup: Markup) -> (String, usize) {
    let host = testing::TestHost::with_settings(&json!({ "phone_number_id": "1" }));
    let message = OutboundMessage {
        id: "1".into(),
        conversation: "5511999990000".into(),
        content: Content::Text(Text { body: body.into(), markup }),
        reply_to: None,
        extra: Extra::default(),
    };
    let prepared = WhatsAppCloud::send(&host.context(), &message).unwrap();
    let body: serde_json::Value = serde_json::from_str(&prepared.request.body.unwrap()).unwrap();
    (body["text"]["body"].as_str().unwrap().to_owned(), prepared.warnings.len())
}

#[test]
fn plain_text_stays_as_it_is() {
    let text = "2 * 3 = **6** <b>_x_</b> &amp; `y`";
    assert_eq!(sent(text, Markup::Plain), (text.to_owned(), 0));
}

#[test]
fn markdown_becomes_whatsapps_marks() {
    for (markdown, expected, lossy) in [
        ("**bold** and *italic*", "*bold* and _italic_", false),
        ("__bold__ and _italic_ and ~~gone~~", "*bold* and _italic_ and ~gone~", false),
        ("**bold *both***", "*bold _both_*", false),
        ("2 * 3 * 4 and 5*6", "2 * 3 * 4 and 5*6", false),
        ("snake_case_name and file_name", "snake_case_name and file_name", false),
        ("`a*b*c` \\*star\\*", "`a*b*c` *star*", false),
        ("```rust\nlet **x**;\n```", "```\nlet **x**;\n```", false),
        ("* one\n* two", "- one\n- two", false),
        ("# Title\nbody", "*Title*\nbody", true),
        ("[site](https://example.com)", "site (https://example.com)", true),
        ("<https://example.com> [x] (y)", "<https://example.com> [x] (y)", false),
        ("**open and *open", "**open and *open", false),
        ("olá **você** 😀*é*", "olá *você* 😀_é_", false),
    ] {
        let warnings = usize::from(lossy);
        assert_eq!(sent(markdown, Markup::Markdown), (expected.to_owned(), warnings), "{markdown}");
    }
}

#[test]
fn html_becomes_whatsapps_marks() {
    for (html, expected, lossy) in [
        ("<b>bold</b> <i>italic</i> <s>gone</s>", "*bold* _italic_ ~gone~", false),
        ("a<br>b<br/>c &lt;d&gt; &amp; &#233;&#xE9;", "a\nb\nc <d> & éé", false),
        ("<code>x</code><pre>y</pre>", "`x````y```", false),
        (
            "<a href=\"https://example.com/?a=1&amp;b=2\">site</a>",
            "site (https://example.com/?a=1&b=2)",
            true,
        ),
        ("<a href='https://example.com'>https://example.com</a>", "https://example.com", false),
        ("<u>under</u>", "under", true),
        ("1 < 2 &unknown; & <", "1 < 2 &unknown; & <", false),
    ] {
        let warnings = usize::from(lossy);
        assert_eq!(sent(html, Markup::Html), (expected.to_owned(), warnings), "{html}");
    }
}

#[test]
fn hostile_markup_ends_quickly() {
    for text in ["*_".repeat(2000), "[".repeat(4000), "**a ".repeat(1000), "<a href=".repeat(500)] {
        for markup in [Markup::Markdown, Markup::Html] {
            sent(&text, markup);
        }
    }
}
