//! What openapi.json says about a call and its answers.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};

/// The methods that a path of the document can have.
pub(crate) const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// The description of the API.
pub(crate) struct Document(Value);

/// One call of it.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub(crate) path: &'a str,
    pub(crate) method: &'a str,
    pub(crate) value: &'a Value,
}

impl Operation<'_> {
    pub(crate) fn id(&self) -> &str {
        self.value["operationId"].as_str().unwrap()
    }

    /// Its path with something in the place of each parameter.
    pub(crate) fn filled_in(&self) -> String {
        let parts = self.path.split('/');
        let filled = parts.map(|part| if part.starts_with('{') { "none" } else { part });
        filled.collect::<Vec<_>>().join("/")
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        let same = |(told, called): (&str, &str)| told == called || told.starts_with('{');
        self.method == method
            && self.path.split('/').count() == path.split('/').count()
            && self.path.split('/').zip(path.split('/')).all(same)
    }
}

impl Document {
    pub(crate) fn read() -> Self {
        Self(serde_json::from_str(include_str!("../../openapi.json")).unwrap())
    }

    pub(crate) fn value(&self) -> &Value {
        &self.0
    }

    pub(crate) fn paths(&self) -> BTreeSet<&str> {
        self.0["paths"].as_object().unwrap().keys().map(String::as_str).collect()
    }

    /// All calls.
    pub(crate) fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.0["paths"].as_object().unwrap().iter();
        let operations = paths.flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| {
                Some(Operation { path, method, value: item.get(method)? })
            })
        });
        operations.collect()
    }

    /// The call that this one is.
    pub(crate) fn operation(&self, method: &str, path: &str) -> Operation<'_> {
        let path = path.split('?').next().unwrap();
        let method = method.to_lowercase();
        let fitting = self.operations().into_iter().filter(|it| it.fits(&method, path));
        // `/v1/requests/unmapped` before `/v1/requests/{id}`.
        fitting
            .min_by_key(|it| it.path.matches('{').count())
            .unwrap_or_else(|| panic!("{method} {path} is not documented"))
    }

    /// One of the named schemas.
    pub(crate) fn schema(&self, name: &str) -> &Value {
        &self.0["components"]["schemas"][name]
    }

    /// Whether a value is as a schema of the document says.
    pub(crate) fn allows(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let errors: Vec<String> = self
            .validator(schema)
            .iter_errors(value)
            .map(|error| {
                format!("{} at `{}` ({})", error, error.instance_path(), error.schema_path())
            })
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(format!("{}\n{value:#}", errors.join("\n"))) }
    }

    fn validator(&self, schema: &Value) -> Validator {
        let mut root = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": self.0["components"],
        });
        for (key, value) in schema.as_object().unwrap() {
            root[key] = value.clone();
        }
        jsonschema::validator_for(&root).unwrap()
    }

    /// Checks an answer: its status is documented, and its body as documented.
    pub(crate) fn check(&self, operation: Operation<'_>, status: u16, kind: &str, body: &[u8]) {
        let what = format!("{} {} → {status}", operation.method, operation.path);
        let response = operation.value["responses"].get(status.to_string());
        let response = response.unwrap_or_else(|| panic!("{what} is not documented"));
        let Some(content) = response.get("content") else {
            assert!(status != 204 || body.is_empty(), "{what} has a body");
            return;
        };
        let content = &content[kind];
        assert!(content.is_object(), "{what}: `{kind}` is not documented");
        let Some(schema) = content.get("schema") else { return };
        let body: Value = serde_json::from_slice(body).unwrap_or_else(|e| panic!("{what}: {e}"));
        self.allows(schema, &body).unwrap_or_else(|error| panic!("{what}: {error}"));
    }

    /// Checks that what was sent and taken is what the document allows to send.
    pub(crate) fn check_sent(&self, operation: Operation<'_>, sent: &Value) {
        let schema = &operation.value["requestBody"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{} takes no JSON", operation.id());
        self.allows(schema, sent).unwrap_or_else(|error| panic!("{}: {error}", operation.id()));
    }
}
