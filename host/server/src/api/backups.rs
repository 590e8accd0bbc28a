//! Backups of the journal.

use std::path::PathBuf;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use eclusa_journal::{BackupError, BackupManifest, read_manifest};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::problem::ApiProblem;

#[derive(Serialize)]
struct Made {
    /// Its name: when it was made.
    name: String,
    /// Where it is, on the server's machine.
    folder: PathBuf,
    manifest: BackupManifest,
}

/// `POST /v1/backups`: makes one, beside traffic.
pub(super) async fn make(State(app): State<App>) -> Result<Response, ApiProblem> {
    let name: String = app.now().chars().filter(char::is_ascii_alphanumeric).collect();
    let folder = app.config.backups().join(&name);
    let manifest = app.upkeep.backup(folder.clone()).await?;
    tracing::info!(folder = %folder.display(), "a backup was made");
    Ok((StatusCode::CREATED, Json(Made { name, folder, manifest })).into_response())
}

/// `GET /v1/backups`: those that are there, newest first.
pub(super) async fn list(State(app): State<App>) -> Result<Response, ApiProblem> {
    let folder = app.config.backups();
    let read = tokio::task::spawn_blocking(move || {
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut backups = Vec::new();
        for entry in entries {
            let folder = entry?.path();
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // One that is being made has no manifest yet.
            if let Ok(manifest) = read_manifest(&folder) {
                backups.push(Made { name, folder, manifest });
            }
        }
        backups.sort_by(|a, b| b.name.cmp(&a.name));
        Ok::<_, std::io::Error>(backups)
    });
    let backups = match read.await {
        Ok(Ok(backups)) => backups,
        Ok(Err(error)) => return Err(failed(error.to_string())),
        Err(error) => return Err(failed(error.to_string())),
    };
    Ok(Json(json!({ "backups": backups })).into_response())
}

fn failed(detail: String) -> ApiProblem {
    ApiProblem::new(StatusCode::INTERNAL_SERVER_ERROR, "backup_failed", detail)
        .action("Correct what `detail` names, and make a backup again.")
}

impl From<BackupError> for ApiProblem {
    fn from(error: BackupError) -> Self {
        let detail = error.to_string();
        match error {
            BackupError::InMemory => Self::new(StatusCode::CONFLICT, "journal_in_memory", detail)
                .action("Set `journal = \"sqlite\"` to keep what is recorded."),
            BackupError::Exists(_) => Self::new(StatusCode::CONFLICT, "backup_exists", detail)
                .action("Make it again: its name is the time at which it is made."),
            BackupError::UnderWay => Self::new(StatusCode::CONFLICT, "backup_under_way", detail)
                .action("Wait until GET /v1/backups lists it, then make another.")
                .retryable(),
            BackupError::NoRoom { .. } => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "backup_no_room", detail).action(
                    "Make room there, e.g. remove old backups, or set `storage.backups` to another \
                     disk.",
                )
            }
            BackupError::Damaged { .. } => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "data_damaged",
                detail,
            )
            .action(
                "Stop the server, look at all of it with `eclusa check --data DIR`, and restore \
                     an older backup.",
            ),
            _ => failed(detail),
        }
    }
}
