//! Placeholders that are filled, and secrets that come back.

use super::*;

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

#[test]
fn a_secret_is_taken_out_of_the_name_of_a_host() {
    let foreign = url::Url::parse("https://m\u{fc}nchen-7c1f.example").unwrap();
    assert!(foreign.host_str().unwrap().starts_with("xn--"));
    for (secret, text, shown) in [
        // A part of the name, as it stands in the URL after it was read.
        ("Tenant-7C1F", "tenant-7c1f.example:443", "[secret it].example:443"),
        ("m\u{fc}nchen-7c1f", foreign.host_str().unwrap(), "[secret it].example"),
        // The whole name.
        ("Tenant.Example.", "no address for `tenant.example.`", "no address for `[secret it]`"),
        // The URL, of which nothing else is seen.
        ("https://tenant.example/T0/x", "tenant.example:443", "[secret it]:443"),
        ("http://[2001:DB8:0::7]:81/", "[2001:db8::7]:81", "[secret it]:81"),
        // Others stay, and so do short ones.
        ("https://tenant.example/T0/x", "other.example:443", "other.example:443"),
        ("https://t.co/", "t.co:443", "t.co:443"),
        ("no host: ?", "tenant.example:443", "tenant.example:443"),
    ] {
        let mut channel = channel();
        channel.secrets = [("it".to_owned(), Secret::new(secret).into())].into();
        let scrubber = Scrubber::new(&channel);
        assert_eq!(scrubber.naming_host(text.to_owned()), shown, "{secret}");
    }
    // What a chat answers is not taken apart by it: an adapter reads it.
    let mut channel = channel();
    let hook = Secret::new("https://tenant.example/T0/x");
    channel.secrets = [("it".to_owned(), hook.into())].into();
    let answer = "https://tenant.example/file/1";
    assert_eq!(Scrubber::new(&channel).text(answer.to_owned()), answer);
}
