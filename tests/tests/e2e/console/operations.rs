//! The pages of operators: who may do what, what is asked before it is done, and what a
//! hostile input shows.

use eclusa_tests::{
    Answer, Browser, Chat, Eclusa, FakeChat, Reply, Request, Setup, delivery, shop,
};
use serde_json::json;

async fn send(browser: &Browser, eclusa: &Eclusa, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.form_token(eclusa).await;
    let mut fields = fields.to_vec();
    fields.push(("csrf", &csrf));
    browser.submit(eclusa, path, &fields).await
}

#[tokio::test]
async fn a_viewer_sees_and_changes_nothing() {
    let eclusa = Setup::default().adapter_bytes("shop", shop::revision("1")).start();
    let viewer = eclusa.new_token("vera", "viewer").await;
    let operator = eclusa.new_token("otto", "operator").await;
    let viewer = Browser::signed_in(&eclusa, &viewer).await;
    let operator = Browser::signed_in(&eclusa, &operator).await;
    let sees = ["/adapters", "/adapters/shop", "/messages", "/dead-letters", "/traffic", "/audit"];
    for path in sees {
        let page = viewer.open(&eclusa, path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        // Where nothing can be done, nothing is offered.
        let forms: Vec<_> = page.body.split("<form").skip(1).collect();
        let posts = forms.iter().filter(|form| form.contains(r#"method="post""#));
        let own = ["/logout", "/preferences"];
        for form in posts {
            assert!(own.iter().any(|it| form.contains(&format!("action=\"{it}\""))), "{form}");
        }
    }
    for path in
        ["/playground", "/tokens", "/tokens/vera/revoke", "/adapters/shop/activate?revision=1"]
    {
        let page = viewer.open(&eclusa, path).await;
        assert_eq!(page.status, 403, "{path}: {}", page.body);
    }
    assert_eq!(operator.open(&eclusa, "/playground").await.status, 200);
    assert_eq!(operator.open(&eclusa, "/tokens").await.status, 403);
    for path in [
        "/adapters/deploy",
        "/adapters/shop/approve",
        "/adapters/shop/decline",
        "/adapters/shop/activate",
        "/adapters/shop/rollback",
        "/adapters/shop/policy",
        "/adapters/shop/pin",
        "/adapters/shop/unpin",
        "/dead-letters/ask",
        "/dead-letters/redrive",
        "/dead-letters/discard",
        "/dead-letters/x/redrive",
        "/playground",
        "/tokens",
        "/tokens/vera/rotate",
        "/tokens/vera/revoke",
    ] {
        let refused = send(&viewer, &eclusa, path, &[]).await;
        assert_eq!(refused.status, 403, "{path}: {}", refused.body);
        // And from elsewhere nobody.
        let foreign = operator.submit(&eclusa, path, &[("csrf", "x")]).await;
        assert_eq!(foreign.status, 403, "{path}: {}", foreign.body);
        let stranger = Browser::new().submit(&eclusa, path, &[]).await;
        assert_eq!(stranger.status, 303, "{path}: {}", stranger.body);
    }
    let refused =
        send(&operator, &eclusa, "/tokens", &[("/name", "eve"), ("/role", "admin")]).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn rules_are_saved_as_the_api_has_them_and_what_is_wrong_stands_beside_its_field() {
    let eclusa = Setup::default().adapter_bytes("shop", shop::revision("1")).start();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    let path = "/adapters/shop/policy";
    let fields = [("/mode", "review"), ("/canary/percent", "5"), ("/canary/seconds", "60")];
    let saved = send(&browser, &eclusa, path, &fields).await;
    assert_eq!(saved.header("location"), Some("/adapters/shop?done=policy"), "{}", saved.body);
    let policy = eclusa.adapter("shop").await["policy"].clone();
    assert_eq!((&policy["mode"], &policy["canary"]["percent"]), (&json!("review"), &json!(5)));
    let wrong = [("/mode", "auto"), ("/rollback/failures", "0"), ("/shadow/requests", "\"><b>")];
    let refused = send(&browser, &eclusa, path, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains(r#"id="policy-shadow-requests-wrong""#), "{}", refused.body);
    assert!(!refused.body.contains("\"><b>"), "what was typed is escaped");
    assert_eq!(eclusa.adapter("shop").await["policy"], policy);
}

#[tokio::test]
async fn nobody_approves_what_they_have_not_seen() {
    let eclusa = Setup::default().adapter_bytes("shop", shop::revision("1")).start();
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    let seen = eclusa.deploy_by("shop", "?mode=manual", &shop::revision("2")).await;
    let newer = eclusa.deploy_by("shop", "?mode=manual", &shop::revision("renames")).await;
    let approve = async |deployment: &serde_json::Value| {
        let id = deployment["id"].as_str().unwrap();
        send(&browser, &eclusa, "/adapters/shop/approve", &[("/deployment", id)]).await
    };
    let refused = approve(&seen).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body.contains("Another candidate waits now"), "{}", refused.body);
    assert_eq!(approve(&newer).await.header("location"), Some("/adapters/shop?done=approved"));
    assert_eq!(eclusa.active("shop").await, newer["revision"].as_str().unwrap());
}

#[tokio::test]
async fn letters_are_given_up_only_with_a_reason_and_after_a_question() {
    let fake = FakeChat::start(Chat::Open);
    let eclusa = Setup::with(&[Chat::Open]).config(&delivery(1, 0.1)).start();
    let channel = eclusa.create(&Chat::Open.channel("site", &fake.url())).await;
    eclusa.chat_posts(Chat::Open, &channel, &Chat::Open.text_request("1", "<b>Oi</b>")).await.ok();
    fake.rule(|_: &Request, _| Some(Reply::json(400, &json!({ "error": "<script>alert(1)" }))));
    let message = json!({ "conversation": Chat::Open.conversation(), "type": "text",
                          "text": { "body": "<img src=x onerror=alert(1)>" } });
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = eclusa.send(&channel, &message).await;
        eclusa.message_in_state(&id, "failed").await;
        ids.push(id);
    }
    let browser = Browser::signed_in(&eclusa, eclusa.token()).await;
    for path in [
        "/dead-letters".to_owned(),
        format!("/dead-letters/{}", ids[0]),
        format!("/messages/{}", ids[0]),
    ] {
        let page = browser.open(&eclusa, &path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        for active in ["<script>alert", "<img src=x"] {
            assert!(!page.body.contains(active), "{path}: {}", page.body);
        }
    }
    let one = format!("id:{}", ids[0]);
    let asked =
        send(&browser, &eclusa, "/dead-letters/ask", &[(&one, "true"), ("do", "discard")]).await;
    assert!(asked.body.contains("Give one letter up?"), "{}", asked.body);
    let all = [("all", "true"), ("channel", "site"), ("do", "discard")];
    let asked = send(&browser, &eclusa, "/dead-letters/ask", &all).await;
    assert!(asked.body.contains("Give 3 letters up?"), "{}", asked.body);
    let nothing = send(&browser, &eclusa, "/dead-letters/ask", &[("do", "discard")]).await;
    assert_eq!(nothing.header("location"), Some("/dead-letters?done=none"));
    let refused =
        send(&browser, &eclusa, "/dead-letters/discard", &[(&one, "true"), ("/reason", " ")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains(r#"id="reason-wrong""#), "{}", refused.body);
    assert_eq!(eclusa.dead_letters(&channel).await.len(), 3);

    let fields = [(one.as_str(), "true"), ("/reason", "a test")];
    let done = send(&browser, &eclusa, "/dead-letters/discard", &fields).await;
    assert_eq!(done.header("location"), Some("/dead-letters?done=discarded&count=1"));
    assert_eq!(eclusa.dead_letters(&channel).await.len(), 2);
    let again = send(&browser, &eclusa, "/dead-letters/redrive", &[(&one, "true")]).await;
    assert!(again.body.contains("it was discarded"), "{}", again.body);
    fake.no_rule();
    let all = [("all", "true"), ("kind", "message")];
    let done = send(&browser, &eclusa, "/dead-letters/redrive", &all).await;
    assert_eq!(done.header("location"), Some("/dead-letters?done=redriven&count=2"));
    for id in &ids[1..] {
        eclusa.message_in_state(id, "sent").await;
    }
    let wrong = browser.open(&eclusa, "/dead-letters?kind=planet&revision=xyz").await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    // By what the chat calls it, and by its conversation.
    let query = format!("channel=site&conversation={}&external_id=1", Chat::Open.conversation());
    let found = browser.open(&eclusa, &format!("/messages?{query}")).await;
    assert_eq!(found.status, 303, "{}", found.body);
    let said = browser.open(&eclusa, found.header("location").unwrap()).await;
    assert!(said.body.contains("&#60;b&#62;Oi"), "{}", said.body);
    let none = browser.open(&eclusa, "/messages?channel=site&external_id=none").await;
    assert_eq!(none.status, 404);
}
