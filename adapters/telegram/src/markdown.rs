//! CommonMark to the HTML of Telegram.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::formatted::{Formatted, Writer, attribute};

/// Reads CommonMark. What Telegram lacks (headings, lists, rules) is written
/// with what it has.
pub(crate) fn to_telegram(markdown: &str) -> Formatted {
    let mut writer = Writer::default();
    let mut lists: Vec<Option<u64>> = Vec::new();
    let mut quotations = 0_u32;
    // Text right after a list's mark stands on the same line.
    let mut after_mark = false;
    for event in Parser::new_ext(markdown, Options::empty()) {
        let marked = std::mem::take(&mut after_mark);
        match event {
            Event::Start(tag) => {
                let gap = if lists.is_empty() { 2 } else { 1 };
                match tag {
                    Tag::Paragraph if !marked => writer.gap(gap),
                    Tag::Heading { .. } => {
                        writer.gap(gap);
                        writer.open("b", "");
                    }
                    Tag::BlockQuote(_) => {
                        writer.gap(gap);
                        // Telegram has no quotation within a quotation.
                        if quotations > 0 {
                            writer.lost = true;
                        } else {
                            writer.open("blockquote", "");
                        }
                        quotations += 1;
                    }
                    Tag::CodeBlock(kind) => {
                        writer.gap(gap);
                        writer.open("pre", "");
                        if let CodeBlockKind::Fenced(language) = kind
                            && let Some(language) = language.split_whitespace().next()
                        {
                            writer.open(
                                "code",
                                &format!(" class=\"language-{}\"", attribute(language)),
                            );
                        }
                    }
                    Tag::List(first) => {
                        writer.gap(gap);
                        lists.push(first);
                    }
                    Tag::Item => {
                        writer.gap(1);
                        let depth = lists.len().saturating_sub(1);
                        let mark = match lists.last_mut() {
                            Some(Some(number)) => {
                                let mark = format!("{number}. ");
                                *number += 1;
                                mark
                            }
                            _ => "• ".to_owned(),
                        };
                        writer.text(&format!("{}{mark}", "  ".repeat(depth)));
                        after_mark = true;
                    }
                    Tag::Emphasis => writer.open("i", ""),
                    Tag::Strong => writer.open("b", ""),
                    Tag::Link { dest_url, .. } if !dest_url.is_empty() => {
                        writer.open("a", &format!(" href=\"{}\"", attribute(&dest_url)));
                    }
                    Tag::Image { dest_url, .. } => {
                        // A picture within a text becomes a link to it.
                        writer.lost = true;
                        writer.open("a", &format!(" href=\"{}\"", attribute(&dest_url)));
                    }
                    _ => {}
                }
            }
            Event::End(tag) => match tag {
                TagEnd::Heading(_) | TagEnd::Strong => writer.close("b"),
                TagEnd::Emphasis => writer.close("i"),
                TagEnd::Link | TagEnd::Image => writer.close("a"),
                // The last line break of the code waits for text that no longer
                // comes within it.
                TagEnd::CodeBlock => writer.close("pre"),
                TagEnd::BlockQuote(_) => {
                    quotations = quotations.saturating_sub(1);
                    if quotations == 0 {
                        writer.close("blockquote");
                    }
                }
                TagEnd::List(_) => {
                    lists.pop();
                }
                _ => {}
            },
            Event::Text(text) => {
                // The last line break of a code block is not part of it, and which
                // one is the last shows only when the block ends.
                match text.strip_suffix('\n') {
                    Some(line) if writer.is_open("pre") => {
                        writer.text(line);
                        writer.line_break();
                    }
                    _ => writer.text(&text),
                }
            }
            Event::Code(text) => {
                writer.open("code", "");
                writer.text(&text);
                writer.close("code");
            }
            Event::SoftBreak | Event::HardBreak => writer.line_break(),
            Event::Rule => {
                writer.gap(2);
                writer.text("———");
            }
            Event::Html(tag) | Event::InlineHtml(tag) => {
                let name = tag.trim().trim_start_matches('<').to_ascii_lowercase();
                if name.starts_with("br") {
                    writer.line_break();
                } else {
                    writer.lost = true;
                }
            }
            _ => {}
        }
    }
    writer.finish()
}
