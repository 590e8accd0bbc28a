//! Calls about deployments that are wrong: each is told what is wrong, and
//! nothing changes.

use eclusa_tests::{Answer, shop};
use serde_json::{Value, json};

use super::world::{revision_of, variant};
use super::{NAME, Shop};

/// All that could have changed.
async fn all(shop: &Shop) -> [Value; 3] {
    let get = async |path: &str| shop.eclusa.get(path).await.ok();
    [get("/v1/adapters").await, get("/v1/deployments").await, get("/v1/audit").await]
}

#[tokio::test]
async fn names_that_are_none() {
    let shop = Shop::open().await;
    let before = all(&shop).await;
    let component = shop::revision("2");
    let long = "a".repeat(65);
    let names = [
        "Shop",
        "shop.wasm",
        "sh_op",
        "shop%20",
        "..%2fx",
        "%2fetc%2fpasswd",
        "a%2fb",
        "a%00",
        "shop%0a",
        "sh%C3%B3p",
        &long,
    ];
    for name in names {
        shop.eclusa.put_adapter(name, "", &component).await.problem(422, "invalid_name");
    }
    // These are other paths altogether.
    for name in ["", "../x", "shop/x", "./", "%2e%2e", "%2e%2e/%2e%2e/x"] {
        let answer = shop.eclusa.put_adapter(name, "", &component).await;
        assert!([404, 405].contains(&answer.status), "{name}: {}", answer.body);
    }
    assert_eq!(shop.eclusa.put_adapter("%ff", "", &component).await.status, 400);
    assert_eq!(all(&shop).await, before);
    // The longest name that there is.
    let longest = "a".repeat(64);
    assert_eq!(shop.eclusa.deploy(&longest, &component).await["state"], "live");
    for name in ["nobody", "..%2fshop", "Shop"] {
        for (command, body) in [
            ("activate", json!({ "revision": "00" })),
            ("approve", Value::Null),
            ("decline", Value::Null),
            ("rollback", Value::Null),
        ] {
            let answer = shop.eclusa.decide(name, command, &body).await;
            answer.problem(404, "adapter_not_found");
        }
    }
}

#[tokio::test]
async fn bodies_that_are_too_large_or_none() {
    const LIMIT: usize = 64 << 20;
    let shop = Shop::open().await;
    let empty = shop.eclusa.deploy(NAME, b"").await;
    assert_eq!(
        (&empty["state"], &empty["reason"]["code"]),
        (&json!("rejected"), &json!("empty_file"))
    );
    // One byte too many is told by the check, more than that is not read.
    let mut large = shop::revision("2");
    large.resize(LIMIT + 1, 0);
    let checked = shop.eclusa.deploy(NAME, &large).await;
    assert_eq!(
        (&checked["reason"]["stage"], &checked["reason"]["code"]),
        (&json!("format"), &json!("file_too_large"))
    );
    large.push(0);
    shop.eclusa.put_adapter(NAME, "", &large).await.problem(413, "body_too_large");
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
    // Of the other calls none takes as much.
    let reason = json!({ "reason": "x".repeat(4 << 20) });
    let answer = shop.eclusa.decide(NAME, "rollback", &reason).await;
    answer.problem(413, "body_too_large");
}

/// Whoever is refused before the end of a large body gets the answer all the
/// same, not a broken connection.
#[tokio::test]
async fn refusals_reach_who_is_still_sending() {
    let shop = Shop::open().await;
    let large = vec![b' '; 9 << 20];
    let ingress = &shop.site().ingress;
    let token = |token: &str| [("authorization".to_owned(), format!("Bearer {token}"))];
    let (known, unknown) = (token(shop.eclusa.token()), token("guessed"));
    for (method, path, headers, status, code) in [
        ("PUT", "/v1/adapters/shop", &unknown[..], 401, "token_unknown"),
        ("PUT", "/v1/adapters/shop", &[], 401, "token_missing"),
        ("PUT", "/v1/nothing", &known, 404, "route_unknown"),
        ("PATCH", "/v1/adapters/shop", &known, 405, "method_not_allowed"),
        ("POST", "/v1/adapters/shop/activate", &known, 413, "body_too_large"),
        ("POST", "/v1/adapters/shop/approve", &known, 409, "nothing_waits"),
        ("POST", "/in/nobody", &[], 404, "channel_unknown"),
        ("POST", ingress, &[], 413, "body_too_large"),
    ] {
        let answer = shop.eclusa.call(method, path, headers, &*large).await;
        answer.problem(status, code);
    }
    assert_eq!(shop.maps_now(shop.site()).await, shop.first);
}

