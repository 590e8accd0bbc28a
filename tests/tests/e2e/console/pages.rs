//! What every page has.

use eclusa_tests::{Answer, Browser, Eclusa, Setup, own};

const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), display-capture=(), geolocation=(), microphone=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

#[tokio::test]
async fn every_page_has_all_headers_and_nothing_inline() {
    let mut eclusa = Setup::with(&[]).start();
    eclusa.set_env("ECLUSA_DEMO", "true");
    for (public_url, hsts) in
        [("http://127.0.0.1:8080", None), ("https://eclusa.example.com", Some("max-age=31536000"))]
    {
        assert!(eclusa.stop().success());
        eclusa.set_env("ECLUSA_PUBLIC_URL", public_url);
        eclusa.start_again();
        let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
        let stranger = Browser::new();
        let refused = browser.submit_from(&eclusa, &[], "/logout", &[("csrf", "x")]).await;
        let wrong = stranger.sign_in(&eclusa, "wrong").await;
        let pages = [
            (200, browser.open(&eclusa, "/").await),
            (303, stranger.open(&eclusa, "/").await),
            (200, stranger.open(&eclusa, "/login").await),
            (403, wrong),
            (403, refused),
            (200, stranger.open(&eclusa, "/demo").await),
            (200, stranger.open(&eclusa, "/demo/page.js").await),
            (200, stranger.open(&eclusa, "/assets/login.js").await),
            (200, stranger.open(&eclusa, "/assets/console.css").await),
            (303, set(&stranger, &eclusa, &own(&eclusa), &[("theme", "dark")]).await),
            (403, set(&stranger, &eclusa, &[], &[("theme", "dark")]).await),
        ];
        for (status, page) in pages {
            assert_eq!(page.status, status, "{}", page.body);
            for (name, value) in HEADERS {
                assert_eq!(page.header(name), Some(value), "{}", page.body);
            }
            assert_eq!(page.header("strict-transport-security"), hsts);
            // The policy lets nothing of these work.
            for inline in ["<style", "style=", "onclick", "<script>", "javascript:", "http://"] {
                assert!(!page.body.contains(inline), "{inline}: {}", page.body);
            }
        }
    }
}

async fn set(
    browser: &Browser,
    eclusa: &Eclusa,
    headers: &[(&str, &str)],
    fields: &[(&str, &str)],
) -> Answer {
    browser.submit_from(eclusa, headers, "/preferences", fields).await
}

#[tokio::test]
async fn pages_speak_the_language_that_is_asked_for_or_chosen() {
    let eclusa = Setup::with(&[]).start();
    let stranger = Browser::new();
    let asked = async |headers: &[(&str, &str)]| {
        let page = stranger.request(&eclusa, "GET", "/login", headers, String::new()).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.body
    };
    let english = ("accept-language", "en-GB,en;q=0.8");
    let portuguese = ("accept-language", "pt-BR,pt;q=0.9");
    for (headers, tag, text) in [
        (&[][..], r#"<html lang="en""#, "Sign in to Eclusa"),
        (&[english], r#"<html lang="en""#, "Sign in to Eclusa"),
        (&[portuguese], r#"<html lang="pt-BR""#, "Entrar no Eclusa"),
        (&[english, ("cookie", "eclusa_language=pt-BR")], r#"lang="pt-BR""#, "Entrar no Eclusa"),
        (&[portuguese, ("cookie", "eclusa_language=en")], r#"<html lang="en""#, "Sign in"),
        (&[("cookie", "eclusa_theme=dark")], r#"data-theme="dark""#, "Sign in"),
        (&[("cookie", "eclusa_theme=pink")], r#"data-theme="system""#, "Sign in"),
    ] {
        let page = asked(headers).await;
        assert!(page.contains(tag) && page.contains(text), "{headers:?}: {page}");
    }
    let fields = [("language", "pt-BR"), ("theme", "light"), ("back", "/login")];
    let kept = set(&stranger, &eclusa, &own(&eclusa), &fields).await;
    assert_eq!((kept.status, kept.header("location")), (303, Some("/login")));
    assert!(kept.header("set-cookie").unwrap().starts_with("eclusa_language=pt-BR; Path=/; "));
    let elsewhere = [("language", "<b>"), ("back", "//evil.example/")];
    let refused = set(&stranger, &eclusa, &own(&eclusa), &elsewhere).await;
    assert_eq!((refused.status, refused.header("location")), (303, Some("/")));
    assert!(refused.header("set-cookie").is_none());
    // What is wrong is told in that language too.
    let fields =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("token", "wrong").finish();
    let [origin, site] = own(&eclusa);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let headers = [origin, site, form, portuguese];
    let wrong = stranger.request(&eclusa, "POST", "/login", &headers, fields).await;
    assert!(wrong.body.contains("Este token não é conhecido."), "{}", wrong.body);
}

#[tokio::test]
async fn health_and_documents_need_no_sign_in() {
    let eclusa = Setup::with(&[]).start();
    let stranger = Browser::new();
    for path in ["/livez", "/readyz", "/openapi.json", "/login", "/assets/console.css"] {
        assert_eq!(stranger.open(&eclusa, path).await.status, 200, "{path}");
    }
    let headers = own(&eclusa);
    let nowhere = stranger.submit_from(&eclusa, &headers, "/", &[]).await;
    nowhere.problem(405, "method_not_allowed");
}
