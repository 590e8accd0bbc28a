//! Secrets get where an adapter wants them, and nowhere else.
//!
//! An adapter is a function, so the functions here are adapters as good as those
//! in the sandbox; each copies text of messages in its own way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use eclusa_model::{
    Channel, Contact, Content, Extra, HttpRequest, HttpResponse, Location, Media, MediaSource,
    OutboundMessage, Phone, Secret,
};
use proptest::prelude::*;
use serde_json::json;

use super::{Filling, Scrubber, Shield, Untrusted, fill};
use crate::OutgoingRequest;

const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const FORGED: &str = "{secret:bot-token}";

fn channel() -> Channel {
    let profile = json!({ "id": "sales", "name": "Sales", "color": "#000000", "adapter": "x" });
    let secret = |name: &str, value: &str| (name.to_owned(), Secret::new(value));
    Channel {
        profile: serde_json::from_value(profile).unwrap(),
        headers: [secret("x-tenant", "acme-tenant")].into(),
        secrets: [
            secret("bot-token", TOKEN),
            secret("odd", "a/b?c=d&e\"f\\g é<"),
            secret("lines", "a\r\nx-evil: 1"),
            secret("hook", "https://hooks.example/T0/B0/x?y=z"),
        ]
        .map(|(name, value)| (name, value.into()))
        .into(),
        ingress_key: Secret::new("key"),
        revision: 1,
        created_at: String::new(),
        updated_at: String::new(),
    }
}

fn message(content: Content) -> OutboundMessage {
    OutboundMessage {
        id: "01J0000000000000000000000".to_owned(),
        conversation: "42".to_owned(),
        content,
        reply_to: None,
        extra: Extra::default(),
    }
}

fn text(body: &str) -> OutboundMessage {
    message(Content::text(body))
}

fn body_of(message: &OutboundMessage) -> &str {
    match &message.content {
        Content::Text(text) => &text.body,
        _ => panic!("not a text"),
    }
}

type Adapter = fn(&OutboundMessage) -> HttpRequest;

/// What the relay does with an adapter and a message.
fn relay(adapter: Adapter, message: &OutboundMessage) -> (Filling, OutgoingRequest) {
    let input = Untrusted { message, response: None, state: None };
    let plain = adapter(message);
    let filling = match Shield::needed(&input, &plain).unwrap() {
        Some(shield) => {
            let masked = adapter(&shield.message);
            shield.choose(plain, Some(masked)).unwrap()
        }
        None => Filling::plain(plain),
    };
    let request = filling.fill(&channel()).unwrap();
    (filling, request)
}

/// The whole request as one text.
fn whole(request: &OutgoingRequest) -> String {
    format!("{} {:?} {:?}", request.url(), request.headers(), request.body())
}

/// How often the token stands in the request, in whatever spelling.
fn tokens(request: &OutgoingRequest) -> usize {
    let mut headers = String::new();
    for value in request.headers().values() {
        headers.push_str(value.to_str().unwrap_or_default());
    }
    let text = format!("{}{headers}{}", request.url(), request.body().unwrap_or_default());
    text.matches("AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw").count()
}

/// Telegram: the token in the URL's path.
fn telegram(message: &OutboundMessage) -> HttpRequest {
    HttpRequest::post_json(
        "https://api.telegram.org/bot{secret:bot-token}/sendMessage",
        &json!({ "chat_id": message.conversation, "text": body_of(message) }),
    )
}

/// The token in a header, one beside an id of the message.
fn bearer(message: &OutboundMessage) -> HttpRequest {
    HttpRequest::post_json("https://chat.example/messages", &json!({ "text": body_of(message) }))
        .header("x-thread", message.conversation.clone())
        .header("authorization", "Bearer {secret:bot-token}")
}

/// The token in a form, beside the text.
fn form(message: &OutboundMessage) -> HttpRequest {
    let text: String = url::form_urlencoded::byte_serialize(body_of(message).as_bytes()).collect();
    HttpRequest {
        method: "POST".to_owned(),
        url: "https://chat.example/send".to_owned(),
        headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body: Some(format!("text={text}&token={{secret:bot-token}}")),
    }
}

/// All in the URL, and nothing of it encoded.
fn careless(message: &OutboundMessage) -> HttpRequest {
    HttpRequest::get(format!(
        "https://chat.example/{}/send?token={{secret:bot-token}}&text={}",
        message.conversation,
        body_of(message)
    ))
}