#[tokio::test]
async fn queries_and_bodies_that_make_no_sense() {
    let shop = Shop::open().await;
    shop.deploy("2", "trial").await;
    let before = all(&shop).await;
    let component = shop::revision("new-event");
    for query in ["?mod=auto", "?mode=", "?mode=fast", "?mode=AUTO", "?mode=auto&mode=manual"] {
        let answer = shop.eclusa.put_adapter(NAME, query, &component).await;
        answer.problem(400, "invalid_query");
    }
    for (path, status, code) in [
        ("/v1/adapters/shop/diff?rev=00", 400, "invalid_query"),
        ("/v1/adapters/shop/diff?revision=", 404, "revision_not_found"),
        ("/v1/adapters/shop/diff?revision=%27%3B--", 404, "revision_not_found"),
        ("/v1/adapters/nobody/diff", 404, "adapter_not_found"),
        ("/v1/adapters/..%2fshop", 404, "adapter_not_found"),
        ("/v1/deployments?limit=0", 422, "invalid_input"),
        ("/v1/deployments?limit=501", 422, "invalid_input"),
        ("/v1/deployments?limit=-1", 400, "invalid_query"),
        ("/v1/deployments?state=live", 400, "invalid_query"),
        ("/v1/deployments/x", 404, "deployment_not_found"),
        ("/v1/deployments/01JZZZZZZZZZZZZZZZZZZZZZZ1", 404, "deployment_not_found"),
        ("/v1/audit?limit=501", 422, "invalid_input"),
        ("/v1/audit?actor=admin", 400, "invalid_query"),
    ] {
        shop.eclusa.get(path).await.problem(status, code);
    }
    let call = async |method: &str, path: &str, body: &str| -> Answer {
        let token = ("authorization".to_owned(), format!("Bearer {}", shop.eclusa.token()));
        shop.eclusa.call(method, &format!("/v1/adapters/shop/{path}"), &[token], body).await
    };
    for (method, path, body, status, code) in [
        ("POST", "activate", "", 400, "malformed_json"),
        ("POST", "activate", "{", 400, "malformed_json"),
        ("POST", "activate", "{}", 422, "invalid_input"),
        ("POST", "activate", "[]", 422, "invalid_input"),
        ("POST", "activate", r#"{"revision":7}"#, 422, "invalid_input"),
        ("POST", "activate", r#"{"revision":""}"#, 404, "revision_not_found"),
        ("POST", "activate", r#"{"revision":"%"}"#, 404, "revision_not_found"),
        ("POST", "activate", r#"{"revision":"0","force":true}"#, 422, "invalid_input"),
        ("POST", "rollback", r#"{"revison":"0"}"#, 422, "invalid_input"),
        ("POST", "rollback", r#"{"revision":"zz"}"#, 404, "revision_not_found"),
        ("POST", "rollback", "[1]", 422, "invalid_input"),
        ("POST", "decline", r#"{"reason":7}"#, 422, "invalid_input"),
        ("POST", "decline", "{}", 409, "nothing_waits"),
        ("POST", "approve", "", 409, "nothing_waits"),
        ("PUT", "pins/site", "{}", 422, "invalid_input"),
        ("PUT", "pins/..%2fsite", r#"{"revision":"0"}"#, 404, "revision_not_found"),
        ("DELETE", "pins/site", "", 409, "not_pinned"),
        ("DELETE", "pins/nobody", "", 409, "not_pinned"),
        ("GET", "activate", "", 405, "method_not_allowed"),
        ("POST", "diff", "", 405, "method_not_allowed"),
    ] {
        let answer = call(method, path, body).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (status, Some(code)),
            "{method} {path} {body}"
        );
        answer.problem(status, code);
    }
    let serves = json!({ "revision": shop.active().await });
    shop.eclusa.decide(NAME, "activate", &serves).await.problem(409, "already_active");
    assert_eq!(all(&shop).await, before);
}

#[tokio::test]
async fn a_revision_is_named_by_digits_that_fit_only_one() {
    let shop = Shop::open().await;
    let second = shop::revision("2");
    let digit = |component: &[u8]| eclusa_tests::sha256(component)[..1].to_owned();
    // Builds of the same adapter until two begin alike.
    let first_digit = &shop.first[..1];
    let alike = (0..).map(|number| variant(&second, number));
    let alike = alike.into_iter().find(|it| digit(it) == first_digit).unwrap();
    let deployment = shop.eclusa.deploy(NAME, &alike).await;
    let body = json!({ "revision": first_digit });
    let answer = shop.eclusa.decide(NAME, "activate", &body).await;
    let problem = answer.problem(422, "revision_ambiguous");
    for revision in [&*shop.first, revision_of(&deployment)] {
        assert!(problem["detail"].as_str().unwrap().contains(revision), "{problem}");
    }
    assert_eq!(shop.active().await, revision_of(&deployment));
}

#[tokio::test]
async fn policies_that_make_no_sense() {
    let shop = Shop::open().await;
    let good = json!({ "mode": "review", "rollback": { "seconds": 60 } });
    shop.set_policy(&good).await;
    let before = all(&shop).await;
    let policy = shop.eclusa.adapter(NAME).await["policy"].clone();
    assert_eq!((&policy["mode"], &policy["rollback"]["failures"]), (&json!("review"), &json!(3)));
    let canary = |key: &str, value: Value| {
        let mut canary = json!({ "percent": 10, "seconds": 60 });
        canary[key] = value;
        json!({ "canary": canary })
    };
    for (wrong, pointer) in [
        (json!({ "mode": "fast" }), "/mode"),
        (json!({ "modus": "auto" }), "/modus"),
        (json!({ "shadow": { "requests": 5001 } }), "/shadow/requests"),
        (json!({ "shadow": { "messages": 5001 } }), "/shadow/messages"),
        (json!({ "shadow": { "requests": -1 } }), "/shadow/requests"),
        (canary("percent", json!(0)), "/canary/percent"),
        (canary("percent", json!(100)), "/canary/percent"),
        (canary("percent", json!(256)), "/canary/percent"),
        (canary("percent", json!("10")), "/canary/percent"),
        (canary("seconds", json!(0)), "/canary/seconds"),
        (canary("seconds", json!(604_801)), "/canary/seconds"),
        (canary("calls", json!(0)), "/canary/calls"),
        (canary("share", json!(1)), "/canary/share"),
        (json!({ "rollback": { "seconds": 604_801 } }), "/rollback/seconds"),
        (json!({ "rollback": { "seconds": 1.5 } }), "/rollback/seconds"),
        (json!({ "rollback": { "failures": 0 } }), "/rollback/failures"),
        (json!({ "rollback": { "failure_percent": 100.1 } }), "/rollback/failure_percent"),
        (json!({ "rollback": { "failure_percent": -0.1 } }), "/rollback/failure_percent"),
        (json!({ "rollback": { "latency_factor": 0.9 } }), "/rollback/latency_factor"),
        (json!({ "rollback": { "latency_floor_ms": -1 } }), "/rollback/latency_floor_ms"),
        (json!({ "rollback": { "latency_calls": 0 } }), "/rollback/latency_calls"),
    ] {
        let answer = shop.eclusa.api("PUT", "/v1/adapters/shop/policy", &wrong).await;
        let problem = answer.problem(422, "invalid_input");
        assert_eq!(problem["violations"][0]["pointer"], pointer, "{wrong}: {problem}");
    }
    let many = json!({ "shadow": { "requests": 9999 }, "rollback": { "failures": 0 } });
    let answer = shop.eclusa.api("PUT", "/v1/adapters/shop/policy", &many).await;
    assert_eq!(answer.problem(422, "invalid_input")["violations"].as_array().unwrap().len(), 2);
    let answer = shop.eclusa.api("PUT", "/v1/adapters/nobody/policy", &good).await;
    answer.problem(404, "adapter_not_found");
    assert_eq!(all(&shop).await, before);
    assert_eq!(shop.eclusa.adapter(NAME).await["policy"], policy);
}
