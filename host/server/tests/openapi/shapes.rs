//! The document by itself, and beside the types that the server writes.

use std::collections::BTreeSet;

use eclusa_journal::TokenRole;
use eclusa_journal::registry::{AuditAction, DeploymentState, Door, Mode, Policy, SubjectKind};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::document::Document;

/// The names of an enum's variants in JSON: serde's error lists them.
fn variants<T: DeserializeOwned + std::fmt::Debug>() -> BTreeSet<String> {
    let error = serde_json::from_value::<T>(json!("?")).unwrap_err().to_string();
    let (_, expected) = error.split_once("expected ").unwrap();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn listed(schema: &Value) -> BTreeSet<String> {
    let values = schema["enum"].as_array().unwrap().iter();
    values.map(|value| value.as_str().unwrap().to_owned()).collect()
}

#[test]
fn enums_have_the_values_that_the_server_writes_and_explain_each() {
    let document = Document::read();
    let property = |schema: &str, name: &str| document.schema(schema)["properties"][name].clone();
    let state_of_adapter = {
        let mut states = listed(&property("AdapterSummary", "state"));
        assert!(states.remove("active"));
        states
    };
    assert_eq!(state_of_adapter, variants::<DeploymentState>());
    let enums = [
        (document.schema("DeploymentState").clone(), variants::<DeploymentState>()),
        (document.schema("Mode").clone(), variants::<Mode>()),
        (property("Deployment", "door"), variants::<Door>()),
        (property("AuditEntry", "action"), variants::<AuditAction>()),
        (property("AuditSubject", "kind"), variants::<SubjectKind>()),
        (property("Token", "role"), variants::<TokenRole>()),
    ];
    for (schema, variants) in enums {
        assert_eq!(listed(&schema), variants);
        let told = schema["description"].as_str().unwrap();
        for variant in variants {
            assert!(told.contains(&format!("`{variant}`: ")), "{variant} is not explained");
        }
    }
}

#[test]
fn the_defaults_of_the_policy_are_those_of_the_server() {
    let document = Document::read();
    let schema = document.schema("PolicyInput");
    let mut documented = json!({});
    for (name, property) in schema["properties"].as_object().unwrap() {
        documented[name] = match property.get("properties") {
            Some(fields) => fields
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, field)| (name.clone(), field["default"].clone()))
                .collect(),
            None => property["default"].clone(),
        };
    }
    assert_eq!(documented, serde_json::to_value(Policy::default()).unwrap());
}

#[test]
fn the_limits_of_the_policy_are_those_of_the_server() {
    let document = Document::read();
    let schema = document.schema("PolicyInput");
    let canary = |field: &str, value: Value| {
        let mut canary = json!({ "percent": 10, "seconds": 60 });
        canary[field] = value;
        json!({ "canary": canary })
    };
    let rollback = |field: &str, value: Value| json!({ "rollback": { field: value } });
    let week = 604_800;
    let policies = [
        json!({}),
        json!({ "mode": "review", "canary": null }),
        json!({ "shadow": { "requests": 0, "messages": 0 } }),
        json!({ "shadow": { "requests": 5_000, "messages": 5_000 } }),
        canary("percent", json!(1)),
        canary("percent", json!(99)),
        canary("seconds", json!(week)),
        canary("calls", json!(1)),
        canary("calls", json!(null)),
        rollback("seconds", json!(0)),
        rollback("seconds", json!(week)),
        rollback("failure_percent", json!(100)),
        rollback("latency_factor", json!(1)),
        rollback("latency_floor_ms", json!(0)),
        // What follows is wrong.
        json!({ "mode": "never" }),
        json!({ "mod": "auto" }),
        json!({ "shadow": { "requests": 5_001 } }),
        json!({ "shadow": { "messages": 5_001 } }),
        json!({ "shadow": { "requests": -1 } }),
        json!({ "canary": { "percent": 10 } }),
        json!({ "canary": { "seconds": 60 } }),
        canary("percent", json!(0)),
        canary("percent", json!(100)),
        canary("seconds", json!(0)),
        canary("seconds", json!(week + 1)),
        canary("calls", json!(0)),
        rollback("seconds", json!(week + 1)),
        rollback("failures", json!(0)),
        rollback("failure_percent", json!(100.5)),
        rollback("failure_percent", json!(-1)),
        rollback("latency_factor", json!(0.5)),
        rollback("latency_floor_ms", json!(-1)),
        rollback("latency_calls", json!(0)),
    ];
    for policy in policies {
        let read = serde_json::from_value::<Policy>(policy.clone());
        let taken = read.is_ok_and(|policy| policy.validate().is_ok());
        let allowed = document.allows(schema, &policy);
        assert_eq!(taken, allowed.is_ok(), "{policy}: {allowed:?}");
    }
}

#[test]
fn every_example_is_as_its_schema_says() {
    let document = Document::read();
    let mut checked = 0;
    for operation in document.operations() {
        let responses = operation.value["responses"].as_object().unwrap().values();
        for content in responses.chain([&operation.value["requestBody"]]).map(|it| &it["content"]) {
            for media in content.as_object().into_iter().flat_map(|it| it.values()) {
                let Some(example) = media.get("example") else { continue };
                document.allows(&media["schema"], example).unwrap_or_else(|error| {
                    panic!("an example of {}: {error}", operation.id());
                });
                checked += 1;
            }
        }
    }
    assert!(checked > 10, "{checked} examples");
}

#[test]
fn every_schema_is_used_and_every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let name = reference.strip_prefix("#/components/schemas/").unwrap();
                    found.insert(name.to_owned());
                }
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = Document::read();
    let mut found = BTreeSet::new();
    references(document.value(), &mut found);
    let schemas = document.value()["components"]["schemas"].as_object().unwrap();
    let named: BTreeSet<String> = schemas.keys().cloned().collect();
    // A push is a POST of one event; a call of its own does not name it so.
    assert_eq!(found, named);
}