/// Marks of Markdown and tags are taken out.
fn stripping(message: &OutboundMessage) -> HttpRequest {
    let mut text = String::new();
    let mut tag = false;
    for character in body_of(message).chars() {
        match character {
            '<' => tag = true,
            '>' => tag = false,
            '*' | '_' | '`' | '\u{200b}' => {}
            other if !tag => text.push(other),
            _ => {}
        }
    }
    HttpRequest::post_json(
        "https://chat.example/{secret:bot-token}",
        &json!({ "text": text.trim() }),
    )
}

/// HTML becomes plain text.
fn decoding(message: &OutboundMessage) -> HttpRequest {
    let mut text = body_of(message).to_owned();
    for (reference, character) in [
        ("&#123;", "{"),
        ("&#x7b;", "{"),
        ("&#x07B;", "{"),
        ("&lbrace;", "{"),
        ("&lcub;", "{"),
        ("%7B", "{"),
        ("%7b", "{"),
        ("&#125;", "}"),
        ("&amp;", "&"),
    ] {
        text = text.replace(reference, character);
    }
    HttpRequest::post_json("https://chat.example/{secret:bot-token}", &json!({ "text": text }))
}

/// The text stands right behind a brace of the adapter's own.
fn templating(message: &OutboundMessage) -> HttpRequest {
    let mut request = HttpRequest::get("https://chat.example/{secret:bot-token}");
    request.body = Some(format!("{{{}}}", body_of(message)));
    request.header("content-type", "text/plain")
}

/// Escapes each brace, as Telegram's MarkdownV2 wants it.
fn escaping(message: &OutboundMessage) -> HttpRequest {
    let text = body_of(message).replace('{', "\\{").replace('}', "\\}");
    HttpRequest::post_json("https://chat.example/{secret:bot-token}", &json!({ "text": text }))
}

/// Escapes all that is not ASCII, as Python's `json.dumps` does.
fn ascii_json(message: &OutboundMessage) -> HttpRequest {
    let mut request = telegram(message);
    let body = request.body.take().unwrap();
    let mut escaped = String::new();
    for unit in body.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("\\u{unit:04x}")),
        }
    }
    request.body = Some(escaped);
    request
}

/// A text made of all that a message of the other types holds.
fn flattening(message: &OutboundMessage) -> HttpRequest {
    let parts: Vec<String> = match &message.content {
        Content::Contact(contact) => std::iter::once(contact.name.clone())
            .chain(contact.phones.iter().map(|phone| phone.number.clone()))
            .chain(contact.emails.iter().cloned())
            .chain(contact.organization.clone())
            .collect(),
        Content::Location(location) => {
            vec![
                location.name.clone().unwrap_or_default(),
                location.address.clone().unwrap_or_default(),
            ]
        }
        Content::Document(media) => {
            let (MediaSource::Url(source) | MediaSource::Handle(source)) = &media.source;
            vec![
                source.clone(),
                media.filename.clone().unwrap_or_default(),
                media.caption.clone().unwrap_or_default(),
            ]
        }
        _ => Vec::new(),
    };
    let extra: serde_json::Value = serde_json::from_str(message.extra.as_json()).unwrap();
    HttpRequest::post_json(
        "https://chat.example/{secret:bot-token}",
        &json!({
            "text": parts.join(":"),
            "plain": parts.concat(),
            "reply": message.reply_to,
            "extra": extra,
        }),
    )
}

const TEXT_ADAPTERS: [Adapter; 9] =
    [telegram, bearer, form, careless, stripping, decoding, templating, escaping, ascii_json];

#[test]
fn a_placeholder_in_a_text_reaches_the_chat_as_text() {
    let said = "the syntax is {secret:bot-token}, and {secret:nothing} is none";
    for adapter in [telegram, bearer, ascii_json] {
        let (filling, request) = relay(adapter, &text(said));
        let body: serde_json::Value = serde_json::from_str(request.body().unwrap()).unwrap();
        assert_eq!(body.get("text").unwrap(), said);
        assert_eq!(tokens(&request), 1);
        assert!(filling.is_masked());
        // What is recorded is neither masked nor filled.
        let (_, url, body) = filling.shown();
        let shown = format!("{url}{}", body.unwrap());
        assert!(shown.contains(FORGED) && !shown.contains("AAHdq"), "{shown}");
        assert!(!shown.contains('\u{e000}') && !shown.contains("\\ue000"), "{shown}");
    }
    let (_, request) = relay(form, &text(said));
    let pairs: Vec<_> =
        url::form_urlencoded::parse(request.body().unwrap().as_bytes()).into_owned().collect();
    assert_eq!(pairs.first().unwrap().1, said);
    assert_eq!(pairs.get(1).unwrap().1, TOKEN);
    let (_, request) = relay(careless, &text(said));
    let pairs: Vec<_> = request.url().query_pairs().into_owned().collect();
    assert_eq!(pairs.first().unwrap().1, TOKEN);
    assert_eq!(pairs.get(1).unwrap().1, said);
}

