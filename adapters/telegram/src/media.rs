//! Files by handle: `getFile` tells the path, the path brings the bytes.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::Map;

use crate::{method, settle};

/// The next step towards the bytes of a file.
pub(crate) fn media(
    cx: &Context<'_>,
    handle: &str,
    previous: Option<&MediaResponse>,
) -> Result<MediaStep, Problem> {
    let Some(previous) = previous else {
        let mut parameters = Map::new();
        parameters.insert("file_id".to_owned(), handle.into());
        let request = method::call(cx, "getFile", parameters);
        return Ok(MediaStep::Ask(NextRequest { request, state: "getFile".to_owned() }));
    };
    let json = match Json::parse(&previous.response.body) {
        Ok(json) if previous.response.is_success() => json,
        _ => return Err(settle::problem(&previous.response)),
    };
    let path = json.root().field("result")?.field("file_path")?.text()?;
    if path.starts_with('/') {
        return Err(Problem::configuration(
            "local_file",
            "the Bot API server runs with `--local`: it gives a path on its own disk",
        )
        .at("/result/file_path")
        .action("Run the Bot API server without `--local`."));
    }
    Ok(MediaStep::File(method::file(cx, path)))
}
