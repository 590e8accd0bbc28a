//! A Telegram text, which mapping and ingress are measured with.

/// The secret that Telegram sends along.
pub(crate) const SECRET: &str = "benchmark-secret";

/// The header with it.
pub(crate) const HEADER: &str = "x-telegram-bot-api-secret-token: benchmark-secret\r\n";

/// The body of the `number`-th request: each has its own message id, and they
/// are spread over a thousand conversations.
pub(crate) fn body(number: u64) -> String {
    let chat = 5_551_000_000 + number % 1000;
    format!(
        r#"{{"update_id":{number},"message":{{"message_id":{number},"from":{{"id":{chat},"is_bot":false,"first_name":"Ana","last_name":"Souza","username":"anasouza","language_code":"pt-br"}},"chat":{{"id":{chat},"first_name":"Ana","last_name":"Souza","username":"anasouza","type":"private"}},"date":1767323045,"text":"Bom dia! Meu pedido 4711 chegou?"}}}}"#
    )
}
