//! A request of the chat as a call to the channel's ingress URL, with what proves the
//! sender as the adapter's manifest says.

use std::collections::BTreeSet;

use eclusa_ingress::place_in_body;
use eclusa_model::{
    Channel, ContentPart, Manifest, Place, Request, SecretValues, Signature, TimestampSource,
    Verification,
};
use url::form_urlencoded;

use super::code::{Algorithm, Call, Piece, Signing, Text};

/// The ingress URL, as far as the reader may see it.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    /// Whoever may change the channel.
    Known(String),
    /// Whoever else: it stands in the environment, as `INGRESS_URL`.
    Hidden,
}

impl Address {
    fn piece(&self) -> Piece {
        match self {
            Self::Known(url) => Piece::text(url.clone()),
            Self::Hidden => Piece::variable("INGRESS_URL"),
        }
    }
}

/// The environment variable in which a secret stands: `signing-secret` is in
/// `SIGNING_SECRET`.
pub(crate) fn variable(secret: &str) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let name: String = secret.chars().map(upper).collect();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("SECRET_{name}"),
        false => name,
    }
}

/// The call that makes this request.
pub(crate) fn inbound_call(
    request: &Request,
    manifest: &Manifest,
    channel: &Channel,
    address: &Address,
) -> Call {
    let mut url = vec![address.piece()];
    let mut rest = request.path.clone();
    if !request.query.is_empty() {
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.query).finish();
        rest = format!("{rest}?{query}");
    }
    if !rest.is_empty() {
        url.push(Piece::Text(rest));
    }
    let headers = request.headers.iter();
    let mut call = Call {
        method: request.method.clone(),
        url,
        headers: headers.map(|(name, value)| (name.clone(), vec![Piece::text(value)])).collect(),
        body: (!request.body.is_empty()).then(|| vec![Piece::text(&request.body)]),
        ..Call::default()
    };
    if let Some(scheme) = needed(manifest, channel, &request.method) {
        prove(&mut call, scheme, request);
    }
    call
}

/// How a request by this method must prove its sender; `None` where it need not.
pub(super) fn needed<'m>(
    manifest: &'m Manifest,
    channel: &Channel,
    method: &str,
) -> Option<&'m Verification> {
    let scheme = manifest.verification.as_ref().filter(|scheme| !scheme.is_unsigned(method))?;
    let asked = scheme.secret().is_none_or(|name| {
        channel.secrets.get(name).is_some_and(|values| !SecretValues::is_empty(values))
            || manifest.required_secrets().any(|secret| secret.name == name)
    });
    asked.then_some(scheme)
}

fn prove(call: &mut Call, scheme: &Verification, request: &Request) {
    let secret = |name: &str| Piece::variable(variable(name));
    match scheme {
        Verification::HeaderSecret(it) => put(call, &scheme.place(), secret(&it.secret), request),
        Verification::Secret(it) => put(call, &scheme.place(), secret(&it.secret), request),
        Verification::Basic(it) => {
            let user = it.user.iter().map(|user| Piece::Text(format!("{user}:")));
            call.basic = Some(user.chain([secret(&it.secret)]).collect());
        }
        Verification::HmacSha256(it) => sign(call, it, Algorithm::Sha256, request),
        Verification::HmacSha1(it) => sign(call, it, Algorithm::Sha1, request),
        // Only the chat can make these: the reader brings them along.
        Verification::Ed25519(it) => {
            entries(call, it, &Piece::variable("TIME"), Piece::variable("SIGNATURE"));
        }
        Verification::Jwt(_) => put(call, &scheme.place(), Piece::variable("TOKEN"), request),
    }
}

/// Puts what proves the sender in its place.
fn put(call: &mut Call, place: &Place, value: Piece, request: &Request) {
    match place {
        Place::Header { header, prefix } => {
            let prefix = (!prefix.is_empty()).then(|| Piece::text(prefix));
            set(call, header, prefix.into_iter().chain([value]).collect());
        }
        Place::Query { query } => {
            let name: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
            let sign = if request.query.is_empty() { '?' } else { '&' };
            call.url.extend([Piece::Text(format!("{sign}{name}=")), value]);
        }
        Place::Json { .. } | Place::Form { .. } => {
            let Some(range) = place_in_body(&request.body, place) else { return };
            let quote = if matches!(place, Place::Json { .. }) { "\"" } else { "" };
            let (before, after) = (request.body.get(..range.start), request.body.get(range.end..));
            let before = format!("{}{quote}", before.unwrap_or_default());
            let after = format!("{quote}{}", after.unwrap_or_default());
            call.body = Some(vec![Piece::Text(before), value, Piece::Text(after)]);
        }
    }
}

/// Sets a header, in the place of all of this name.
fn set(call: &mut Call, name: &str, value: Text) {
    let name = name.to_ascii_lowercase();
    call.headers.retain(|(known, _)| *known != name);
    call.headers.push((name, value));
}

/// Writes time and signature where the recipe wants them.
fn entries(call: &mut Call, scheme: &Signature, time: &Piece, signature: Piece) {
    let mut value = Vec::new();
    if let Some(timestamp) = &scheme.timestamp {
        match &timestamp.source {
            TimestampSource::Header(name) => set(call, name, vec![time.clone()]),
            TimestampSource::Entry(prefix) => {
                value.extend([Piece::text(prefix), time.clone()]);
                value.push(Piece::text(scheme.separator.as_deref().unwrap_or_default()));
            }
        }
    }
    value.push(Piece::text(&scheme.prefix));
    value.push(signature);
    value.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
    set(call, &scheme.header, value);
}

fn sign(call: &mut Call, scheme: &Signature, algorithm: Algorithm, request: &Request) {
    let time_header = scheme.timestamp.as_ref().and_then(|it| match &it.source {
        TimestampSource::Header(name) => Some(name.as_str()),
        TimestampSource::Entry(_) => None,
    });
    let mut content = Text::new();
    for part in scheme.signed_content.parts() {
        content.push(match part {
            ContentPart::Text(text) => Piece::text(text),
            ContentPart::Body => Piece::Body,
            ContentPart::Form => Piece::Text(form(&request.body)),
            ContentPart::Method => Piece::text(&request.method),
            ContentPart::Url => Piece::Url,
            ContentPart::Path => Piece::Path,
            ContentPart::Query => Piece::Text(
                form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(&request.query)
                    .finish(),
            ),
            ContentPart::Timestamp => Piece::Time,
            ContentPart::Header(name)
                if time_header.is_some_and(|it| it.eq_ignore_ascii_case(name)) =>
            {
                Piece::Time
            }
            ContentPart::Header(name) => Piece::text(request.header(name).unwrap_or_default()),
        });
    }
    // A request without a body is signed as an empty text.
    if call.body.is_none() {
        content.retain(|piece| *piece != Piece::Body);
    }
    call.time = scheme.timestamp.as_ref().map(|timestamp| timestamp.format);
    call.signing = Some(Signing {
        algorithm,
        key: variable(&scheme.secret),
        format: scheme.key,
        encoding: scheme.encoding,
        content,
    });
    entries(call, scheme, &Piece::Time, Piece::Signature);
}

/// Names and values of a form one after another, sorted, as Twilio signs them.
fn form(body: &str) -> String {
    let fields: BTreeSet<_> = form_urlencoded::parse(body.as_bytes()).collect();
    fields.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]).collect()
}
