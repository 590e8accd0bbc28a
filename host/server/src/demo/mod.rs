//! `--demo`: one channel for each adapter, and chats that show what they were
//! sent, so that a full circle can be seen on one machine.

mod chats;

use eclusa_journal::{JournalError, TokenRole};
use eclusa_model::{Channel, ChannelDelivery, Color, Manifest, Secret};
use serde_json::{Map, Value};

pub(crate) use chats::{FakeChats, routes};

use crate::api::{ChannelInput, ingress_url, save};
use crate::app::App;
use crate::auth::{new_token, random_hex};

/// Colours that can be told apart, also by the colour-blind (Okabe and Ito).
const COLORS: [&str; 6] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"];

/// A demo that runs.
#[derive(Debug)]
pub struct Demo {
    pub(crate) chats: FakeChats,
    base: String,
    token: Secret,
    open_ingress: Option<String>,
}

impl Demo {
    /// What to open, and three commands that go full circle.
    pub fn instructions(&self) -> String {
        let (base, token) = (&self.base, self.token.expose());
        let Some(ingress) = &self.open_ingress else {
            return "demo: the adapter `open` is not loaded, so there is nothing to try\n"
                .to_owned();
        };
        format!(
            r#"
Open {base}/login#token={token} and press Sign in: that is the console. {base}/demo shows what the chats are sent. Then, in another terminal:

1. The chat writes:
curl -sS '{ingress}' -H 'content-type: application/json' -d '{{"id":"m-1","conversation":"site-17","from":{{"id":"u-17","name":"Ana"}},"type":"text","text":{{"body":"Bom dia! Meu pedido chegou?"}}}}'

2. The platform reads it:
curl -sS '{base}/v1/events?limit=10' -H 'authorization: Bearer {token}'

3. The platform answers, and the chat shows it:
curl -sS '{base}/v1/channels/demo-open/messages' -H 'authorization: Bearer {token}' -H 'content-type: application/json' -d '{{"conversation":"site-17","type":"text","text":{{"body":"Bom dia, Ana! Chega hoje."}}}}'

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
    let open_ingress =
        app.channels.by_id("demo-open").map(|active| ingress_url(app, &active.channel));
    Ok(Demo { chats: FakeChats::default(), base: app.config.public_url(), token, open_ingress })
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
