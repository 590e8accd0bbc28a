//! Reading JSON bodies with errors that name the field.

use axum::body::Bytes;
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::problem::{ApiProblem, Violation};

/// Reads a JSON body.
pub(crate) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiProblem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (pointer, inner) = (pointer(error.path()), error.into_inner());
        match inner.classify() {
            serde_json::error::Category::Data => {
                let message = without_place(&inner);
                // Checks over the whole object say themselves where it is.
                let violation = match message.split_once(": ") {
                    Some((place, message)) if place.starts_with('/') => {
                        Violation::new(format!("{pointer}{place}"), message)
                    }
                    _ => Violation::new(pointer, message),
                };
                ApiProblem::violations(vec![violation])
            }
            _ => malformed(&inner),
        }
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> ApiProblem {
    ApiProblem::new(
        StatusCode::BAD_REQUEST,
        "malformed_json",
        format!("the body is not valid JSON: {error}"),
    )
    .action("Send one complete JSON object in UTF-8.")
}

/// The message without line and column, since the pointer says it better, and
/// without the value, since it may be a secret in the wrong place.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rfind(" at line ").and_then(|end| text.get(..end)).unwrap_or(&text);
    match text.rsplit_once(", expected ") {
        Some((found, expected)) if found.starts_with("invalid ") => {
            let kind = found.split(['"', '`']).next().unwrap_or_default().trim_end();
            format!("{kind}, expected {expected}")
        }
        _ => text.to_owned(),
    }
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&name);
    }
    pointer
}
