//! `/v1/adapters`: what serves, and what is ready to.

use axum::Json;
use axum::extract::{Path, State};
use eclusa_deploy::AdapterView;
use eclusa_journal::registry::DeploymentState;
use serde_json::{Value, json};

use crate::app::App;
use crate::problem::ApiProblem;

/// `GET /v1/adapters`.
pub(super) async fn list(State(app): State<App>) -> Json<Value> {
    let adapters: Vec<Value> = app.deployer.adapters().await.iter().map(summary).collect();
    Json(json!({ "adapters": adapters }))
}

/// `GET /v1/adapters/{name}`.
pub(super) async fn read(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiProblem> {
    Ok(Json(whole(&app.deployer.adapter(&name).await?)))
}

fn summary(view: &AdapterView) -> Value {
    let record = &view.record;
    let mut json = json!({
        "name": record.name,
        "state": state(view),
        "deployment": view.latest.as_ref().map(|latest| json!({
            "id": latest.id,
            "revision": latest.revision,
            "state": latest.state,
            "reason": latest.reason,
            "updated_at": latest.updated_at,
        })),
    });
    if let (Value::Object(fields), Some(active)) = (&mut json, &view.active) {
        let manifest = active.manifest();
        fields.insert("revision".to_owned(), json!(active.sha256()));
        fields.insert("version".to_owned(), json!(manifest.version));
        fields.insert("interface".to_owned(), json!(active.interface_version()));
        fields.insert("summary".to_owned(), json!(manifest.summary));
    } else if let (Value::Object(fields), Some(latest)) = (&mut json, &view.latest) {
        fields.insert("error".to_owned(), json!(latest.reason));
    }
    json
}

/// An adapter with all that is known of it.
pub(super) fn whole(view: &AdapterView) -> Value {
    let record = &view.record;
    let mut json = summary(view);
    let Value::Object(fields) = &mut json else { return json };
    fields.insert("deployment".to_owned(), json!(view.latest));
    fields.insert("manifest".to_owned(), json!(view.active.as_ref().map(|it| it.manifest())));
    fields.insert("policy".to_owned(), json!(record.policy));
    fields.insert("revisions".to_owned(), json!(view.revisions));
    fields.insert("history".to_owned(), json!(record.history));
    fields.insert("trial".to_owned(), json!(record.trial));
    fields.insert("canary".to_owned(), json!(record.canary));
    fields.insert("watched".to_owned(), json!(view.trial));
    fields.insert("waiting".to_owned(), json!(record.waiting));
    fields.insert("pins".to_owned(), json!(record.pins));
    fields.insert("holds".to_owned(), json!(record.holds));
    json
}

/// `active` where something serves; else what became of the last candidate.
fn state(view: &AdapterView) -> Value {
    match (&view.active, &view.latest) {
        (Some(_), _) => json!("active"),
        (None, Some(latest)) => json!(latest.state),
        (None, None) => json!(DeploymentState::Checking),
    }
}
