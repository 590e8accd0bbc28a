//! Addresses in texts, and what is none.

use super::Part::{Link, Text};
use super::*;

#[test]
fn addresses_of_the_web_are_links_and_nothing_else_is() {
    let site = "https://example.com/a?b=c&d=(e)f";
    for (text, expected) in [
        ("", vec![]),
        ("Oi", vec![Text("Oi")]),
        ("https://", vec![Text("https://")]),
        ("http://.", vec![Text("http://.")]),
        ("https://example.com.", vec![Link("https://example.com"), Text(".")]),
        ("(https://example.com/x)", vec![Text("("), Link("https://example.com/x"), Text(")")]),
        ("a\nhttps://example.com\nb", vec![Text("a\n"), Link("https://example.com"), Text("\nb")]),
        ("javascript:alert(1)", vec![Text("javascript:alert(1)")]),
        ("ftp://example.com", vec![Text("ftp://example.com")]),
        ("https://example.com\"onclick=", vec![Link("https://example.com"), Text("\"onclick=")]),
        (site, vec![Link(site)]),
        (
            "São https://exemplo.com.br/ação é",
            vec![Text("São "), Link("https://exemplo.com.br/ação"), Text(" é")],
        ),
    ] {
        assert_eq!(parts(text), expected, "{text:?}");
    }
}

#[test]
fn many_addresses_that_are_none_take_no_time() {
    for begin in ["http://[", "http:// ", "http", "http://[ "] {
        let text = begin.repeat(500_000);
        assert_eq!(parts(&text), vec![Text(&text)], "{begin}");
    }
}

#[test]
fn a_browser_is_led_to_the_web_alone() {
    for text in ["https://example.com/a.pdf", "http://127.0.0.1:8080/x"] {
        assert_eq!(address(text), Some(text));
    }
    for text in ["javascript:alert(1)", "data:text/html,x", "/a", "https://", "file:///etc/passwd"]
    {
        assert_eq!(address(text), None, "{text}");
    }
}

#[test]
fn a_letter_goes_to_one_mailbox() {
    assert!(is_mailbox("ana.silva+loja@example.com"));
    for text in ["", "ana", "a@b@c", "a@example.com?bcc=b@example.com", "a@example.com,b", "a b@c"]
    {
        assert!(!is_mailbox(text), "{text}");
    }
}

#[test]
fn only_files_of_this_host_are_shown_in_a_page() {
    let own = |url| own_file("http://h.example:1", url);
    assert_eq!(own("http://h.example:1/demo/files/a-1.png"), Some("/demo/files/a-1.png"));
    for url in [
        "http://h.example:10/demo/files/a.png",
        "http://h.example/demo/files/a.png",
        "http://h.example:1/inbox/events",
        "http://h.example:1/demo/files/../../inbox/events",
        "http://h.example:1/demo/files/%2e%2e/x",
        "http://h.example:1/demo/files/a?b",
        "http://h.example:1@evil.example/demo/files/a.png",
    ] {
        assert_eq!(own(url), None, "{url}");
    }
}
