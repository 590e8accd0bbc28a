//! How requests prove their sender, and how handshakes are answered, in words.

use eclusa_model::{
    BodyReply, Encoding, Handshake, KeyFormat, Place, Signature, TimestampSource, Verification,
};

use super::super::frame::Frame;

/// A fact: the text that names it, and a value to be copied.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
}

fn fact(name: &'static str, value: impl Into<String>) -> Fact {
    Fact { name, value: value.into() }
}

/// The sentence that says how it is done.
pub(super) fn sentence(scheme: &Verification) -> &'static str {
    match scheme {
        Verification::HeaderSecret(_) | Verification::Secret(_) => "doc-proof-secret",
        Verification::Basic(_) => "doc-proof-basic",
        Verification::HmacSha256(_) | Verification::HmacSha1(_) => "doc-proof-hmac",
        Verification::Ed25519(_) => "doc-proof-ed25519",
        Verification::Jwt(_) => "doc-proof-jwt",
    }
}

/// Its details.
pub(super) fn facts(at: &Frame, scheme: &Verification) -> Vec<Fact> {
    let mut facts = vec![fact("doc-fact-scheme", scheme.scheme())];
    let (place, name) = match scheme.place() {
        Place::Header { header, .. } => ("doc-fact-header", header),
        Place::Query { query } => ("doc-fact-query", query),
        Place::Json { pointer } => ("doc-fact-pointer", pointer),
        Place::Form { form } => ("doc-fact-form", form),
    };
    facts.push(fact(place, name));
    if let Place::Header { prefix, .. } = scheme.place()
        && !prefix.is_empty()
    {
        facts.push(fact("doc-fact-prefix", prefix));
    }
    if let Some(secret) = scheme.secret() {
        facts.push(fact("doc-fact-secret", secret));
    }
    match scheme {
        Verification::HmacSha256(it) | Verification::HmacSha1(it) | Verification::Ed25519(it) => {
            signature(at, it, &mut facts)
        }
        Verification::Basic(it) => {
            facts.extend(it.user.as_ref().map(|user| fact("doc-fact-user", user)));
        }
        Verification::Jwt(it) => {
            let issuers = it.issuers.join(", ");
            facts.extend((!issuers.is_empty()).then(|| fact("doc-fact-issuers", issuers)));
        }
        Verification::HeaderSecret(_) | Verification::Secret(_) => {}
    }
    facts
}

fn signature(at: &Frame, scheme: &Signature, facts: &mut Vec<Fact>) {
    facts.push(fact("doc-fact-content", String::from(scheme.signed_content.clone())));
    facts.push(fact(
        "doc-fact-encoding",
        match scheme.encoding {
            Encoding::Hex => "hex",
            Encoding::Base64 => "base64",
            Encoding::Base64url => "base64url",
        },
    ));
    facts.push(fact(
        "doc-fact-key",
        match scheme.key {
            KeyFormat::Text => "text",
            KeyFormat::Hex => "hex",
            KeyFormat::Base64 => "base64",
            KeyFormat::Whsec => "whsec_ + base64",
        },
    ));
    if let Some(timestamp) = &scheme.timestamp {
        let place = match &timestamp.source {
            TimestampSource::Header(name) => name.clone(),
            TimestampSource::Entry(prefix) => format!("{}: … {prefix}", scheme.header),
        };
        facts.push(fact("doc-fact-time", place));
        let seconds = at.number(timestamp.tolerance_seconds.into());
        facts.push(fact("doc-fact-tolerance", format!("{seconds} s")));
    }
    if !scheme.unsigned_methods.is_empty() {
        facts.push(fact("doc-fact-unsigned", scheme.unsigned_methods.join(", ")));
    }
}

/// A handshake: its sentence, and its details.
pub(super) fn handshake(handshake: &Handshake) -> (&'static str, Vec<Fact>) {
    match handshake {
        Handshake::Query(it) => {
            let when: Vec<_> =
                it.when.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let facts = vec![
                fact("doc-fact-when", when.join("&")),
                fact("doc-fact-token", &it.token),
                fact("doc-fact-secret", &it.secret),
                fact("doc-fact-challenge", &it.challenge),
            ];
            ("doc-handshake-query", facts)
        }
        Handshake::Body(it) => {
            let when: Vec<_> =
                it.when.iter().map(|(pointer, value)| format!("{pointer} = {value}")).collect();
            let reply = match &it.reply {
                BodyReply::Text(pointer) => pointer.clone(),
                BodyReply::Echo(keys) => {
                    let keys: Vec<_> =
                        keys.iter().map(|(key, pointer)| format!("{key}: {pointer}")).collect();
                    keys.join(", ")
                }
                BodyReply::Json(value) => value.to_string(),
            };
            let facts = vec![fact("doc-fact-when", when.join(", ")), fact("doc-fact-reply", reply)];
            ("doc-handshake-body", facts)
        }
    }
}
