//! `POST /adapters/{name}/policy`: by which rules candidates go live.

use axum::extract::{Path, State};
use axum::response::Response;
use eclusa_journal::registry::Policy;
use serde_json::{Map, Value, json};

use super::show;
use crate::api::read_json;
use crate::app::App;
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::html::go_to;
use crate::console::posted::Fields;
use crate::console::visitor::Posted;
use crate::console::wrong::{Phrase, Wrong};
use crate::problem::ApiProblem;

/// The fields with a number: JSON pointer and the key of the label.
const NUMBERS: [(&str, &str); 11] = [
    ("/shadow/requests", "policy-shadow-requests"),
    ("/shadow/messages", "policy-shadow-messages"),
    ("/canary/percent", "policy-canary-percent"),
    ("/canary/seconds", "policy-canary-seconds"),
    ("/canary/calls", "policy-canary-calls"),
    ("/rollback/seconds", "policy-rollback-seconds"),
    ("/rollback/failures", "policy-rollback-failures"),
    ("/rollback/failure_percent", "policy-rollback-percent"),
    ("/rollback/latency_factor", "policy-rollback-factor"),
    ("/rollback/latency_floor_ms", "policy-rollback-floor"),
    ("/rollback/latency_calls", "policy-rollback-calls"),
];

/// The form of a policy.
pub(super) struct PolicyForm {
    pub(super) mode: String,
    pub(super) numbers: Vec<Number>,
    pub(super) wrong: Option<Wrong>,
}

/// A field with a number.
pub(super) struct Number {
    pub(super) pointer: &'static str,
    pub(super) id: String,
    /// The key of its label.
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) wrong: Option<Phrase>,
}

impl PolicyForm {
    /// A policy to change.
    pub(super) fn new(policy: &Policy) -> Self {
        let json = json!(policy);
        let value = |pointer| match json.pointer(pointer) {
            None | Some(Value::Null) => String::new(),
            Some(value) => value.to_string(),
        };
        Self::filled(super::super::words::name(&policy.mode), value)
    }

    /// What was sent, with what is wrong beside each field.
    fn refused(at: &Frame, fields: &Fields, problem: &ApiProblem) -> Self {
        let value = |pointer| fields.get(pointer).unwrap_or_default().to_owned();
        let mut form = Self::filled(value("/mode"), value);
        let wrong = Wrong::new(at, problem);
        for number in &mut form.numbers {
            let about = |pointer: &str| pointer == number.pointer;
            let found = wrong.violations.iter().find(|it| about(&it.pointer));
            number.wrong = found.map(|found| Phrase::violation(at, &found.message));
        }
        Self { wrong: Some(wrong), ..form }
    }

    fn filled(mode: String, value: impl Fn(&'static str) -> String) -> Self {
        let numbers = NUMBERS.into_iter().map(|(pointer, label)| Number {
            pointer,
            id: format!("policy{}", pointer.replace(['/', '_'], "-")),
            label,
            value: value(pointer),
            wrong: None,
        });
        Self { mode, numbers: numbers.collect(), wrong: None }
    }

    /// Something is wrong in what stands folded.
    pub(super) fn is_open(&self) -> bool {
        self.wrong.is_some()
    }
}

/// Saves it, or shows it again with what is wrong.
pub(super) async fn set(
    State(app): State<App>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, ApiProblem> {
    let actor = posted.visitor.actor(Permission::Operate)?;
    match saved(&app, &name, &posted.fields, actor).await {
        Ok(()) => Ok(go_to(&format!("/adapters/{name}?done=policy"))),
        Err(problem) if !problem.wrong_fields().is_empty() => {
            let at = posted.visitor.frame;
            let form = PolicyForm::refused(&at, &posted.fields, &problem);
            show::with_policy(&app, at, &name, form, problem.status()).await
        }
        Err(problem) => Err(problem),
    }
}

async fn saved(app: &App, name: &str, fields: &Fields, actor: &str) -> Result<(), ApiProblem> {
    let policy: Policy = read_json(&policy_json(fields).to_string().into())?;
    Ok(app.deployer.set_policy(name, policy, actor).await?)
}

/// What a form says, as the API takes it: an empty field gets its default, and without
/// a share there is no canary.
fn policy_json(fields: &Fields) -> Value {
    let mut policy = Map::new();
    if let Some(mode) = fields.given("/mode") {
        policy.insert("mode".to_owned(), json!(mode));
    }
    let shares = fields.given("/canary/percent").is_some();
    for (pointer, _) in NUMBERS {
        let mut steps = pointer.split('/').skip(1);
        let (Some(part), Some(key)) = (steps.next(), steps.next()) else { continue };
        let Some(text) = fields.given(pointer) else { continue };
        if part == "canary" && !shares {
            continue;
        }
        // What is no number is refused by the API, which names the field.
        let number = serde_json::from_str::<serde_json::Number>(text);
        let value = number.map_or_else(|_| json!(text), Value::Number);
        let part = policy.entry(part).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(part) = part {
            part.insert(key.to_owned(), value);
        }
    }
    Value::Object(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_field_gets_its_default_and_a_canary_needs_a_share() {
        let fields = Fields::of(&[
            ("/mode", "review"),
            ("/shadow/requests", " 50 "),
            ("/canary/percent", ""),
            ("/canary/seconds", "60"),
            ("/rollback/failure_percent", "0.5"),
            ("/rollback/failures", "many"),
        ]);
        assert_eq!(
            policy_json(&fields),
            json!({
                "mode": "review", "shadow": { "requests": 50 },
                "rollback": { "failure_percent": 0.5, "failures": "many" },
            })
        );
    }
}
