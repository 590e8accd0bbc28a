//! A channel with a flow, and who writes in it.

use std::collections::BTreeMap;

use eclusa_tests::{Channel, Chat, Eclusa, FakeChat, Setup, eventually};
use serde_json::{Value, json};

pub(super) const MENU: &str = "Como podemos ajudar?\n\n1. Comprar\n2. Onde fica?\n3. Mais";
pub(super) const MORE: &str = "Mais\n\n0. Voltar\n2. Encerrar";

pub(super) fn text(body: &str) -> Value {
    json!({ "type": "text", "text": { "body": body } })
}

/// A flow with menus, which waits for nobody.
pub(super) fn counter() -> Value {
    json!({
        "id": "counter", "name": "Counter", "greeting": [text("Olá!")], "queue": "front",
        "menu": { "text": "Como podemos ajudar?", "invalid": "Não entendi.", "retries": 1,
            "options": [
                { "key": "buy", "label": "Comprar", "then": { "queue": "sales" } },
                { "key": "where", "label": "Onde fica?", "then": { "answer": {
                    "contents": [text("Rua Um, 1")], "then": "menu" } } },
                { "key": "more", "label": "Mais", "then": { "submenu": { "text": "Mais",
                    "options": [
                        { "key": "0", "label": "Voltar", "then": "back" },
                        { "key": "bye", "label": "Encerrar", "then": { "answer": {
                            "contents": [text("Até logo")], "then": "close" } } } ] } } } ] },
        "closing": [text("Obrigado!")]
    })
}

/// A server with a channel on which it runs a flow, and what was done there.
pub(super) struct World {
    pub(super) eclusa: Eclusa,
    pub(super) chat: FakeChat,
    pub(super) channel: Channel,
    flow: Value,
    said: u32,
    /// What happened in each conversation, as inputs of a script.
    did: BTreeMap<String, Vec<Value>>,
}

impl World {
    pub(super) async fn new(setup: Setup, flow: Value) -> Self {
        let chat = FakeChat::start(Chat::Open);
        let eclusa = setup.start();
        let made = eclusa.post("/v1/flows", &flow).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let mut channel = Chat::Open.channel("site", &chat.url());
        channel["flow"] = flow["id"].clone();
        channel["flow_runner"] = json!("eclusa");
        let channel = eclusa.create(&channel).await;
        Self { eclusa, chat, channel, flow, said: 0, did: BTreeMap::new() }
    }

    fn did(&mut self, conversation: &str, input: Value) {
        self.did.entry(conversation.to_owned()).or_default().push(input);
    }

    /// The chat tells an event, or brings a message, of a conversation.
    async fn posts(&mut self, body: &Value) {
        let answer = self.eclusa.chat_posts(Chat::Open, &self.channel, &body.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// The contact writes.
    pub(super) async fn writes(&mut self, conversation: &str, words: &str) {
        self.said += 1;
        let message = json!({
            "id": format!("m-{}", self.said), "conversation": conversation,
            "from": { "id": "u-1", "name": "Ana" }, "type": "text", "text": { "body": words },
        });
        self.posts(&message).await;
        self.did(conversation, json!({ "writes": words }));
        // The chat was not sure that it came.
        self.posts(&message).await;
    }

    /// The contact sends something that is no text.
    pub(super) async fn sends(&mut self, conversation: &str) {
        self.said += 1;
        let message = json!({
            "id": format!("m-{}", self.said), "conversation": conversation,
            "from": { "id": "u-1", "name": "Ana" }, "type": "location",
            "location": { "latitude": -23.55, "longitude": -46.63 },
        });
        self.posts(&message).await;
        self.did(conversation, json!("sends"));
    }

    /// The contact presses a button.
    pub(super) async fn presses(&mut self, conversation: &str, payload: &str) {
        self.said += 1;
        let event = json!({
            "type": "postback", "occurred_at": "2026-03-01T12:01:00Z",
            "postback": { "id": format!("b-{}", self.said), "conversation": conversation,
                          "from": { "id": "u-1", "name": "Ana" }, "payload": payload },
        });
        self.posts(&event).await;
        self.did(conversation, json!({ "presses": { "payload": payload } }));
    }

    /// An agent writes.
    pub(super) async fn answers(&mut self, conversation: &str, words: &str) {
        let mut message = text(words);
        message["conversation"] = json!(conversation);
        self.eclusa.send(&self.channel, &message).await;
        self.did(conversation, json!("answered"));
    }

    /// An agent changes the open attendance: `assign`, `queue`, `transfer`, `close`.
    pub(super) async fn changes(&mut self, conversation: &str, step: &str, body: Value) {
        let id = self.newest(conversation).await["id"].as_str().unwrap().to_owned();
        let changed = self.eclusa.post(&format!("/v1/attendances/{id}/{step}"), &body).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let input = match step {
            "assign" => "assigned",
            "queue" => "queued",
            "transfer" => "transferred",
            _ => "closed",
        };
        self.did(conversation, json!(input));
    }

    /// The newest attendance of a conversation.
    pub(super) async fn newest(&self, conversation: &str) -> Value {
        let path = format!("/v1/attendances?conversation={conversation}");
        self.eclusa.get(&path).await.ok()["attendances"][0].clone()
    }

    /// The words that the chat took in a conversation, as soon as there are so many.
    pub(super) async fn told(&self, conversation: &str, count: usize) -> Vec<String> {
        let told = || {
            let taken = self.chat.requests().into_iter().filter(|it| it.reply.status == 200);
            let messages = taken.map(|it| it.json());
            let here = messages.filter(|it| it["conversation"] == *conversation);
            here.map(|it| it["text"]["body"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        eventually("the chat is told", async || Some(told()).filter(|it| it.len() >= count)).await
    }

    /// Sees that the flow said in a conversation what the simulator says to the same; all
    /// of it came, and nothing else but what agents wrote.
    pub(super) async fn is_as_simulated(&self, conversation: &str, agents: &[&str]) {
        let moment = |(second, input): (usize, &Value)| {
            let at = format!("2026-03-02T09:{:02}:{:02}Z", second / 60, second % 60);
            json!({ "at": at, "input": input })
        };
        let script: Vec<Value> = self.did[conversation].iter().enumerate().map(moment).collect();
        let trial = json!({ "flow": self.flow, "script": script });
        let run = self.eclusa.post("/v1/flows/simulate", &trial).await.ok();
        let said = run["transcript"].as_array().unwrap().iter();
        let said = said.filter_map(|it| it.pointer("/action/says/text/body")?.as_str());
        let said: Vec<&str> = said.collect();
        let told = self.told(conversation, said.len() + agents.len()).await;
        let by_flow: Vec<&String> =
            told.iter().filter(|it| !agents.contains(&it.as_str())).collect();
        assert_eq!(by_flow, said);
        assert_eq!(told.len(), said.len() + agents.len());
    }
}
