//! openapi.json and the routes say the same.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use eclusa_server::{Config, JournalKind, Server};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

const TOKEN: &str = "ecl_token_of_this_test";

async fn start() -> (Server, Client) {
    let adapters = tempfile::tempdir().unwrap();
    let config = Config {
        listen: ([127, 0, 0, 1], 0).into(),
        adapters: adapters.path().to_owned(),
        admin_token: Some(eclusa_model::Secret::new(TOKEN)),
        journal: JournalKind::Memory,
        ..Config::default()
    };
    let server = Server::start(config).await.unwrap();
    (server, Client::builder().tls_certs_only([]).build().unwrap())
}

async fn call(server: &Server, client: &Client, method: &str, path: &str) -> Response {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    let url = format!("http://{}{path}", server.address());
    client.request(method, url).bearer_auth(TOKEN).json(&json!({})).send().await.unwrap()
}

/// All calls of the document: path with its parameters filled in, method, the
/// operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path
            .replace("{key}", "none")
            .replace("{id}", "none")
            .replace("{name}", "none")
            .replace("{rest}", "none");
        for method in ["get", "put", "post", "patch", "delete"] {
            if let Some(operation) = item.get(method) {
                operations.push((path.clone(), method.to_owned(), operation.clone()));
            }
        }
    }
    operations
}

#[tokio::test]
async fn every_documented_call_is_there_and_answers_as_documented() {
    let (server, client) = start().await;
    let document: Value =
        call(&server, &client, "get", "/openapi.json").await.json().await.unwrap();
    let operations = operations(&document);
    assert!(operations.len() > 20);
    for (path, method, operation) in operations {
        let response = call(&server, &client, &method, &path).await;
        let status = response.status().as_u16().to_string();
        let documented = &operation["responses"];
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
    server.stop().await;
}

#[tokio::test]
async fn calls_that_need_a_token_refuse_those_without() {
    let (server, client) = start().await;
    let document: Value =
        call(&server, &client, "get", "/openapi.json").await.json().await.unwrap();
    for (path, method, operation) in operations(&document) {
        let open = operation.get("security").is_some();
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let url = format!("http://{}{path}", server.address());
        for token in [None, Some(""), Some("ecl_wrong")] {
            let request = client.request(method.clone(), &url).json(&json!({}));
            let request = match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            let status = request.send().await.unwrap().status();
            assert_eq!(status == 401, !open, "{method} {path}: {status}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn what_the_framework_refuses_is_a_problem_document_too() {
    let (server, client) = start().await;
    for path in ["/v1/channels/%ff", "/v1/messages/%ff", "/in/%ff", "/nowhere"] {
        let response = call(&server, &client, "get", path).await;
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(kind, "application/problem+json", "{path}");
    }
    server.stop().await;
}
