//! Signs a request in the chat's place: what [`Verifier`](crate::Verifier) asks for,
//! made from the same recipe and the channel's own secret.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use eclusa_model::{
    Channel, Encoding, Manifest, Place, Secret, Signature, TimeFormat, TimestampSource,
    Verification,
};
use hmac::{Hmac, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use sha1::Sha1;
use sha2::Sha256;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::form_urlencoded;

use crate::{SignedRequest, body, content, secret, values};

/// A request that is to be sent in the chat's place.
#[derive(Debug, Clone)]
pub struct Draft {
    /// In upper case.
    pub method: String,
    /// Path and query, as they will be sent.
    pub uri: Uri,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// A request with what proves its sender.
#[derive(Debug, Clone)]
pub struct SignedDraft {
    /// The request.
    pub draft: Draft,
    /// What the signature was made over, byte for byte; empty where the scheme has
    /// none.
    pub content: Vec<u8>,
}

/// Why a request cannot be signed here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotSign {
    /// The key is the chat's own.
    #[error("the scheme `{scheme}` signs with a key that only the chat has")]
    ByChatOnly {
        /// The scheme, as in the manifest.
        scheme: &'static str,
    },
    /// The channel lacks the secret.
    #[error("the channel has no secret `{secret}`")]
    NoSecret {
        /// Its name.
        secret: String,
    },
    /// The secret, or the request, cannot be used.
    #[error("{0}")]
    Unusable(String),
}

/// Puts into a request what proves that the chat sends it at this time (in Unix
/// milliseconds), by the newest value of the channel's secret. Nothing where the
/// channel's requests are not verified.
///
/// `public_url` is the base of the URLs that are given to chats.
///
/// # Errors
/// Only the chat can sign, the channel has no usable secret, or the place of the
/// secret is not in the body.
pub fn sign(
    manifest: &Manifest,
    channel: &Channel,
    public_url: &str,
    mut draft: Draft,
    now_ms: i64,
) -> Result<SignedDraft, CannotSign> {
    let unsigned = |draft| Ok(SignedDraft { draft, content: Vec::new() });
    let Some(scheme) = &manifest.verification else { return unsigned(draft) };
    if scheme.is_unsigned(&draft.method) {
        return unsigned(draft);
    }
    let Some(name) = scheme.secret() else {
        return Err(CannotSign::ByChatOnly { scheme: scheme.scheme() });
    };
    let Some(value) = values(channel, name).first().copied() else {
        if manifest.required_secrets().any(|secret| secret.name == name) {
            return Err(CannotSign::NoSecret { secret: name.to_owned() });
        }
        return unsigned(draft);
    };
    let mut content = Vec::new();
    match scheme {
        Verification::HeaderSecret(_) | Verification::Secret(_) => {
            put(&mut draft, &scheme.place(), value.expose())?;
        }
        Verification::Basic(it) => {
            let pair = match &it.user {
                Some(user) => format!("{user}:{}", value.expose()),
                None => value.expose().to_owned(),
            };
            set(&mut draft, "authorization", &format!("Basic {}", STANDARD.encode(pair)))?;
        }
        Verification::HmacSha256(it) => {
            content = signature::<Hmac<Sha256>>(it, value, public_url, &mut draft, now_ms)?;
        }
        Verification::HmacSha1(it) => {
            content = signature::<Hmac<Sha1>>(it, value, public_url, &mut draft, now_ms)?;
        }
        Verification::Ed25519(_) | Verification::Jwt(_) => {
            return Err(CannotSign::ByChatOnly { scheme: scheme.scheme() });
        }
    }
    Ok(SignedDraft { draft, content })
}

/// Where a body holds what proves the sender, as far as it is there: the value of a
/// JSON member with its quotes, or that of a form's field.
pub fn place_in_body(text: &str, place: &Place) -> Option<Range<usize>> {
    match place {
        Place::Json { pointer } => {
            body::json(text, pointer).ok().flatten().and_then(|raw| body::range_of(text, raw))
        }
        Place::Form { form } => body::form(text, form).ok().flatten().map(|(_, range)| range),
        Place::Header { .. } | Place::Query { .. } => None,
    }
}

/// Puts a secret in its place.
fn put(draft: &mut Draft, place: &Place, value: &str) -> Result<(), CannotSign> {
    match place {
        Place::Header { header, prefix } => set(draft, header, &format!("{prefix}{value}")),
        Place::Query { query } => {
            let path = draft.uri.path();
            let before = draft.uri.query().map(|before| format!("{before}&")).unwrap_or_default();
            let pair =
                form_urlencoded::Serializer::new(String::new()).append_pair(query, value).finish();
            let target = format!("{path}?{before}{pair}");
            draft.uri = target.parse().map_err(|_| unusable("the query cannot be sent"))?;
            Ok(())
        }
        Place::Json { .. } | Place::Form { .. } => {
            let text = std::str::from_utf8(&draft.body).map_err(|_| unusable("no text"))?;
            let range = place_in_body(text, place)
                .ok_or_else(|| unusable(format!("{place} is not there to hold the secret")))?;
            let written = match place {
                Place::Json { .. } => serde_json::Value::from(value).to_string(),
                _ => form_urlencoded::byte_serialize(value.as_bytes()).collect(),
            };
            let mut text = text.to_owned();
            text.replace_range(range, &written);
            draft.body = text.into_bytes();
            Ok(())
        }
    }
}

/// Sets a header, in the place of all of this name.
fn set(draft: &mut Draft, name: &str, value: &str) -> Result<(), CannotSign> {
    let name = HeaderName::try_from(name).map_err(|error| unusable(error.to_string()))?;
    let value = HeaderValue::try_from(value)
        .map_err(|_| unusable(format!("no header `{name}` can hold the secret")))?;
    draft.headers.insert(name, value);
    Ok(())
}

/// Signs, and gives what was signed.
fn signature<M: Mac + hmac::digest::KeyInit>(
    scheme: &Signature,
    value: &Secret,
    public_url: &str,
    draft: &mut Draft,
    now_ms: i64,
) -> Result<Vec<u8>, CannotSign> {
    let keys = secret::keys(&scheme.secret, &[value], scheme.key);
    let key = keys.map_err(|error| unusable(error.to_string()))?.concat();
    let mut entries = Vec::new();
    let mut time = String::new();
    if let Some(timestamp) = &scheme.timestamp {
        time = written(timestamp.format, now_ms)?;
        match &timestamp.source {
            TimestampSource::Header(name) => set(draft, name, &time)?,
            TimestampSource::Entry(prefix) => entries.push(format!("{prefix}{time}")),
        }
    }
    let request = SignedRequest {
        method: &draft.method,
        public_url,
        uri: &draft.uri,
        headers: &draft.headers,
        body: &draft.body,
        now_ms,
    };
    let pieces = content::signed(&scheme.signed_content, &request, &time);
    let content = pieces.map_err(|error| unusable(error.to_string()))?.concat();
    let mut mac = <M as Mac>::new_from_slice(&key).map_err(|error| unusable(error.to_string()))?;
    mac.update(&content);
    let bytes = mac.finalize().into_bytes();
    let encoded = match scheme.encoding {
        Encoding::Hex => hex::encode(bytes),
        Encoding::Base64 => STANDARD.encode(bytes),
        Encoding::Base64url => URL_SAFE_NO_PAD.encode(bytes),
    };
    entries.push(format!("{}{encoded}", scheme.prefix));
    let separator = scheme.separator.as_deref().unwrap_or_default();
    set(draft, &scheme.header, &entries.join(separator))?;
    Ok(content)
}

/// A time as a recipe wants it to be written.
fn written(format: TimeFormat, now_ms: i64) -> Result<String, CannotSign> {
    let seconds = now_ms.div_euclid(1000);
    match format {
        TimeFormat::Seconds => Ok(seconds.to_string()),
        TimeFormat::Milliseconds => Ok(now_ms.to_string()),
        TimeFormat::Rfc3339 => OffsetDateTime::from_unix_timestamp(seconds)
            .ok()
            .and_then(|time| time.format(&Rfc3339).ok())
            .ok_or_else(|| unusable("this time cannot be written")),
    }
}

fn unusable(why: impl Into<String>) -> CannotSign {
    CannotSign::Unusable(why.into())
}
