//! `--demo`: one channel for each adapter, and chats that show what they were
//! sent, so that a full circle can be seen on one machine.

mod chats;
mod rooms;

use eclusa_journal::{JournalError, TokenRole};
use eclusa_model::{Channel, ChannelDelivery, Color, FlowRunner, Manifest, Secret};
use serde_json::{Map, Value};

pub(crate) use chats::{FakeChats, routes};

use crate::api::{ChannelInput, as_logo, save, set_logo};
use crate::app::App;
use crate::auth::{new_token, random_hex};
use crate::problem::ApiProblem;
use rooms::Sample;

/// Colours that can be told apart, also by the colour-blind (Okabe and Ito), beside
/// those of the sample chats.
const COLORS: [&str; 4] = ["#CC79A7", "#56B4E9", "#E69F00", "#6D4C8D"];

/// A demo that runs.
#[derive(Debug)]
pub struct Demo {
    pub(crate) chats: FakeChats,
    base: String,
    token: Secret,
    /// There are chats to write on.
    can_write: bool,
}

impl Demo {
    /// What to open, and three commands that go full circle.
    pub fn instructions(&self) -> String {
        let (base, token) = (&self.base, self.token.expose());
        if !self.can_write {
            return "demo: the adapter `open` is not loaded, so there is nothing to try\n"
                .to_owned();
        }
        format!(
            r#"
Two windows show all of it:
  {base}/login#token={token}   you answer here: press Sign in, then Inbox
  {base}/demo/site   somebody writes here; {base}/demo/app and {base}/demo/team are two other chats

{base}/demo has what each chat was sent.

"#
        )
    }
}

/// Creates what is missing. The token is a new one at every start.
pub(crate) async fn set_up(app: &App) -> Result<Demo, JournalError> {
    let token = new_token();
    // Kept nowhere: it ends with the demo.
    app.tokens.lend("demo", TokenRole::Admin, &token, app.now()).await?;
    for (adapter, color) in app.deployer.routes().names().iter().zip(COLORS.iter().cycle()) {
        if let Err(problem) = create_channel(app, adapter, color).await {
            tracing::warn!(adapter, "the demo has no channel for this adapter: {problem}");
        }
    }
    for room in &rooms::SAMPLES {
        if let Err(problem) = create_room(app, room).await {
            let chat = room.chat;
            tracing::warn!(chat, "the demo has no channel for this sample page: {problem}");
        }
    }
    let can_write = app.channels.by_id(&rooms::channel_id("site")).is_some();
    Ok(Demo { chats: FakeChats::default(), base: app.config.public_url(), token, can_write })
}

async fn create_channel(app: &App, adapter: &str, color: &str) -> Result<(), String> {
    let id = format!("demo-{adapter}");
    let Some(revision) = app.deployer.routes().active(adapter) else { return Ok(()) };
    let before = app.channels.by_id(&id);
    let kept = before.as_ref().map(|active| &*active.channel);
    let input = channel_input(app, &id, adapter, color, revision.manifest(), kept)?;
    match save(app, input, kept, "demo").await {
        Ok(_) => Ok(()),
        Err(problem) => Err(format!("{problem:?}")),
    }
}

/// The channel of a sample chat, with a logo of its own.
async fn create_room(app: &App, room: &Sample) -> Result<(), String> {
    let id = rooms::channel_id(room.chat);
    let Some(revision) = app.deployer.routes().active("open") else { return Ok(()) };
    let before = app.channels.by_id(&id);
    let kept = before.as_ref().map(|active| &*active.channel);
    let input = ChannelInput {
        name: room.name.to_owned(),
        description: format!("The sample chat at /demo/{}.", room.chat),
        url: Some(format!("http://{}/demo/chat/{}", app.config.own_address(), room.chat)),
        ..channel_input(app, &id, "open", room.color, revision.manifest(), kept)?
    };
    let told = |problem: ApiProblem| format!("{problem:?}");
    save(app, input, kept, "demo").await.map_err(told)?;
    let logo = as_logo(app, room.logo.into()).await.map_err(told)?;
    set_logo(app, id, logo, "demo").await.map_err(told)
}

fn channel_input(
    app: &App,
    id: &str,
    adapter: &str,
    color: &str,
    manifest: &Manifest,
    before: Option<&Channel>,
) -> Result<ChannelInput, String> {
    // The secrets which guard the ingress stay, so that requests written down
    // earlier go on working. Those that may be left out are left out.
    let secrets = manifest
        .required_secrets()
        .filter(|secret| before.is_none_or(|channel| !channel.secrets.contains_key(&secret.name)))
        .map(|secret| (secret.name.clone(), Some(Secret::new(random_hex::<16>()).into())))
        .collect();
    Ok(ChannelInput {
        id: Some(id.to_owned()),
        name: format!("Demo: {adapter}"),
        description: manifest.summary.clone(),
        color: Color::try_from(color.to_owned()).map_err(|error| error.to_string())?,
        adapter: adapter.to_owned(),
        url: Some(format!("http://{}/demo/chat/{adapter}", app.config.own_address())),
        headers: std::collections::BTreeMap::new(),
        secrets,
        settings: example_settings(manifest),
        flow: None,
        flow_runner: FlowRunner::Platform,
        limits: Default::default(),
        delivery: ChannelDelivery::default(),
    })
}

/// For each setting that is needed, the first example of its schema.
fn example_settings(manifest: &Manifest) -> Map<String, Value> {
    let schema = &manifest.settings_schema;
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    required
        .filter_map(Value::as_str)
        .filter_map(|name| {
            let property = schema.get("properties")?.get(name)?;
            let example =
                property.get("examples").and_then(|e| e.get(0)).or(property.get("default"))?;
            Some((name.to_owned(), example.clone()))
        })
        .collect()
}
