//! openapi.json and the server say the same: the same calls, the same answers.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "openapi/api.rs"]
mod api;
#[path = "openapi/attendances.rs"]
mod attendances;
#[path = "openapi/deploy.rs"]
mod deploy;
#[path = "openapi/document.rs"]
mod document;
#[path = "openapi/flows.rs"]
mod flows;
#[path = "openapi/letters.rs"]
mod letters;
#[path = "openapi/pages.rs"]
mod pages;
#[path = "openapi/roles.rs"]
mod roles;
#[path = "openapi/shapes.rs"]
mod shapes;
#[path = "openapi/tokens.rs"]
mod tokens;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use api::{Api, Sent, TOKEN};
use pages::NOT_OF_THE_API;

async fn start() -> Api {
    let adapters = tempfile::tempdir().unwrap();
    Api::start(adapters.path()).await
}

#[tokio::test]
async fn every_documented_call_is_there_and_answers_as_documented() {
    let api = start().await;
    let served: Value = api.get("/openapi.json").await;
    assert_eq!(&served, api.document().value());
    let operations = api.document().operations();
    assert!(operations.len() > 30);
    for operation in operations {
        let (method, path) = (operation.method, operation.filled_in());
        let response = api.raw(method, &path, Some(TOKEN), Sent::Json(json!({}))).await;
        let status = response.status().as_u16().to_string();
        let documented = &operation.value["responses"];
        assert!(documented.get(&status).is_some(), "{method} {path}: {status} is not documented");
        if response.status().is_client_error() {
            let problem: Value = response.json().await.unwrap();
            let code = problem["code"].as_str().unwrap();
            assert!(
                !["route_unknown", "method_not_allowed"].contains(&code),
                "{method} {path}: {code}"
            );
            for key in ["type", "title", "status", "detail", "retryable", "correlation_id"] {
                assert!(!problem[key].is_null(), "{method} {path}: no {key}");
            }
        }
    }
    api.stop().await;
}

/// The paths of all routes that the source makes.
fn routes_of_the_source(folder: &Path, routes: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routes_of_the_source(&path, routes);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            // `route` is also the name of what answers a channel's calls.
            if !source.contains("Router::new()") {
                continue;
            }
            for call in source.split(".route(").skip(1) {
                let literal = call.trim_start().strip_prefix('"');
                let literal = literal.and_then(|it| it.split('"').next());
                let route = literal.unwrap_or_else(|| {
                    panic!("{}: a route whose path is no literal", path.display())
                });
                routes.insert(route.replace("{*", "{"));
            }
        }
    }
}

#[test]
fn every_route_is_documented_and_every_documented_path_is_a_route() {
    let mut routes = BTreeSet::new();
    routes_of_the_source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut routes);
    for path in NOT_OF_THE_API {
        assert!(routes.remove(*path), "{path} is no route any more");
    }
    let document = document::Document::read();
    let documented: BTreeSet<String> = document.paths().into_iter().map(str::to_owned).collect();
    assert_eq!(routes, documented);
}

#[tokio::test]
async fn every_method_of_a_path_is_documented() {
    let api = start().await;
    let operations = api.document().operations();
    let mut checked = 0;
    for path in api.document().paths() {
        let of_path: Vec<_> = operations.iter().filter(|it| it.path == path).collect();
        let filled_in = of_path.first().unwrap().filled_in();
        let response = api.raw("BREW", &filled_in, Some(TOKEN), Sent::Nothing).await;
        let Some(allowed) = response.headers().get("allow") else {
            // The ingress takes any method.
            assert!(path.starts_with("/in/"), "{path}");
            continue;
        };
        // Where there is GET, the framework answers HEAD.
        let allowed: BTreeSet<String> =
            allowed.to_str().unwrap().split(',').map(|it| it.trim().to_lowercase()).collect();
        let allowed: BTreeSet<&str> =
            allowed.iter().map(String::as_str).filter(|it| *it != "head").collect();
        let documented: BTreeSet<&str> = of_path.iter().map(|it| it.method).collect();
        assert_eq!(allowed, documented, "{path}");
        checked += 1;
    }
    assert!(checked > 20);
    api.stop().await;
}

#[tokio::test]
async fn calls_that_need_a_token_refuse_those_without() {
    let api = start().await;
    for operation in api.document().operations() {
        let (method, path) = (operation.method, operation.filled_in());
        let open = operation.value.get("security").is_some();
        for token in [None, Some(""), Some("ecl_wrong")] {
            let response = api.raw(method, &path, token, Sent::Json(json!({}))).await;
            let status = response.status();
            assert_eq!(status == 401, !open, "{method} {path}: {status}");
        }
    }
    api.stop().await;
}

#[tokio::test]
async fn what_the_framework_refuses_is_a_problem_document_too() {
    let api = start().await;
    for path in ["/v1/channels/%ff", "/v1/messages/%ff", "/in/%ff", "/nowhere"] {
        let response = api.raw("get", path, Some(TOKEN), Sent::Nothing).await;
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(kind, "application/problem+json", "{path}");
    }
    api.stop().await;
}
