//! Evidence shows neither secrets nor what people wrote.

use eclusa_tests::{Eclusa, Reply, Request, Setup, shop};
use serde_json::{Value, json};

use super::{NAME, Shop};

const API_KEY: &str = "shop-api-key-51c0ffee77";
const HEADER: &str = "Basic shop-login-93ab11d2";
/// All that is logged by anybody who might log a request.
const EVERYTHING: &str = "debug,wasmtime=info,cranelift=info,regalloc2=info";

/// What people wrote, and who they are.
const PERSONAL: [&str; 6] = [
    "Ana Souza",
    "u-t7281",
    "Rua das Flores 1200",
    "card@example.com",
    "+5511999990000",
    "Rui Lima",
];

/// A chat that tells all that it was sent.
fn echo(request: &Request, number: u64) -> Option<Reply> {
    let headers = format!("{:?}", request.headers);
    let all = json!({ "id": format!("s-{number}"), "headers": headers, "body": request.body });
    Some(Reply::json(200, &all))
}

async fn live(shop: &Shop) {
    let (site, words) = (shop.site(), PERSONAL[2]);
    shop.chat.rule(echo);
    for _ in 0..3 {
        shop.write(site, "t7281", words).await;
    }
    shop.post(site, &shop::person(&shop.id(), "t7281", PERSONAL[5])).await.ok();
    shop.post(site, &shop::place(&shop.id(), "t7281", -23.561_414, -46.655_881)).await.ok();
    shop.say(site, "t7281", words).await;
    // Each with a difference, a failure or a rollback of its own.
    for revision in ["renames", "drops", "conversation", "send-changes"] {
        shop.deploy_by(revision, "?mode=manual", "waiting").await;
        shop.eclusa.get("/v1/adapters/shop/diff").await.ok();
    }
    for revision in ["traps-on-place", "settle-traps", "refuses", "sample-fails"] {
        shop.eclusa.deploy(NAME, &shop::revision(revision)).await;
    }
    let bad = shop.deploy("traps-later", "trial").await;
    for _ in 0..3 {
        shop.write(site, "t7281", &format!("boom {words}")).await;
    }
    shop.eclusa.deployment_in_state(bad["id"].as_str().unwrap(), "rolled_back").await;
    shop.deploy("needs-secret", "trial").await;
    let key = json!({ "secrets": { "api-key": API_KEY } });
    shop.eclusa.api("PATCH", "/v1/channels/site", &key).await.ok();
    shop.say(site, "t7281", words).await;
    let wrong = json!({ "revision": "0", "secret": API_KEY });
    shop.eclusa.decide(NAME, "activate", &wrong).await.problem(422, "invalid_input");
    shop.deploy("verification", "waiting").await;
    shop.eclusa.decide(NAME, "approve", &Value::Null).await.ok();
    let token = [(shop::TOKEN_HEADER.to_owned(), shop::TOKEN.to_owned())];
    let body = shop::text(&shop.id(), "t7281", words).to_string();
    shop.eclusa.call("POST", &site.ingress, &token, &*body).await.ok();
    shop.eclusa.call("POST", &site.ingress, &[], &*body).await.problem(401, "signature_missing");
    // The same mapping, verified otherwise.
    shop.deploy_by("2", "?mode=manual", "waiting").await;
}

/// All evidence there is.
async fn evidence(eclusa: &Eclusa) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let list = eclusa.get("/v1/deployments?limit=500").await.ok();
    let ids = list["deployments"].as_array().unwrap().iter();
    let mut paths: Vec<_> =
        ids.map(|it| format!("/v1/deployments/{}", it["id"].as_str().unwrap())).collect();
    assert!(paths.len() > 10);
    for path in ["/v1/deployments", "/v1/audit", "/v1/adapters", "/v1/adapters/shop"] {
        paths.push(path.to_owned());
    }
    for revision in eclusa.adapter(NAME).await["revisions"].as_array().unwrap() {
        let revision = revision["revision"].as_str().unwrap();
        paths.push(format!("/v1/adapters/shop/diff?revision={revision}"));
    }
    paths.push("/metrics".to_owned());
    for path in paths {
        let answer = eclusa.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        pages.push((path, answer.body));
    }
    pages.push(("the log".to_owned(), eclusa.log()));
    pages
}

#[tokio::test]
async fn evidence_shows_no_secret_and_nothing_personal() {
    let mut shop = Shop::with(Setup::default().log(EVERYTHING), &[]).await;
    let mut channel = shop::channel("site", &shop.chat.url());
    channel["secrets"] = json!({ "token": shop::TOKEN });
    channel["headers"] = json!({ "authorization": HEADER });
    shop.channels.push(shop.eclusa.create(&channel).await);
    live(&shop).await;
    let pages = evidence(&shop.eclusa).await;
    let key = &shop.site().ingress;
    let secrets = [shop::TOKEN, API_KEY, HEADER, shop.eclusa.token(), key];
    for (place, text) in &pages {
        for hidden in secrets.iter().chain(&PERSONAL) {
            assert!(!text.contains(hidden), "{hidden} is shown in {place}:\n{text}");
        }
    }
    // Secrets are shown nowhere at all; an ingress URL to its operator only.
    for answer in shop.eclusa.answers() {
        for secret in &secrets[..4] {
            assert!(!answer.contains(secret), "{secret} is shown:\n{answer}");
        }
    }
    // The search would find them.
    let requests = format!("{:?}", shop.chat.requests());
    assert!(requests.contains(HEADER) && requests.contains(PERSONAL[2]));
    let events = shop.eclusa.get("/v1/events").await.body;
    assert!(PERSONAL.iter().all(|personal| events.contains(personal)));
    // Examples keep their shape.
    let (_, diff) = pages.iter().find(|(place, _)| place.contains("diff")).unwrap();
    assert!(diff.contains("channels"), "{diff}");
}
