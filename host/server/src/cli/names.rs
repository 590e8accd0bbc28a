//! Names that become part of a URL.

use eclusa_model::validate_channel_id;

use super::channel::CHANNEL_HELP;
use super::failure::Failure;

/// An adapter's name.
pub(super) fn adapter(name: &str) -> Result<&str, Failure> {
    match validate_channel_id(name) {
        Ok(()) => Ok(name),
        Err(error) => Err(Failure::new(
            "bad_name",
            format!("`{name}` is no name of an adapter: {error}"),
            "See `eclusa adapter list` for the names of a server's adapters; a new one is given \
             with --name.",
        )),
    }
}

/// A channel's id.
pub(super) fn channel(id: &str) -> Result<&str, Failure> {
    match validate_channel_id(id) {
        Ok(()) => Ok(id),
        Err(error) => Err(Failure::new(
            "bad_id",
            format!("`{id}` is no id of a channel: {error}"),
            CHANNEL_HELP,
        )),
    }
}

/// A token's name.
pub(super) fn token(name: &str) -> Result<&str, Failure> {
    match validate_channel_id(name) {
        Ok(()) => Ok(name),
        Err(error) => Err(Failure::new(
            "bad_name",
            format!("`{name}` is no name of a token: {error}"),
            "See `eclusa token list` for the names of a server's tokens.",
        )),
    }
}

/// A revision: the first digits of its SHA-256, or all of them.
pub(super) fn revision(digits: &str) -> Result<String, Failure> {
    let known = (1..=64).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_hexdigit());
    if known {
        return Ok(digits.to_ascii_lowercase());
    }
    Err(Failure::new(
        "bad_revision",
        format!("`{digits}` is no revision: expected the first digits of its SHA-256"),
        "See `eclusa adapter show NAME` for the revisions that are kept.",
    ))
}

/// A message's or a request's id.
pub(super) fn message(id: &str) -> Result<&str, Failure> {
    let known = (1..=64).contains(&id.len()) && id.bytes().all(|it| it.is_ascii_alphanumeric());
    if known {
        return Ok(id);
    }
    Err(Failure::new(
        "bad_id",
        format!("`{id}` is no id of a message"),
        "Give the id that Eclusa gave it, 26 letters and digits such as 01JZ….",
    ))
}

#[cfg(test)]
mod tests {
    use super::{adapter, channel, message, revision};

    #[test]
    fn what_would_change_a_url_is_no_name() {
        for bad in ["", "..", "a/b", "a?b", "a b", "é"] {
            assert!(adapter(bad).is_err(), "{bad}");
            assert!(channel(bad).is_err(), "{bad}");
            assert!(revision(bad).is_err(), "{bad}");
            assert!(message(bad).is_err(), "{bad}");
        }
        assert_eq!(adapter("whatsapp-cloud").ok(), Some("whatsapp-cloud"));
        assert_eq!(channel("shop-br").ok(), Some("shop-br"));
        assert_eq!(revision("07C1aa").ok().as_deref(), Some("07c1aa"));
        assert!(revision("latest").is_err());
        assert_eq!(message("01JZ7M").ok(), Some("01JZ7M"));
    }
}
