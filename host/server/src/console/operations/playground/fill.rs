//! What the playground begins with: a sample of the adapter, or something recorded.

use eclusa_model::Manifest;
use serde::Deserialize;

use super::super::words;
use super::form::Form;
use crate::app::App;
use crate::problem::ApiProblem;

/// What a link asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    on: String,
    revision: String,
    direction: String,
    /// The number of a sample of that direction.
    sample: Option<usize>,
    /// Id of a recorded message or request.
    from: String,
}

/// A sample that a link offers.
pub(super) struct Offer {
    pub(super) name: String,
    pub(super) direction: &'static str,
    pub(super) number: usize,
}

/// The form as it begins.
pub(super) async fn filled(app: &App, asked: Asked) -> Result<Form, ApiProblem> {
    let mut form = Form {
        on: asked.on,
        revision: asked.revision,
        direction: if asked.direction == "send" { "send" } else { "receive" }.to_owned(),
        method: "POST".to_owned(),
        ..Form::default()
    };
    if !asked.from.trim().is_empty() {
        recorded(app, asked.from.trim(), &mut form).await?;
        return Ok(form);
    }
    let Some(number) = asked.sample else { return Ok(form) };
    let adapter = form.adapter(app);
    let active = adapter.and_then(|adapter| app.deployer.routes().active(&adapter));
    let Some(revision) = active else { return Ok(form) };
    sample(revision.manifest(), number, &mut form);
    Ok(form)
}

/// The samples of an adapter.
pub(super) fn offers(app: &App, form: &Form) -> Vec<Offer> {
    let adapter = form.adapter(app);
    let active = adapter.and_then(|adapter| app.deployer.routes().active(&adapter));
    let Some(revision) = active else { return Vec::new() };
    let samples = &revision.manifest().samples;
    let receive = samples.receive.iter().map(|it| (&it.name, "receive")).enumerate();
    let send = samples.send.iter().map(|it| (&it.name, "send")).enumerate();
    receive
        .chain(send)
        .map(|(number, (name, direction))| Offer { name: name.clone(), direction, number })
        .collect()
}

fn sample(manifest: &Manifest, number: usize, form: &mut Form) {
    if form.sends() {
        let sample = manifest.samples.send.get(number);
        form.body = sample.map_or_else(String::new, |sample| words::pretty(&sample.message));
        return;
    }
    let Some(sample) = manifest.samples.receive.get(number) else { return };
    let request = sample.request.to_request();
    form.method = request.method;
    form.path = with_query(&request.path, &request.query);
    form.headers = lines(&request.headers);
    form.body = laid_out(request.body);
}

async fn recorded(app: &App, id: &str, form: &mut Form) -> Result<(), ApiProblem> {
    let message = app.journal.message(id.to_owned()).await?;
    if let Some(message) = &message
        && message.direction == "outbound"
    {
        form.on = format!("channel:{}", message.channel);
        "send".clone_into(&mut form.direction);
        let sent = app.traffic.outbound_message(id.to_owned()).await?;
        form.body = sent.map_or_else(String::new, |sent| words::pretty(&sent.message));
        return Ok(());
    }
    let request = match message {
        Some(message) => message.request,
        None => app.traffic.request(id.to_owned()).await?,
    };
    let request = request.ok_or_else(|| ApiProblem::not_found("message", id))?;
    form.on = format!("channel:{}", request.channel);
    "receive".clone_into(&mut form.direction);
    form.method = request.raw.method;
    form.path = with_query(&request.raw.path, &request.raw.query);
    form.headers = lines(&request.raw.headers);
    form.body = request.raw.body;
    Ok(())
}

fn with_query(path: &str, query: &[(String, String)]) -> String {
    if query.is_empty() {
        return path.to_owned();
    }
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    format!("{path}?{}", text.extend_pairs(query).finish())
}

fn lines(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
}

/// A sample's body on several lines, where it is JSON; what was recorded stays byte for
/// byte.
fn laid_out(body: String) -> String {
    match serde_json::from_str::<&serde_json::value::RawValue>(&body) {
        Ok(_) => {
            let value = serde_json::from_str::<serde_json::Value>(&body);
            value.map_or(body, |value| words::pretty(&value))
        }
        Err(_) => body,
    }
}
