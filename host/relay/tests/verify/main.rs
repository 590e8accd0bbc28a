//! Verdicts: every scheme against every way in which a request can be wrong.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod details;
mod handshake;
mod jwks;
mod keys;
mod nonsense;
mod redact;
mod schemes;
mod sign;
mod support;
mod vectors;

use std::sync::Arc;

use eclusa_ingress::Verifier;
use serde_json::json;

use crate::jwks::Publisher;
use crate::schemes::{Proof, Scheme};
use crate::support::{Draft, NOW, channel, http, manifest, name, verdict_by};

/// The keys of a channel and of the chat, and what happens to the request.
const CASES: [(&str, &[&str], &str, Change); 15] = [
    ("right", &["new"], "new", Change::None),
    ("altered body", &["new"], "new", Change::Body),
    ("altered signed header", &["new"], "new", Change::SignedHeader),
    ("old", &["new"], "new", Change::Time(-1000)),
    ("future", &["new"], "new", Change::Time(1000)),
    ("rotating: new key", &["new", "old"], "new", Change::None),
    ("rotating: old key", &["new", "old"], "old", Change::None),
    ("rotated: removed key", &["new"], "old", Change::None),
    ("unescaped unicode", &["new"], "new", Change::Unescaped),
    ("no proof", &["new"], "new", Change::NoProof),
    ("proof twice", &["new"], "new", Change::Twice),
    ("cut proof", &["new"], "new", Change::Cut),
    ("wrong key", &["new", "old"], "wrong", Change::None),
    ("empty secret", &[""], "new", Change::None),
    ("no secret", &[], "new", Change::None),
];

/// What happens to a request on its way.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    None,
    /// A character more in the body; what is not signed may change.
    Body,
    /// Another signed header, or none such.
    SignedHeader,
    /// It was made so many seconds later.
    Time(i64),
    /// The same JSON, but `\u00e9` written as `é`.
    Unescaped,
    NoProof,
    Twice,
    Cut,
}

const OK: &str = "verified";
const MISMATCH: &str = "signature_mismatch";
const MISSING: &str = "signature_missing";
const MALFORMED: &str = "signature_malformed";
const STALE: &str = "timestamp_stale";
const EXPIRED: &str = "token_expired";
const UNSET: &str = "secret_not_configured";
/// It cannot be asked: the scheme has no such thing.
const NONE: &str = "-";

