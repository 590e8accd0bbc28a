//! Signatures that vendors and standards publish as examples.

use serde_json::json;

use crate::support::{Draft, PUBLIC_URL, channel, manifest, name, verdict};

/// What becomes of a published example: recipe, secret, request, and a time that
/// is near enough.
#[track_caller]
fn holds(recipe: serde_json::Value, secret: &str, draft: Draft, now: i64) {
    let (manifest, channel) = (manifest(&recipe), channel(&[secret], json!({})));
    assert_eq!(name(&verdict(&manifest, &channel, &draft, now)), "verified");
    let altered = Draft { body: [&draft.body[..], b"&x=1"].concat(), ..draft };
    assert_ne!(name(&verdict(&manifest, &channel, &altered, now)), "verified");
}

/// <https://docs.slack.dev/authentication/verifying-requests-from-slack>
#[test]
fn slack() {
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
        &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
        &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
        %2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
        &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    holds(
        json!({ "scheme": "hmac-sha256", "header": "x-slack-signature", "prefix": "v0=",
                "secret": "key", "signed_content": "v0:{timestamp}:{body}",
                "timestamp": { "header": "x-slack-request-timestamp", "tolerance_seconds": 300 } }),
        "8f742231b10e8888abcd99yyyzzz85a5",
        Draft::post(body).header("X-Slack-Request-Timestamp", "1531420618").header(
            "X-Slack-Signature",
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        ),
        1_531_420_618,
    );
}

/// The example of the Standard Webhooks libraries.
/// <https://github.com/standard-webhooks/standard-webhooks>
#[test]
fn standard_webhooks() {
    holds(
        json!({ "scheme": "hmac-sha256", "header": "webhook-signature", "prefix": "v1,",
                "separator": " ", "encoding": "base64", "secret": "key", "key": "whsec",
                "signed_content": "{header:webhook-id}.{timestamp}.{body}",
                "timestamp": { "header": "webhook-timestamp", "tolerance_seconds": 300 } }),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        Draft::post(r#"{"test": 2432232314}"#)
            .header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
            .header("webhook-timestamp", "1614265330")
            .header("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        1_614_265_330,
    );
}

/// <https://developer.zendesk.com/documentation/event-connectors/webhooks/verifying/>
/// Its example signs the body before the time; today the time comes first.
#[test]
fn zendesk() {
    holds(
        json!({ "scheme": "hmac-sha256", "header": "x-zendesk-webhook-signature",
                "encoding": "base64", "secret": "key", "signed_content": "{body}{timestamp}",
                "timestamp": { "header": "x-zendesk-webhook-signature-timestamp",
                               "format": "rfc3339", "tolerance_seconds": 300 } }),
        "HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA=",
        Draft::post(r#"{"say": "hello"}"#)
            .header("X-Zendesk-Webhook-Signature-Timestamp", "2021-07-25T10:00:00Z")
            .header("X-Zendesk-Webhook-Signature", "tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw="),
        1_627_207_200,
    );
}

/// The parameters of <https://www.twilio.com/docs/usage/security#validating-requests>.
/// Its URL is another one than that of this host, so it stands in the recipe; that
/// `{url}` is the host's own is tested by the table.
#[test]
fn twilio() {
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    assert!(!PUBLIC_URL.contains(url));
    holds(
        json!({ "scheme": "hmac-sha1", "header": "x-twilio-signature", "encoding": "base64",
                "secret": "key", "signed_content": format!("{url}{{form}}") }),
        "12345",
        Draft::post(
            "To=%2B18005551212&From=%2B14158675309&Digits=1234&Caller=%2B14158675309\
             &CallSid=CA1234567890ABCDE",
        )
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        0,
    );
}

/// RFC 8032, section 7.1, tests 2 and 3: what Discord's scheme is made of.
#[test]
fn ed25519() {
    for (key, message, signature) in [
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
             18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ] {
        holds(
            json!({ "scheme": "ed25519", "header": "x-signature-ed25519", "secret": "key",
                    "key": "hex" }),
            key,
            Draft::post(hex::decode(message).unwrap()).header("X-Signature-Ed25519", signature),
            0,
        );
    }
}

/// RFC 4231, test 2, and RFC 2202, test 2.
#[test]
fn hmac() {
    let body = "what do ya want for nothing?";
    for (scheme, signature) in [
        ("hmac-sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ("hmac-sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    ] {
        let recipe = json!({ "scheme": scheme, "header": "x-sig", "secret": "key" });
        holds(recipe, "Jefe", Draft::post(body).header("x-sig", signature), 0);
    }
}

/// RFC 7515, appendix A.1.
#[test]
fn jwt_hs256() {
    let manifest = manifest(&json!({ "scheme": "jwt", "in": { "header": "x-token" },
        "key": { "algorithm": "HS256", "secret": "key", "key": "base64" },
        "issuers": ["joe"], "claims": { "http://example.com/is_root": true } }));
    let channel = channel(
        &["AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"],
        json!({}),
    );
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let draft = Draft::post("").header("x-token", token);
    assert_eq!(name(&verdict(&manifest, &channel, &draft, 1_300_819_379)), "verified");
    assert_eq!(name(&verdict(&manifest, &channel, &draft, 1_300_819_440)), "token_expired");
}