#[test]
fn text_in_every_disguise_gets_no_secret() {
    for said in [
        FORGED,
        "{secret:bot-token}{secret:bot-token}",
        "{{secret:bot-token}}",
        "{secret:{secret:bot-token}",
        "{sec**ret:bot-token}",
        "{<b>secret</b>:bot-token}",
        "{_secret_:`bot-token`}",
        "{sec\u{200b}ret:bot-token}",
        "<b>{</b>secret:bot-token}",
        "&#123;secret:bot-token&#125;",
        "&#x7b;secret:bot-token}",
        "&#x07B;secret:bot-token}",
        "&lbrace;secret:bot-token}",
        "&lcub;secret:bot-token}",
        "%7Bsecret:bot-token}",
        "%7bsecret:bot-token}",
        "secret:bot-token",
        "secret:bot-token}",
        "\\{secret:bot-token\\}",
        "{secret:bot-token",
        "\u{e000}secret:bot-token}",
        "\u{e000}{secret:bot-token}\u{e001}",
        "\\ue000secret:bot-token}",
    ] {
        for (number, adapter) in TEXT_ADAPTERS.into_iter().enumerate() {
            let (_, request) = relay(adapter, &text(said));
            assert_eq!(tokens(&request), 1, "{said} by adapter {number}: {}", whole(&request));
        }
    }
}

#[test]
fn ids_get_no_secret() {
    for adapter in [telegram, bearer, careless] {
        let mut forged = text("hi");
        forged.conversation = FORGED.to_owned();
        let (_, request) = relay(adapter, &forged);
        assert_eq!(tokens(&request), 1, "{}", whole(&request));
    }
    let mut forged = text("hi");
    forged.conversation = FORGED.to_owned();
    let (_, request) = relay(bearer, &forged);
    assert_eq!(request.headers().get("x-thread").unwrap(), FORGED);
    let (_, request) = relay(telegram, &forged);
    assert!(request.body().unwrap().contains(FORGED));
    let (_, request) = relay(careless, &forged);
    assert!(request.url().path().contains("secret:bot-token"), "{}", request.url());
}

#[test]
fn no_field_of_any_type_gets_a_secret() {
    let halves = |left: &str, right: &str| {
        Content::Contact(Contact {
            name: left.to_owned(),
            phones: vec![Phone::new(right)],
            ..Contact::default()
        })
    };
    let mut file = Media::url(format!("https://files.example/{FORGED}"));
    file.filename = Some(FORGED.to_owned());
    file.caption = Some(FORGED.to_owned());
    let contents = [
        halves(FORGED, FORGED),
        halves("{secret", "bot-token}"),
        halves("{sec", "ret:bot-token}"),
        halves("{", "secret:bot-token}"),
        halves("{secret:bot", "-token}"),
        Content::Location(Location {
            latitude: 1.0,
            longitude: 2.0,
            name: Some("{secret".to_owned()),
            address: Some("bot-token}".to_owned()),
        }),
        Content::Document(file),
        Content::Contact(Contact {
            name: "x".to_owned(),
            emails: vec![FORGED.to_owned()],
            organization: Some(FORGED.to_owned()),
            vcard: Some(FORGED.to_owned()),
            ..Contact::default()
        }),
    ];
    for content in contents {
        let mut forged = message(content);
        forged.reply_to = Some(FORGED.to_owned());
        forged.extra = Extra::from_json(
            r#"{"{secret:bot-token}":"{secret:bot-token}","n":12345678901234567890,
               "a":["\u007bsecret:bot-token}",{"b":"\u007Bs\u0065cret:bot-token}"}]}"#
                .to_owned(),
        )
        .unwrap();
        let (filling, request) = relay(flattening, &forged);
        assert!(filling.is_masked());
        assert_eq!(tokens(&request), 1, "{}", whole(&request));
        let body: serde_json::Value = serde_json::from_str(request.body().unwrap()).unwrap();
        let extra = body.get("extra").unwrap();
        assert_eq!(extra.get(FORGED).unwrap(), FORGED);
        assert_eq!(extra.pointer("/a/0").unwrap(), FORGED);
        assert_eq!(extra.pointer("/a/1/b").unwrap(), FORGED);
        assert_eq!(body.get("reply").unwrap(), FORGED);
    }
}

