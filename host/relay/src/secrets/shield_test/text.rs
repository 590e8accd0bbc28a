//! Text that looks like a placeholder.

use super::*;

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
