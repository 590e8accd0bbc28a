//! What other sites can make a browser do: nothing.

use eclusa_tests::{Browser, Eclusa, Setup, own};
use serde_json::json;

/// What a browser says of requests that other sites make, or nobody knows who.
fn foreign(eclusa: &Eclusa) -> Vec<Vec<(&'static str, &str)>> {
    vec![
        vec![],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        vec![("origin", eclusa.url()), ("sec-fetch-site", "cross-site")],
        vec![("origin", eclusa.url()), ("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "same-origin")],
        // A page whose name leads to this machine now.
        vec![("origin", "http://evil.example:8080"), ("host", "evil.example:8080")],
    ]
}

#[tokio::test]
async fn nobody_is_signed_in_or_out_by_another_site() {
    let eclusa = Setup::with(&[]).start();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    let csrf = browser.form_token(&eclusa).await;
    for headers in foreign(&eclusa) {
        let stranger = Browser::new();
        let token = [("token", eclusa.token())];
        let refused = stranger.submit_from(&eclusa, &headers, "/login", &token).await;
        assert_eq!((refused.status, stranger.session()), (403, None), "{headers:?}");
        let csrf = [("csrf", csrf.as_str())];
        let refused = browser.submit_from(&eclusa, &headers, "/logout", &csrf).await;
        assert_eq!(refused.status, 403, "{headers:?}");
        assert_eq!(browser.open(&eclusa, "/").await.status, 200, "{headers:?}");
    }
    let other = Browser::signed_in(&eclusa, eclusa.token()).await.form_token(&eclusa).await;
    assert_ne!(csrf, other, "each session has its own");
    for forged in ["", "0", &csrf[1..], &other] {
        let refused = browser.submit(&eclusa, "/logout", &[("csrf", forged)]).await;
        assert_eq!(refused.status, 403, "{forged}");
    }
    assert_eq!(browser.submit(&eclusa, "/logout", &[]).await.status, 422);
    assert_eq!(browser.open(&eclusa, "/").await.status, 200);
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing_by_the_api() {
    let eclusa = Setup::with(&[]).start();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    let csrf = browser.form_token(&eclusa).await;
    let made = json!({ "name": "evil", "role": "admin" }).to_string();
    let post = async |headers: &[(&str, &str)]| {
        browser.request(&eclusa, "POST", "/v1/tokens", headers, made.clone()).await
    };
    for mut headers in foreign(&eclusa) {
        post(&headers).await.problem(403, "csrf_refused");
        headers.push(("x-eclusa-csrf", &csrf));
        post(&headers).await.problem(403, "csrf_refused");
    }
    let [origin, site] = own(&eclusa);
    for forged in ["", "0", &csrf[1..]] {
        let headers = [origin, site, ("x-eclusa-csrf", forged)];
        post(&headers).await.problem(403, "csrf_refused");
    }
    post(&[origin, site]).await.problem(403, "csrf_refused");
    let tokens = browser.open(&eclusa, "/v1/tokens").await;
    assert!(!tokens.body.contains("evil"), "{}", tokens.body);
    assert_eq!(tokens.header("cache-control"), Some("no-store"));
    assert_eq!(post(&[origin, site, ("x-eclusa-csrf", &csrf)]).await.status, 201);
    // A token is what counts beside a session.
    let wrong = [origin, site, ("x-eclusa-csrf", &*csrf), ("authorization", "Bearer wrong")];
    post(&wrong).await.problem(401, "token_unknown");
    let bearer = format!("Bearer {}", eclusa.token());
    post(&[("authorization", &*bearer)]).await.problem(409, "token_exists");
}
