//! The adapters of this repository as plain Rust, for one channel each.

use eclusa_adapter_open::Open;
use eclusa_adapter_sdk::{Adapter, Context, Host, Level};
use eclusa_adapter_slack::Slack;
use eclusa_adapter_telegram::Telegram;
use eclusa_adapter_whatsapp_cloud::WhatsAppCloud;
use eclusa_model::{
    ChannelView, HttpRequest, HttpResponse, OutboundMessage, Outcome, Prepared, Problem, Received,
    Request,
};

/// An adapter's functions.
pub(crate) struct Functions {
    pub(crate) name: &'static str,
    pub(crate) receive: fn(&Context<'_>, &Request) -> Result<Received, Problem>,
    pub(crate) send: fn(&Context<'_>, &OutboundMessage) -> Result<Prepared, Problem>,
    pub(crate) settle: fn(&Context<'_>, &OutboundMessage, &HttpResponse, Option<&str>) -> Outcome,
}

const fn functions<A: Adapter>(name: &'static str) -> Functions {
    Functions { name, receive: A::receive, send: A::send, settle: A::settle }
}

/// All of them.
pub(crate) const ALL: [Functions; 4] = [
    functions::<Open>("open"),
    functions::<Slack>("slack"),
    functions::<Telegram>("telegram"),
    functions::<WhatsAppCloud>("whatsapp-cloud"),
];

/// Calls with a channel that fits each of them.
pub(crate) fn with_context<T>(call: impl FnOnce(&Context<'_>) -> T) -> T {
    let channel = ChannelView {
        id: "sales".to_owned(),
        name: "Sales".to_owned(),
        url: Some("https://chat.example".to_owned()),
        settings: r#"{"phone_number_id":"401000200030004"}"#.to_owned(),
    };
    call(&Context::new(&channel, &Silent))
}

/// Logs nothing and knows no secret.
struct Silent;

impl Host for Silent {
    fn log(&self, _level: Level, _text: &str) {}

    fn secret_matches(&self, _name: &str, _candidate: &str) -> bool {
        false
    }
}

/// What the host can do with a request of an adapter.
pub(crate) fn check_request(adapter: &str, request: &HttpRequest) {
    let url = &request.url;
    assert!(url.starts_with("https://"), "{adapter}: the host would refuse {url:?}");
    let is_json = request.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type") && value.starts_with("application/json")
    });
    if let (true, Some(body)) = (is_json, &request.body) {
        let parsed = serde_json::from_str::<serde::de::IgnoredAny>(body);
        assert!(parsed.is_ok(), "{adapter}: the body is no JSON: {body}");
    }
    for (name, value) in &request.headers {
        let unfit = |byte: u8| byte == b'\r' || byte == b'\n' || byte == 0;
        assert!(!value.bytes().any(unfit), "{adapter}: header {name} cannot be sent: {value:?}");
    }
}
