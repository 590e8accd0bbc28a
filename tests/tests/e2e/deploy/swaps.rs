//! Swapped again and again under load, and nobody notices.

use std::collections::BTreeSet;

use eclusa_tests::{Setup, join_all, sha256, shop};
use serde_json::{Value, json};

use super::load::{Load, check_unnoticed};
use super::world::{id_of, variant};
use super::{NAME, Shop};

/// More than an adapter remembers of its past.
const SWAPS: usize = 60;

#[tokio::test]
async fn a_swap_loses_doubles_and_reorders_nothing() {
    let shop = Shop::with(Setup::default(), &["site", "app", "intranet"]).await;
    let second = shop.deploy("2", "trial").await;
    let revisions = [second["revision"].as_str().unwrap(), &*shop.first];
    let load = Load::new(&shop, |_| "Oi");
    let (live, written) = load
        .during(async {
            let mut live = Vec::new();
            for swap in 0..SWAPS {
                load.goes_on(8).await;
                let to = revisions[(swap + 1) % 2];
                let answer = shop.eclusa.decide(NAME, "activate", &json!({ "revision": to })).await;
                let deployment = answer.ok();
                assert_eq!(deployment["revision"], to, "{deployment:#}");
                // It maps the very next message.
                assert_eq!(shop.active().await, to);
                live.push(deployment);
            }
            load.goes_on(12).await;
            live
        })
        .await;
    let shares = check_unnoticed(&shop, &written, &revisions).await;
    assert_eq!(shares.mapping(), BTreeSet::from(revisions));
    assert!(shares.mapped.values().all(|count| *count > SWAPS), "{shares:?}");
    let sending: BTreeSet<_> = shares.sent.keys().map(String::as_str).collect();
    assert_eq!(sending, BTreeSet::from(revisions));
    // Each swap is on record, under the name of who did it.
    let audit = shop.eclusa.audit(NAME).await;
    let by_hand = audit.iter().filter(|it| it["detail"] == "activated by hand");
    let recorded: Vec<_> = by_hand.map(|it| (&it["deployment"], &it["actor"])).collect();
    let admin = json!("admin");
    assert_eq!(recorded, live.iter().map(|it| (&it["id"], &admin)).collect::<Vec<_>>());
    // Where a rollback leads stays a short list.
    let history = shop.eclusa.adapter(NAME).await["history"].as_array().unwrap().len();
    assert!(history <= 50, "{history} entries");
}

/// New builds instead of kept ones: each is compiled and compared while the one
/// before it serves, and the oldest are let go.
#[tokio::test]
async fn new_builds_under_load() {
    let setup = Setup::default().config("[deploy]\nkeep = 2");
    let shop = Shop::with(setup, &["site", "app"]).await;
    let builds: Vec<_> = (0..4).map(|number| variant(&shop::revision("2"), number)).collect();
    let load = Load::new(&shop, |_| "Oi");
    let ((), written) = load
        .during(async {
            for build in &builds {
                load.goes_on(8).await;
                let deployment = shop.eclusa.deploy(NAME, build).await;
                assert_eq!(deployment["state"], "trial", "{deployment:#}");
            }
            load.goes_on(8).await;
        })
        .await;
    let all: Vec<_> =
        [shop.first.clone()].into_iter().chain(builds.iter().map(|it| sha256(it))).collect();
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    let shares = check_unnoticed(&shop, &written, &names).await;
    assert_eq!(shares.mapping(), names.iter().copied().collect());
    // What is kept is on the disk, and nothing else.
    let adapter = shop.eclusa.adapter(NAME).await;
    let kept: BTreeSet<_> = adapter["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["role"] != "draining")
        .map(|it| it["revision"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kept, all[3..].iter().cloned().collect());
    let files = shop.eclusa.data().join("components").read_dir().unwrap();
    let files: BTreeSet<_> = files
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(files, kept);
}

/// Two operators see the same trouble: the second one's rollback goes not one
/// step further.
#[tokio::test]
async fn a_rollback_that_is_given_twice_is_done_once() {
    let shop = Shop::open().await;
    let second = shop.deploy("2", "trial").await;
    let third = shop.deploy("new-event", "trial").await;
    let back = json!({ "from": third["revision"] });
    let taken_back = shop.eclusa.decide(NAME, "rollback", &back).await.ok();
    assert_eq!(taken_back["id"], third["id"]);
    shop.eclusa.decide(NAME, "rollback", &back).await.problem(409, "not_live");
    shop.eclusa.decide(NAME, "rollback", &json!({ "from": "" })).await.problem(409, "not_live");
    assert_eq!(shop.maps_now(shop.site()).await, second["revision"]);
}

/// Several operators at once: each command is done or refused as a whole.
#[tokio::test]
async fn many_commands_at_once() {
    let shop = Shop::with(Setup::default(), &["site", "app"]).await;
    let second = shop.deploy("2", "trial").await;
    let revisions = [&*shop.first, second["revision"].as_str().unwrap()];
    let commands = (0..60_usize).map(async |number| {
        let revision = json!({ "revision": revisions[number / 5 % 2] });
        let pin = "/v1/adapters/shop/pins/app";
        match number % 5 {
            0 | 1 => shop.eclusa.decide(NAME, "activate", &revision).await,
            2 => shop.eclusa.decide(NAME, "rollback", &Value::Null).await,
            3 => shop.eclusa.api("PUT", pin, &revision).await,
            _ => shop.eclusa.api("DELETE", pin, &Value::Null).await,
        }
    });
    let answers = join_all(commands).await;
    assert!(answers.iter().all(|it| [200, 204, 409].contains(&it.status)), "{answers:#?}");
    let done = answers.iter().filter(|it| it.status != 409).count();
    assert!(done > 20, "{done} were done");
    // What serves, and who is pinned, is what the last entries say.
    let audit = shop.eclusa.audit(NAME).await;
    assert_eq!(audit.len(), 4 + done, "each that was done is on record once");
    let adapter = shop.eclusa.adapter(NAME).await;
    let last =
        audit.iter().rfind(|it| it["action"] == "went_live" || it["action"] == "rolled_back");
    let last = last.unwrap();
    let serves = last["action"] == "went_live";
    assert_eq!(adapter["revision"] == last["revision"], serves, "{last} {adapter}");
    assert_eq!(shop.maps_now(shop.site()).await, adapter["revision"]);
    let pin = audit.iter().rfind(|it| it["channel"] == "app").unwrap();
    let pinned = if pin["action"] == "pinned" { &pin["revision"] } else { &adapter["revision"] };
    assert_eq!(shop.maps_now(&shop.channels[1]).await, *pinned);
    // Page by page it is the same list.
    for (path, list) in [("/v1/audit", "entries"), ("/v1/deployments", "deployments")] {
        let all = shop.eclusa.get(&format!("{path}?limit=500")).await.ok()[list].clone();
        let (mut pages, mut before) = (Vec::new(), String::new());
        loop {
            let page = shop.eclusa.get(&format!("{path}?limit=7{before}")).await.ok();
            let page = page[list].as_array().unwrap();
            let Some(last) = page.last() else { break };
            before = format!("&before={}", id_of(last));
            pages.extend(page.iter().cloned());
        }
        assert_eq!(Value::from(pages), all, "{path}");
    }
}