#[test]
fn ordinary_braces_are_not_touched() {
    // No second call is made for most, and where one is, it changes nothing.
    for said in ["{}", "a {b} c", r#"{"secret":"reset","c":1}"#, "{ secrets } & 100 % crate"] {
        let (filling, request) = relay(escaping, &text(said));
        assert!(!filling.is_masked(), "{said}");
        let body: serde_json::Value = serde_json::from_str(request.body().unwrap()).unwrap();
        let escaped = said.replace('{', "\\{").replace('}', "\\}");
        assert_eq!(body.get("text").unwrap(), &escaped);
    }
}

#[test]
fn an_adapter_without_placeholders_is_called_once() {
    let plain = HttpRequest::get("https://chat.example/");
    let forged = text(FORGED);
    let input = Untrusted { message: &forged, response: None, state: None };
    assert!(Shield::needed(&input, &plain).unwrap().is_none());
}

#[test]
fn what_cannot_be_told_apart_is_refused() {
    let forged = text(FORGED);
    let input = Untrusted { message: &forged, response: None, state: None };
    let plain = telegram(&forged);
    let shield = Shield::needed(&input, &plain).unwrap().unwrap();
    let problem = shield.choose(plain, None).unwrap_err();
    assert_eq!(problem.code, "placeholder_in_message");
}

