//! `eclusa adapter deploy`, and what else changes or shows what serves, against a
//! real server with real components.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../support/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

mod decide;
mod deploy;
mod diff;
mod errors;
mod help;
mod show;

use serde_json::Value;
use server::Running;
use support::hostile;

/// Deploys a revision of the shop's adapter. Gives its SHA-256.
fn deploy(server: &Running, revision: &str, options: &[&str]) -> String {
    let file = hostile(&format!("shop-{revision}"));
    let args = [&["adapter", "deploy", &file, "--name", "shop"], options].concat();
    let deployment = server.json(&args);
    deployment["revision"].as_str().unwrap().to_owned()
}

/// The revision that serves.
fn serving(server: &Running) -> String {
    let standing = server.json(&["adapter", "show", "shop"]);
    standing["revision"].as_str().unwrap().to_owned()
}

/// The parts of a text, all of which must stand in another.
fn assert_parts(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing:\n{text}");
    }
}

fn at<'a>(document: &'a Value, pointer: &str) -> &'a Value {
    document.pointer(pointer).unwrap_or(&Value::Null)
}