/// The verdicts expected, in the order of [`CASES`].
#[rustfmt::skip]
const EXPECTED: [(&str, [&str; 15]); 19] = [
    ("header secret (Telegram)",      [OK, OK,       NONE,     OK,      OK,      OK, OK, MISMATCH, OK,       MISSING, MALFORMED, MISMATCH,  MISMATCH, UNSET, UNSET]),
    ("query secret",                  [OK, OK,       NONE,     OK,      OK,      OK, OK, MISMATCH, OK,       MISSING, MALFORMED, MISMATCH,  MISMATCH, UNSET, UNSET]),
    ("JSON secret",                   [OK, OK,       NONE,     OK,      OK,      OK, OK, MISMATCH, OK,       MISSING, MALFORMED, MISMATCH,  MISMATCH, UNSET, UNSET]),
    ("form secret (Bitrix24)",        [OK, OK,       NONE,     OK,      OK,      OK, OK, MISMATCH, OK,       MISSING, MALFORMED, MISMATCH,  MISMATCH, UNSET, UNSET]),
    ("basic",                         [OK, OK,       NONE,     OK,      OK,      OK, OK, MISMATCH, OK,       MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    ("sha256 hex (Meta)",             [OK, MISMATCH, NONE,     OK,      OK,      OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    ("sha256 base64 (LINE)",          [OK, MISMATCH, NONE,     OK,      OK,      OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    ("sha256 base64url, base64 key",  [OK, MISMATCH, NONE,     OK,      OK,      OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    ("sha1 hex (Intercom)",           [OK, MISMATCH, NONE,     OK,      OK,      OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    ("timed sha256 (Slack)",          [OK, MISMATCH, MISMATCH, STALE,   STALE,   OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    // The entry that is cut stands at the end: the signature before it is whole.
    ("several, time inside (Stripe)", [OK, MISMATCH, NONE,     STALE,   STALE,   OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, OK,        MISMATCH, UNSET, UNSET]),
    ("Standard Webhooks",             [OK, MISMATCH, MISMATCH, STALE,   STALE,   OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    ("RFC 3339 time (Zendesk)",       [OK, MISMATCH, MISMATCH, STALE,   STALE,   OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    ("milliseconds",                  [OK, MISMATCH, MISMATCH, STALE,   STALE,   OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    ("URL and form (Twilio)",         [OK, MISMATCH, NONE,     OK,      OK,      OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    ("Ed25519 (Discord)",             [OK, MISMATCH, MISMATCH, STALE,   STALE,   OK, OK, MISMATCH, MISMATCH, MISSING, MALFORMED, MALFORMED, MISMATCH, UNSET, UNSET]),
    ("JWT HS256, body hash (Vonage)", [OK, "token_rejected", NONE, EXPIRED, EXPIRED, OK, OK, MISMATCH, "token_rejected", MISSING, MALFORMED, MISMATCH, MISMATCH, UNSET, UNSET]),
    // The token says nothing of the body but `serviceUrl`.
    ("JWT RS256 (Bot Framework)",     [OK, OK,       NONE,     EXPIRED, EXPIRED, OK, OK, MISMATCH, OK,       MISSING, MALFORMED, MISMATCH, MISMATCH, NONE,  NONE]),
    ("JWT ES256",                     [OK, OK,       NONE,     EXPIRED, EXPIRED, OK, OK, MISMATCH, OK,       MISSING, MALFORMED, MISMATCH, MISMATCH, NONE,  NONE]),
];

const BODY: &str = r#"{"text":"\u00e9t\u00e9 \/ \ud83d\ude00"}"#;

#[tokio::test]
async fn every_scheme_has_the_verdicts_of_the_table() {
    let schemes = schemes::all();
    let names: Vec<_> = schemes.iter().map(|scheme| scheme.name).collect();
    assert_eq!(names, EXPECTED.map(|(name, _)| name));
    let mut table = String::new();
    let mut wrong = 0;
    for (scheme, (_, expected)) in schemes.iter().zip(EXPECTED) {
        table.push_str(&format!("{}\n", scheme.name));
        for (case, expected) in CASES.into_iter().zip(expected) {
            let found = found(scheme, case.1, case.2, case.3).await;
            let mark = if found == expected { ' ' } else { '!' };
            wrong += usize::from(found != expected);
            table.push_str(&format!("{mark}   {:<22} {found:<22} {expected}\n", case.0));
        }
    }
    assert!(wrong == 0, "{wrong} verdicts are wrong (found, expected):\n{table}");
}

async fn found(scheme: &Scheme, held: &[&str], key: &str, change: Change) -> &'static str {
    let manifest = manifest(&scheme.recipe);
    assert_eq!(manifest.nonsense(), [], "{}", scheme.name);
    let publisher = Publisher::start().await;
    let secrets: Vec<String> = match scheme.secret {
        Some(secret) => held
            .iter()
            .map(|name| if name.is_empty() { String::new() } else { secret(name) })
            .collect(),
        None if held.iter().all(|name| name.is_empty()) => return NONE,
        None => {
            publisher.publish(held);
            Vec::new()
        }
    };
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let channel = channel(&secrets, json!({ "app_id": "app-1", "jwks": publisher.url }));
    let Some(draft) = sent(scheme, key, change) else { return NONE };
    let verdict =
        verdict_by(&Verifier::new(Arc::new(http())), &manifest, &channel, &draft, NOW).await;
    name(&verdict)
}

/// The request as it arrives.
fn sent(scheme: &Scheme, key: &str, change: Change) -> Option<Draft> {
    let time = if let Change::Time(seconds) = change { NOW + seconds } else { NOW };
    let mut draft = (scheme.prove)(Draft::post(scheme.body.unwrap_or(BODY)), key, time);
    let text = |draft: &Draft| String::from_utf8(draft.body.clone()).unwrap();
    match change {
        Change::None | Change::Time(_) => {}
        Change::Body if draft.body.starts_with(b"{") => draft.body.push(b' '),
        Change::Body => draft.body.extend_from_slice(b"&more=1"),
        Change::Unescaped => {
            let escapes = ["\\u00e9", "%5Cu00e9"];
            let unescaped = escapes.iter().fold(text(&draft), |it, from| it.replace(from, "é"));
            assert_ne!(unescaped, text(&draft));
            draft.body = unescaped.into();
        }
        Change::SignedHeader => {
            let header = scheme.signed_header?;
            let (_, value) = draft.headers.iter_mut().find(|(name, _)| *name == header)?;
            *value = match value.strip_suffix('Z') {
                Some(start) => format!("{}2Z", &start[..start.len() - 1]),
                None => format!("{}2", &value[..value.len() - 1]),
            };
        }
        Change::NoProof | Change::Twice | Change::Cut => alter_proof(scheme, &mut draft, change),
    }
    Some(draft)
}

fn alter_proof(scheme: &Scheme, draft: &mut Draft, change: Change) {
    match scheme.proof {
        Proof::Header(header) => {
            let at = draft.headers.iter().position(|(name, _)| *name == header).unwrap();
            match change {
                Change::Twice => draft.headers.push(draft.headers[at].clone()),
                Change::Cut => drop(draft.headers[at].1.pop()),
                _ => drop(draft.headers.remove(at)),
            }
        }
        Proof::Query(query) => {
            let (path, pairs) = draft.target.split_once('?').unwrap();
            let proof = pairs.split('&').find(|it| it.starts_with(query)).unwrap();
            draft.target = match change {
                Change::Twice => format!("{path}?{pairs}&{proof}"),
                Change::Cut => draft.target[..draft.target.len() - 1].to_owned(),
                _ => format!("{path}?a=b"),
            };
        }
        Proof::Body => {
            let body = String::from_utf8(draft.body.clone()).unwrap();
            let secret = "new-s3cret";
            let json = body.starts_with('{');
            draft.body = match change {
                Change::Twice if json => {
                    let pair = format!(r#""token":"{secret}""#);
                    body.replace(&pair, &format!(r#"{pair},"t\u006fken":"{secret}""#))
                }
                Change::Twice => format!("{body}&auth[application_token]={secret}"),
                Change::Cut => body.replace(secret, "new-s3cre"),
                _ if json => body.replace("token", "other"),
                _ => body.replace("token", "other"),
            }
            .into();
        }
    }
}