#[test]
fn a_response_and_a_state_are_masked_too() {
    let said = text("hi");
    let response = HttpResponse {
        status: 200,
        headers: vec![("x-echo".to_owned(), FORGED.to_owned())],
        body: r#"{"echo":"{secret:bot-token}","ok":{"n":1.50}}"#.to_owned(),
    };
    let input = Untrusted { message: &said, response: Some(&response), state: Some(FORGED) };
    let plain = HttpRequest::get("https://chat.example/{secret:bot-token}?x={secret:bot-token}");
    let shield = Shield::needed(&input, &plain).unwrap().unwrap();
    let masked = shield.response.as_ref().unwrap();
    assert!(!masked.headers.first().unwrap().1.contains('{'));
    // Only within strings: it is still the same JSON.
    assert_eq!(masked.body.matches('{').count(), 2);
    assert!(masked.body.ends_with(r#","ok":{"n":1.50}}"#));
    let state = shield.state.clone().unwrap();
    assert!(!state.contains('{'));
    let masked = HttpRequest::get("https://chat.example/{secret:bot-token}");
    let filling = shield.choose(plain, Some(masked)).unwrap();
    assert_eq!(filling.state(state), FORGED);
}

#[test]
fn secrets_are_written_as_their_place_demands() {
    let odd = |content_type: Option<&str>, body: &str| {
        let mut request = HttpRequest::get("https://chat.example/");
        request.body = Some(body.to_owned());
        if let Some(content_type) = content_type {
            request = request.header("Content-Type", content_type);
        }
        fill(&request, &channel()).unwrap().body().unwrap().to_owned()
    };
    let json = r#"{"k":"a/b?c=d&e\"f\\g é<"}"#;
    assert_eq!(odd(Some("application/json; charset=utf-8"), r#"{"k":"{secret:odd}"}"#), json);
    assert_eq!(odd(Some("application/vnd.api+json"), r#"{"k":"{secret:odd}"}"#), json);
    assert_eq!(odd(None, r#"{"k":"{secret:odd}"}"#), json);
    assert_eq!(
        odd(Some("application/x-www-form-urlencoded"), "k={secret:odd}"),
        "k=a%2Fb%3Fc%3Dd%26e%22f%5Cg+%C3%A9%3C"
    );
    assert_eq!(
        odd(Some("text/xml"), "<k>{secret:odd}</k>"),
        "<k>a/b?c=d&amp;e&quot;f\\g é&lt;</k>"
    );
    assert_eq!(odd(Some("text/plain"), "{secret:odd}"), "a/b?c=d&e\"f\\g é<");

    let url = |url: &str| fill(&HttpRequest::get(url), &channel()).unwrap().url().to_string();
    assert_eq!(
        url("https://chat.example/bot{secret:bot-token}/x"),
        format!("https://chat.example/bot{TOKEN}/x")
    );
    assert_eq!(
        url("https://chat.example/{secret:odd}?k={secret:odd}"),
        "https://chat.example/a%2Fb%3Fc%3Dd%26e%22f%5Cg%20%C3%A9%3C\
         ?k=a%2Fb%3Fc%3Dd%26e%22f%5Cg%20%C3%A9%3C"
    );
    assert_eq!(url("{secret:hook}"), "https://hooks.example/T0/B0/x?y=z");
}

#[test]
fn the_channels_headers_win() {
    let request = HttpRequest::get("https://chat.example/")
        .header("X-Tenant", "adapter")
        .header("accept", "application/json");
    let request = fill(&request, &channel()).unwrap();
    let tenants: Vec<_> = request.headers().get_all("x-tenant").iter().collect();
    assert_eq!(tenants, ["acme-tenant"]);
    assert_eq!(request.headers().get("accept").unwrap(), "application/json");
}

#[test]
fn what_cannot_be_filled_is_a_problem() {
    let problem = |request: &HttpRequest| fill(request, &channel()).unwrap_err();
    let missing = problem(&HttpRequest::get("https://chat.example/{secret:nothing}"));
    assert_eq!(missing.code, "secret_missing");
    assert!(missing.message.contains("`nothing`") && missing.message.contains("`sales`"));
    let get = || HttpRequest::get("https://chat.example/");
    for (request, code) in [
        (get().header("x-key", "{secret:lines}"), "invalid_header"),
        (get().header("x-key", "a\r\nb: c"), "invalid_header"),
        (get().header("a b", "c"), "invalid_header"),
        (get().header("Host", "evil.example"), "invalid_header"),
        (get().header("content-length", "1"), "invalid_header"),
        (HttpRequest::get("chat.example"), "invalid_url"),
        (HttpRequest::get("file:///etc/passwd"), "invalid_url"),
        (HttpRequest { method: "TRACE".to_owned(), ..get() }, "invalid_method"),
    ] {
        let problem = problem(&request);
        assert_eq!(problem.code, code, "{request:?}");
        assert!(!problem.retryable);
        assert!(!problem.message.contains("x-evil"));
    }
    let mut channel = channel();
    channel.headers.insert("transfer-encoding".to_owned(), Secret::new("chunked"));
    assert_eq!(fill(&get(), &channel).unwrap_err().code, "invalid_header");
}

#[test]
fn a_secret_that_comes_back_is_taken_out() {
    let scrubber = Scrubber::new(&channel());
    let response = HttpResponse {
        status: 200,
        headers: vec![("x-echo".to_owned(), format!("Bearer {TOKEN}"))],
        body: format!(
            r#"{{"url":"/bot{TOKEN}","t":"acme-tenant","odd":"a/b?c=d&e\"f\\g é<",
               "query":"{}","id":"110201543"}}"#,
            TOKEN.replace(':', "%3A")
        ),
    };
    let response = scrubber.response(response);
    let text = format!("{response:?}");
    for secret in ["AAHdq", "acme-tenant", "b?c=d"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(response.body.contains(r#""url":"/bot[secret bot-token]""#), "{text}");
    assert!(response.body.contains(r#""id":"110201543""#), "{text}");
    assert_eq!(format!("{scrubber:?}"), "Scrubber(…)");
}

proptest! {
    /// Whatever a message says, the token is where the adapter put it, once.
    #[test]
    fn no_text_gets_a_secret(
        body in "([{}&%;:*_`<b>\\\\ ]|secret|secret:|bot-token|&#123;|&#x7b;|%7B|sec|ret:|\u{e000}|[a-e]){1,24}",
        conversation in "([{}&%:]|secret:|bot-token|[a-e]){1,8}",
    ) {
        let mut said = text(&body);
        said.conversation = conversation;
        for adapter in TEXT_ADAPTERS {
            let (_, request) = relay(adapter, &said);
            prop_assert_eq!(tokens(&request), 1, "{}", whole(&request));
        }
    }

    /// What an adapter copies comes out as it went in.
    #[test]
    fn text_arrives_unchanged(
        body in "([{}&%;:]|secret:|bot-token|&#123;|%7b|\u{e000}|\u{e001}|é|[a-e]|s){1,24}",
    ) {
        for adapter in [telegram, bearer, ascii_json] {
            let (_, request) = relay(adapter, &text(&body));
            let sent: serde_json::Value = serde_json::from_str(request.body().unwrap()).unwrap();
            prop_assert_eq!(sent.get("text").unwrap(), &body);
        }
        let (_, request) = relay(form, &text(&body));
        let sent = url::form_urlencoded::parse(request.body().unwrap().as_bytes()).next().unwrap();
        prop_assert_eq!(sent.1, body);
    }
}
