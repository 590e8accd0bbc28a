//! The list holds what the ingress really answers.

use axum::http::StatusCode;
use eclusa_ingress::{DecodeError, VerifyError};
use eclusa_journal::JournalError;
use eclusa_model::Manifest;
use serde_json::{Value, json};

use super::super::refuse::{not_believed, not_read, unsigned_events};
use super::*;
use crate::problem::ApiProblem;

fn manifest(keys: &Value) -> Manifest {
    let mut document = json!({
        "name": "test", "version": "1.0.0", "summary": "A test.", "inbound": {}, "outbound": {},
    });
    for (name, value) in keys.as_object().unwrap() {
        document[name] = value.clone();
    }
    serde_json::from_value(document).unwrap()
}

fn codes(manifest: &Manifest) -> Vec<&'static str> {
    refusals(manifest).map(|refusal| refusal.code).collect()
}

/// Every way in which a request is not believed; a new one does not compile here.
fn every_verify_error() -> Vec<VerifyError> {
    let place = || "the header `x`".to_owned();
    let all = vec![
        VerifyError::SignatureMissing { place: place() },
        VerifyError::SignatureMalformed { place: place(), expected: String::new() },
        VerifyError::SignatureMismatch { place: place() },
        VerifyError::TimestampMissing { place: place() },
        VerifyError::TimestampMalformed { place: place(), expected: "" },
        VerifyError::TimestampStale { away: 1, tolerance: 0 },
        VerifyError::TokenExpired { place: place(), why: "" },
        VerifyError::TokenRejected { place: place(), claim: String::new() },
        VerifyError::KeysUnavailable,
        VerifyError::SecretNotConfigured { secret: String::new() },
        VerifyError::SecretMalformed { secret: String::new(), expected: "" },
        VerifyError::SettingMissing { setting: String::new() },
        VerifyError::HandshakeRefused { place: place() },
        VerifyError::HandshakeMalformed { place: place(), longest: 1 },
    ];
    for error in &all {
        match error {
            VerifyError::SignatureMissing { .. }
            | VerifyError::SignatureMalformed { .. }
            | VerifyError::SignatureMismatch { .. }
            | VerifyError::TimestampMissing { .. }
            | VerifyError::TimestampMalformed { .. }
            | VerifyError::TimestampStale { .. }
            | VerifyError::TokenExpired { .. }
            | VerifyError::TokenRejected { .. }
            | VerifyError::KeysUnavailable
            | VerifyError::SecretNotConfigured { .. }
            | VerifyError::SecretMalformed { .. }
            | VerifyError::SettingMissing { .. }
            | VerifyError::HandshakeRefused { .. }
            | VerifyError::HandshakeMalformed { .. } => {}
        }
    }
    all
}

#[test]
fn what_the_ingress_answers_is_listed_with_its_status_and_whether_to_come_again() {
    let mut answered: Vec<ApiProblem> =
        every_verify_error().iter().map(|error| not_believed("test", error)).collect();
    answered
        .extend([DecodeError::NotUtf8 { at: 0 }, DecodeError::TooDeep { limit: 1 }].map(not_read));
    answered.push(unsigned_events(&manifest(&json!({}))));
    answered.extend(
        [
            JournalError::Storage(String::new()),
            JournalError::Damaged(String::new()),
            JournalError::Corrupt { table: String::new(), id: String::new() },
        ]
        .map(ApiProblem::from),
    );
    for problem in answered {
        let code = problem.code();
        let listed = REFUSALS.iter().find(|it| it.code == code).expect(code);
        assert_eq!(StatusCode::from_u16(listed.status).unwrap(), problem.status(), "{code}");
        assert_eq!(listed.retryable, problem.is_retryable(), "{code}");
    }
}

#[test]
fn each_code_is_listed_once_and_what_may_be_tried_again_is_so_by_its_status() {
    for refusal in REFUSALS {
        assert_eq!(REFUSALS.iter().filter(|it| it.code == refusal.code).count(), 1);
        assert_eq!(refusal.retryable, [408, 503].contains(&refusal.status), "{}", refusal.code);
    }
}

#[test]
fn a_channel_is_told_what_its_own_ingress_can_answer() {
    let bare = codes(&manifest(&json!({})));
    assert!(bare.contains(&"body_not_utf8") && !bare.contains(&"signature_missing"), "{bare:?}");
    let hmac = |more: Value| {
        let mut recipe = json!({ "scheme": "hmac-sha256", "header": "x", "secret": "key" });
        for (name, value) in more.as_object().unwrap() {
            recipe[name] = value.clone();
        }
        codes(&manifest(&json!({ "verification": recipe })))
    };
    let untimed = hmac(json!({}));
    assert!(untimed.contains(&"signature_mismatch") && !untimed.contains(&"timestamp_stale"));
    let timed = hmac(json!({ "timestamp": { "header": "t", "tolerance_seconds": 1 } }));
    assert!(timed.contains(&"timestamp_stale") && !timed.contains(&"unsigned_events"));
    assert!(hmac(json!({ "unsigned_methods": ["GET"] })).contains(&"unsigned_events"));
    let handshake = codes(&manifest(&json!({ "handshake": {
        "scheme": "body", "when": { "/type": "check" }, "reply": { "text": "/challenge" },
    } })));
    assert!(handshake.contains(&"handshake_malformed"));
    assert!(!handshake.contains(&"handshake_refused"));
}
