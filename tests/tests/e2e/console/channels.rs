//! The pages of channels: what they save, refuse and never show.

use eclusa_tests::{Browser, Chat, Eclusa, FakeChat, Setup, own};

const SECRET: &str = "a-value-that-nobody-may-see";

async fn send(
    browser: &Browser,
    eclusa: &Eclusa,
    path: &str,
    fields: &[(&str, &str)],
) -> eclusa_tests::Answer {
    let csrf = browser.form_token(eclusa).await;
    let mut fields = fields.to_vec();
    fields.push(("csrf", &csrf));
    browser.submit(eclusa, path, &fields).await
}

#[tokio::test]
async fn what_a_form_says_is_what_the_api_has_and_secrets_are_never_shown() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open, Chat::Whatsapp]).start();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    let url = fake.url();
    let all = [
        ("/adapter", "whatsapp-cloud"),
        ("/name", " Vendas "),
        ("/id", "vendas"),
        ("/description", "Linha 1\r\nLinha 2"),
        ("/color", "#0b6284"),
        ("/url", &url),
        ("/settings/phone_number_id", "001"),
        ("/settings/api_version", "v25.0"),
        ("/settings/preview_url", "true"),
        ("/secrets/access-token", SECRET),
        ("/secrets/app-secret", SECRET),
        ("/secrets/verify-token", SECRET),
        ("new-header-name-0", "x-tenant"),
        ("new-header-value-0", SECRET),
        ("/delivery/pace/per_second", "2.5"),
        ("/delivery/on_exhaustion", "hold"),
    ];
    let created = send(&browser, &eclusa, "/channels/new", &all).await;
    assert_eq!(
        (created.status, created.header("location")),
        (303, Some("/channels/vendas?done=created")),
        "{}",
        created.body
    );
    let channel = eclusa.get("/v1/channels/vendas").await.ok();
    assert_eq!(channel["name"], "Vendas");
    assert_eq!(channel["description"], "Linha 1\nLinha 2");
    assert_eq!(channel["color"], "#0B6284");
    assert_eq!(
        channel["settings"],
        serde_json::json!({ "phone_number_id": "001", "preview_url": true })
    );
    assert_eq!(
        channel["delivery"],
        serde_json::json!({ "pace": { "per_second": 2.5 }, "on_exhaustion": "hold" })
    );
    assert_eq!(channel["headers"]["x-tenant"]["set"], true);

    // What is left empty stays, what is crossed out goes, what the form does not show
    // is kept.
    eclusa
        .api(
            "PATCH",
            "/v1/channels/vendas",
            &serde_json::json!({ "delivery": { "retry": [1, 2] }, "flow": "sales" }),
        )
        .await
        .ok();
    let again = [
        ("/adapter", "whatsapp-cloud"),
        ("revision", "2"),
        ("/name", "Vendas 2"),
        ("/color", "#0b6284"),
        ("/url", &url),
        ("/settings/phone_number_id", "002"),
        ("/flow", "sales"),
        ("/flow_runner", "platform"),
        ("remove:/headers/x-tenant", "true"),
    ];
    let changed = send(&browser, &eclusa, "/channels/vendas/edit", &again).await;
    assert_eq!(changed.status, 303, "{}", changed.body);
    let channel = eclusa.get("/v1/channels/vendas").await.ok();
    assert_eq!(channel["name"], "Vendas 2");
    assert_eq!(channel["flow"], "sales");
    assert_eq!(channel["settings"]["phone_number_id"], "002");
    assert_eq!(channel["delivery"]["retry"], serde_json::json!([1.0, 2.0]));
    assert_eq!(channel["headers"], serde_json::json!({}));
    assert_eq!(channel["secrets"].as_object().unwrap().len(), 3);

    // Somebody else was faster.
    let late = send(&browser, &eclusa, "/channels/vendas/edit", &again).await;
    assert_eq!(late.status, 412);
    assert!(late.body.contains("Somebody else has changed this since"), "{}", late.body);
    assert!(late.body.contains(r#"name="revision" value="2""#), "{}", late.body);

    for path in ["/channels", "/channels/vendas", "/channels/vendas/edit", "/channels/colors.css"] {
        let page = browser.open(&eclusa, path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(!page.body.contains(SECRET), "{path}: {}", page.body);
    }
    let wrong = send(
        &browser,
        &eclusa,
        "/channels/new",
        &[("/secrets/inbound-token", SECRET), ("/adapter", "open")],
    )
    .await;
    assert_eq!(wrong.status, 422);
    assert!(!wrong.body.contains(SECRET), "{}", wrong.body);
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field() {
    let eclusa = Setup::with(&[Chat::Whatsapp]).start();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    let name = "<b>\"x\"</b>".repeat(20);
    let fields = [
        ("/adapter", "whatsapp-cloud"),
        ("/name", name.as_str()),
        ("/color", "red"),
        ("/url", "ftp://chat.example.com"),
    ];
    // What cannot be read at all is told first, since nothing else can be checked.
    let wrong = send(&browser, &eclusa, "/channels/new", &fields).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains(r#"id="f-color-wrong""#), "{}", wrong.body);
    let fields = [
        ("/adapter", "whatsapp-cloud"),
        ("/name", name.as_str()),
        ("/color", "#123456"),
        ("/url", "ftp://chat.example.com"),
        ("/delivery/concurrent", "0"),
        ("new-header-name-1", "bad header"),
        ("new-header-value-1", "x"),
    ];
    let wrong = send(&browser, &eclusa, "/channels/new", &fields).await;
    assert_eq!(wrong.status, 422);
    let ids = [
        "f-name",
        "f-url",
        "f-secrets-access-token",
        "f-settings-phone-number-id",
        "f-delivery-concurrent",
        "new-header-1",
    ];
    for id in ids {
        assert!(wrong.body.contains(&format!(r#"id="{id}-wrong""#)), "{id}: {}", wrong.body);
    }
    assert!(!wrong.body.contains("<b>"), "what was typed is shown as text");
    assert!(wrong.body.contains("ftp://chat.example.com"), "what was typed stays");
    for (path, status) in
        [("/channels/none", 404), ("/channels/new?adapter=none", 404), ("/channels/none/edit", 404)]
    {
        let page = browser.open(&eclusa, path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{path}");
    }
}

#[tokio::test]
async fn logos_are_drawn_anew() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    let drawn = browser.open(&eclusa, "/channels/site/logo").await;
    assert_eq!(drawn.header("content-type"), Some("image/svg+xml"));
    let csrf = browser.form_token(&eclusa).await;
    let upload = async |picture: &str| {
        let revision = eclusa.get("/v1/channels/site").await.ok()["revision"].to_string();
        let url = fake.url();
        let texts = [
            ("csrf", csrf.as_str()),
            ("revision", &revision),
            ("/adapter", "open"),
            ("/name", "Site"),
            ("/color", "#123456"),
            ("/url", &url),
        ];
        let mut body = String::new();
        for (name, value) in texts {
            body.push_str(&format!(
                "--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str(&format!("--x\r\ncontent-disposition: form-data; name=\"/logo\"; filename=\"a.svg\"\r\n\r\n{picture}\r\n--x--\r\n"));
        let [origin, site] = own(&eclusa);
        let headers = [origin, site, ("content-type", "multipart/form-data; boundary=x")];
        browser.request(&eclusa, "POST", "/channels/site/edit", &headers, body).await
    };
    // The first draws itself for ever, the second asks for endless work, the third for
    // more memory than there is: each is given up, and the server goes on.
    let circle = r##"<clipPath id="a" clip-path="url(#b)"><rect width="9" height="9"/></clipPath><clipPath id="b" clip-path="url(#c)"><rect width="9" height="9"/></clipPath><clipPath id="c" clip-path="url(#a)"><rect width="9" height="9"/></clipPath><rect width="9" height="9" clip-path="url(#a)"/>"##;
    let noise = r##"<filter id="a"><feTurbulence baseFrequency=".1" numOctaves="4000000000"/></filter><rect width="9" height="9" filter="url(#a)"/>"##;
    let pattern = r##"<pattern id="a" width="100000" height="100000" patternUnits="userSpaceOnUse"><rect width="9" height="9"/></pattern><rect width="100000" height="100000" fill="url(#a)"/>"##;
    for hostile in [circle, noise, pattern] {
        let picture = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{hostile}</svg>"#
        );
        let status = upload(&picture).await.status;
        assert!(status == 422 || (hostile == pattern && status == 303), "{status} {hostile}");
    }
    let refused = upload("<html>").await;
    assert_eq!(refused.status, 415, "{}", refused.body);
    assert!(refused.body.contains("not a PNG, JPEG, WebP or SVG"), "{}", refused.body);
    let drawing = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><rect width="9" height="9"/></svg>"#;
    assert_eq!(upload(drawing).await.status, 303);
    for path in ["/channels/site/logo", "/v1/channels/site/logo"] {
        let logo = browser.open(&eclusa, path).await;
        assert_eq!(logo.header("content-type"), Some("image/png"), "{path}");
        assert!(!logo.body.contains("alert"), "{path}");
    }
}

#[tokio::test]
async fn forms_are_taken_from_our_own_pages_and_from_who_may_alone() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let admin = Browser::signed_in(&eclusa, eclusa.token()).await;
    let viewer = Browser::signed_in(&eclusa, &eclusa.new_token("eyes", "viewer").await).await;
    let stranger = Browser::new();
    let csrf = admin.form_token(&eclusa).await;
    let theirs = viewer.form_token(&eclusa).await;
    for path in [
        "/channels/new",
        "/channels/site/edit",
        "/channels/site/pause",
        "/channels/site/resume",
        "/channels/site/rotate",
        "/channels/site/test",
        "/channels/site/delete",
    ] {
        let form = [("csrf", csrf.as_str()), ("/adapter", "open"), ("revision", "1")];
        let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
        assert_eq!(admin.submit_from(&eclusa, &foreign, path, &form).await.status, 403, "{path}");
        assert_eq!(admin.submit_from(&eclusa, &[], path, &form).await.status, 403, "{path}");
        assert_eq!(admin.submit(&eclusa, path, &[("csrf", &theirs)]).await.status, 403, "{path}");
        assert_eq!(admin.submit(&eclusa, path, &[]).await.status, 403, "{path}");
        let refused =
            viewer.submit(&eclusa, path, &[("csrf", &theirs), ("/adapter", "open")]).await;
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.body.contains("does not allow this"), "{path}: {}", refused.body);
        let unknown = stranger.submit(&eclusa, path, &form).await;
        assert_eq!((unknown.status, unknown.header("location")), (303, Some("/login")), "{path}");
    }
    let page = viewer.open(&eclusa, "/channels/site").await;
    assert_eq!(page.status, 200);
    for hidden in ["/in/", "<textarea", "/channels/site/edit", "/channels/site/delete"] {
        assert!(!page.body.contains(hidden), "{hidden}: {}", page.body);
    }
    for path in ["/channels", "/channels/site", "/channels/site/logo", "/channels/colors.css"] {
        let closed = stranger.open(&eclusa, path).await;
        assert_eq!((closed.status, closed.header("location")), (303, Some("/login")), "{path}");
    }
    assert_eq!(eclusa.get("/v1/channels/site").await.ok()["revision"], 1);
}

#[tokio::test]
async fn a_channel_is_paused_resumed_given_another_url_and_deleted() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    let done = async |path: &str, fields: &[(&str, &str)]| {
        let answer = send(&browser, &eclusa, path, fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        answer.header("location").unwrap().to_owned()
    };
    done("/channels/site/pause", &[("/reason", "they <move>")]).await;
    let page = browser.open(&eclusa, "/channels/site").await.body;
    assert!(page.contains("they &#60;move&#62;"), "{page}");
    // Nobody has written there yet.
    let test = [("/conversation", "site-17"), ("/text/body", "Oi")];
    let refused = send(&browser, &eclusa, "/channels/site/test", &test).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("Nobody has written in this conversation yet"),
        "{}",
        refused.body
    );
    assert!(refused.body.contains(r#"value="site-17""#), "what was typed stays");
    let started = [test[0], test[1], ("start", "true")];
    let waits = done("/channels/site/test", &started).await;
    let page = browser.open(&eclusa, waits.split('#').next().unwrap()).await.body;
    assert!(page.contains("Queued"), "{page}");
    assert!(fake.requests().is_empty());
    done("/channels/site/resume", &[]).await;
    assert_eq!(fake.taken(1).await[0].json()["text"]["body"], "Oi");

    done("/channels/site/rotate", &[("revision", "1"), ("/overlap_seconds", "0")]).await;
    let closed = eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("1", "Oi")).await;
    assert_eq!(closed.status, 404);
    let late = send(&browser, &eclusa, "/channels/site/delete", &[("revision", "1")]).await;
    assert_eq!(late.status, 412);
    assert_eq!(done("/channels/site/delete", &[("revision", "2")]).await, "/channels?done=deleted");
    eclusa.get("/v1/channels/site").await.problem(404, "channel_not_found");
}
