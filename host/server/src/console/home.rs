//! `GET /`: where to go from here.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::html::{escape, go_to, page};
use crate::app::App;
use crate::auth::{SignedIn, role_name};

/// The first page, for who is signed in.
pub(super) async fn show(State(app): State<App>, headers: HeaderMap) -> Response {
    let Some(signed_in) = app.signed_in(&headers) else { return go_to("/login") };
    let names = app.deployer.routes().names();
    let adapters = match names.as_slice() {
        [] => "none yet; see <code>eclusa adapter deploy --help</code>".to_owned(),
        names => escape(&names.join(", ")),
    };
    let channels = app.channels.all().len();
    let demo = match app.config.demo {
        true => r#"<li><a href="/demo">What the demo's chats were sent</a></li>"#,
        false => "",
    };
    let body = format!(
        r#"{}
<main>
<section class="card"><h1>Eclusa runs</h1>
<ul class="plain"><li>Adapters: {adapters}</li><li>Channels: {channels}</li></ul></section>
<section class="card"><h2>Look further</h2>
<ul class="plain">{demo}<li><a href="/readyz">Whether it is ready</a></li>
<li><a href="/metrics">Metrics</a></li>
<li><a href="/openapi.json">The API, as OpenAPI</a></li></ul></section>
</main>"#,
        bar(&signed_in)
    );
    page(StatusCode::OK, "Eclusa", &body)
}

/// The top of each page: who is signed in, and the way out.
fn bar(signed_in: &SignedIn) -> String {
    let token = &signed_in.known().token;
    let (name, role) = (escape(&token.name), role_name(token.role));
    let csrf = signed_in.form_token();
    format!(
        r#"<header class="bar"><span class="brand">Eclusa</span>
<span class="quiet">{name}, {role}</span>
<form method="post" action="/logout"><input type="hidden" name="csrf" value="{csrf}"><button class="second">Sign out</button></form>
</header>"#
    )
}
