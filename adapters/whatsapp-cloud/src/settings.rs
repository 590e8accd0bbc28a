//! The channel's settings.

use eclusa_adapter_sdk::prelude::*;

/// The Graph API's address.
const GRAPH: &str = "https://graph.facebook.com";
/// The version of the Graph API that this adapter was written against.
const API_VERSION: &str = "v25.0";

/// The address that all calls begin with: the channel's URL as it stands, or
/// that of the Graph API with its version.
pub(crate) fn base(cx: &Context<'_>) -> String {
    cx.url().map(str::to_owned).unwrap_or_else(|_| {
        let version = cx.setting("api_version").unwrap_or_else(|| API_VERSION.to_owned());
        format!("{GRAPH}/{version}")
    })
}

/// A request with the access token.
pub(crate) fn authorized(request: HttpRequest) -> HttpRequest {
    request.header("authorization", "Bearer {secret:access-token}")
}
