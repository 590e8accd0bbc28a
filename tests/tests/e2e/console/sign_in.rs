//! Signing in and out.

use eclusa_tests::{Browser, Setup, own};
use serde_json::Value;

/// The actions of the audit about something, newest first.
async fn audit(eclusa: &eclusa_tests::Eclusa, subject: &str) -> Vec<(String, String)> {
    let entries = eclusa.get(&format!("/v1/audit?subject={subject}")).await.ok();
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let entries = entries["entries"].as_array().unwrap();
    entries.iter().map(|entry| (text(entry, "action"), text(entry, "detail"))).collect()
}

#[tokio::test]
async fn a_token_opens_the_console_and_signing_out_closes_it() {
    let eclusa = Setup::with(&[]).start();
    let browser = Browser::new();
    let closed = browser.open(&eclusa, "/").await;
    assert_eq!((closed.status, closed.header("location")), (303, Some("/login")));
    let form = browser.open(&eclusa, "/login").await;
    assert_eq!(form.status, 200);
    assert!(form.header("set-cookie").is_none(), "a session begins with the sign-in only");

    // Spaces come with copying.
    let opened = browser.sign_in(&eclusa, &format!(" {}\n", eclusa.token())).await;
    assert_eq!((opened.status, opened.header("location")), (303, Some("/")));
    let cookie = opened.header("set-cookie").unwrap();
    let (id, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(id.len(), "__Host-eclusa_session=".len() + 64);
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
    let home = browser.open(&eclusa, "/").await;
    assert_eq!(home.status, 200);
    let who = "Signed in with the token admin, whose role is admin";
    assert!(home.body.contains(who), "{}", home.body);

    let (id, csrf) = (browser.session().unwrap(), browser.form_token(&eclusa).await);
    assert!(!home.body.contains(&id), "no script may read it in a page");
    let left = browser.submit(&eclusa, "/logout", &[("csrf", &csrf)]).await;
    assert_eq!((left.status, left.header("location")), (303, Some("/login")));
    assert_eq!(browser.session(), None);
    // The cookie that somebody has kept is worth nothing.
    browser.set_session(&id);
    assert_eq!(browser.open(&eclusa, "/").await.status, 303);
    assert_eq!(browser.submit(&eclusa, "/logout", &[("csrf", &csrf)]).await.status, 303);

    let admin = audit(&eclusa, "token:admin").await;
    let told: Vec<_> = admin.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(told, ["signed_out", "signed_in", "created"]);
    assert_eq!(admin[1].1, "role admin, from 127.0.0.1");
}

#[tokio::test]
async fn roles_are_those_of_tokens_and_programs_stay_outside() {
    let eclusa = Setup::with(&[]).start();
    for (role, read, change) in [("viewer", 200, 403), ("operator", 200, 404), ("admin", 200, 404)]
    {
        let token = eclusa.new_token(&format!("one-{role}"), role).await;
        let browser = Browser::signed_in(&eclusa, &token).await;
        assert_eq!(browser.open(&eclusa, "/v1/channels").await.status, read, "{role}");
        let csrf = browser.form_token(&eclusa).await;
        let [origin, site] = own(&eclusa);
        let headers = [origin, site, ("x-eclusa-csrf", csrf.as_str())];
        let deleted =
            browser.request(&eclusa, "DELETE", "/v1/channels/none", &headers, String::new()).await;
        assert_eq!(deleted.status, change, "{role}: {}", deleted.body);
        let tokens = browser.open(&eclusa, "/v1/tokens").await.status;
        assert_eq!(tokens == 200, role == "admin", "{role}");
    }
    let browser = Browser::new();
    let refused = browser.sign_in(&eclusa, &eclusa.new_token("crm", "platform").await).await;
    assert_eq!((refused.status, browser.session()), (403, None));
    assert!(refused.body.contains("This token is for programs"), "{}", refused.body);
}

#[tokio::test]
async fn wrong_tokens_are_refused_with_a_reason_and_written_down_once() {
    let eclusa = Setup::with(&[]).start();
    let browser = Browser::new();
    let token = eclusa.token();
    for (wrong, reason) in [
        ("", "not known"),
        ("open sesame", "not known"),
        (&token[..40], "not whole"),
        ("<script>alert(1)</script>", "not known"),
        (&"x".repeat(4_000), "not known"),
    ] {
        let refused = browser.sign_in(&eclusa, wrong).await;
        assert_eq!((refused.status, browser.session()), (403, None), "{wrong}");
        assert!(refused.body.contains(reason), "{}", refused.body);
        assert!(!refused.body.contains("alert("), "what was typed is not shown");
        assert!(refused.header("content-type").unwrap().starts_with("text/html"));
    }
    assert_eq!(
        audit(&eclusa, "console").await,
        [("sign_in_refused".to_owned(), "one, from 127.0.0.1".to_owned())]
    );
    let metrics = eclusa.get("/metrics").await.body;
    assert!(metrics.contains(r#"eclusa_sign_ins_total{outcome="token_unknown"} 4"#), "{metrics}");
    let json = [("content-type", "application/json")];
    let body = format!("{{\"token\":{token:?}}}");
    let refused = browser.request(&eclusa, "POST", "/login", &json, body).await;
    assert_eq!((refused.status, browser.session()), (415, None));
}

#[tokio::test]
async fn guesses_are_slowed_down_and_lock_out_neither_others_nor_a_whole_token() {
    let eclusa = Setup::with(&[]).start();
    let browser = Browser::new();
    let mut refused = browser.sign_in(&eclusa, "guess").await;
    let mut guesses = 1;
    while refused.status == 403 {
        assert!(guesses < 100, "no end of guessing");
        refused = browser.sign_in(&eclusa, "guess").await;
        guesses += 1;
    }
    assert!(guesses > 5);
    assert_eq!(refused.status, 429);
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=6).contains(&seconds));
    assert!(refused.body.contains("Too many sign-ins have failed"), "{}", refused.body);
    // Another caller, by the trusted proxy of this machine.
    let [origin, site] = own(&eclusa);
    let elsewhere = [origin, site, ("x-forwarded-for", "198.51.100.7")];
    let other = browser.submit_from(&eclusa, &elsewhere, "/login", &[("token", "guess")]).await;
    assert_eq!(other.status, 403);
    // Who holds a token of ours guesses nothing, wherever they are.
    Browser::signed_in(&eclusa, eclusa.token()).await;
}
