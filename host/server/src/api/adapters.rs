//! `/v1/adapters`.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::adapters::Adapter;
use crate::app::App;
use crate::problem::ApiProblem;

pub(super) async fn list(State(app): State<App>) -> Json<Value> {
    let adapters: Vec<Value> = app
        .adapters
        .all()
        .iter()
        .map(|(name, adapter)| match adapter {
            Adapter::Active(revision) => json!({
                "name": name,
                "state": "active",
                "revision": revision.sha256(),
                "version": revision.manifest().version,
                "interface": revision.interface_version(),
                "summary": revision.manifest().summary,
            }),
            Adapter::Rejected(error) => {
                json!({ "name": name, "state": "rejected", "error": &**error })
            }
        })
        .collect();
    Json(json!({ "adapters": adapters }))
}

pub(super) async fn read(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiProblem> {
    let all = app.adapters.all();
    let adapter = all.get(&name).ok_or_else(|| ApiProblem::not_found("adapter", &name))?;
    Ok(Json(match adapter {
        Adapter::Active(revision) => json!({
            "name": name,
            "state": "active",
            "revision": revision.sha256(),
            "interface": revision.interface_version(),
            "manifest": revision.manifest(),
        }),
        Adapter::Rejected(error) => json!({ "name": name, "state": "rejected", "error": &**error }),
    }))
}
