//! What every page has.

use eclusa_tests::{Browser, Setup, own};

const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
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
