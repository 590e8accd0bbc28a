//! Which recipes make no sense.

use super::{
    Audience, BodyReply, ContentPart, Handshake, Jwks, Jwt, KeyFormat, Place, Signature,
    TimestampSource, Verification,
};
use crate::Manifest;

/// What is wrong, each with its JSON pointer into the manifest.
type Findings = Vec<(String, String)>;

impl Manifest {
    /// What makes no sense in how requests are verified and handshakes answered:
    /// JSON pointer into the manifest, and what is wrong there. Empty where all is
    /// well.
    pub fn nonsense(&self) -> Vec<(String, String)> {
        let mut findings = Findings::new();
        if let Some(verification) = &self.verification {
            if let Some(secret) = verification.secret() {
                let key = if matches!(verification, Verification::Jwt(_)) { "/key" } else { "" };
                declared(self, secret, &format!("/verification{key}/secret"), &mut findings);
            }
            match verification {
                Verification::HeaderSecret(it) => {
                    header(&it.header, "/verification/header", &mut findings);
                }
                Verification::Secret(it) => place(&it.place, "/verification/in", &mut findings),
                Verification::Basic(it) => {
                    if it.user.as_ref().is_some_and(|user| user.contains(':')) {
                        say(&mut findings, "/verification/user", "a user has no `:`");
                    }
                }
                Verification::HmacSha256(it) | Verification::HmacSha1(it) => {
                    signature(it, &mut findings);
                }
                Verification::Ed25519(it) => {
                    signature(it, &mut findings);
                    if it.key == KeyFormat::Text {
                        let message = "an Ed25519 key is written in `hex` or `base64`";
                        say(&mut findings, "/verification/key", message);
                    }
                }
                Verification::Jwt(it) => jwt(self, it, &mut findings),
            }
        }
        if let Some(it) = &self.handshake {
            handshake(self, it, &mut findings);
        }
        findings
    }
}

fn say(findings: &mut Findings, pointer: impl Into<String>, message: impl Into<String>) {
    findings.push((pointer.into(), message.into()));
}

fn signature(it: &Signature, findings: &mut Findings) {
    header(&it.header, "/verification/header", findings);
    if it.separator.as_deref() == Some("") {
        say(findings, "/verification/separator", "it separates nothing; leave it out");
    }
    if it.separator.is_some() && it.prefix.is_empty() {
        let message = "of several entries, the prefix tells which are signatures";
        say(findings, "/verification/prefix", message);
    }
    let content = &it.signed_content;
    if !content.has(&ContentPart::Body) && !content.has(&ContentPart::Form) {
        let message = "neither {body} nor {form} is signed, so anyone could alter the body";
        say(findings, "/verification/signed_content", message);
    }
    let Some(timestamp) = &it.timestamp else {
        if content.has(&ContentPart::Timestamp) {
            let message = "{timestamp} is signed, but `timestamp` does not say where it stands";
            say(findings, "/verification/signed_content", message);
        }
        return;
    };
    let mut signed = content.has(&ContentPart::Timestamp);
    match &timestamp.source {
        TimestampSource::Header(name) => {
            header(name, "/verification/timestamp/header", findings);
            signed |= content.parts().iter().any(
                |part| matches!(part, ContentPart::Header(it) if it.eq_ignore_ascii_case(name)),
            );
        }
        TimestampSource::Entry(prefix) => {
            if it.separator.is_none() {
                let message = "the signature's header has entries only with a `separator`";
                say(findings, "/verification/timestamp/prefix", message);
            }
            if prefix.is_empty() || *prefix == it.prefix {
                let message = "it must tell the time from the signatures";
                say(findings, "/verification/timestamp/prefix", message);
            }
        }
    }
    if !signed {
        let message = "{timestamp} is not signed, so anyone could send an old request as a new one";
        say(findings, "/verification/signed_content", message);
    }
}

fn jwt(manifest: &Manifest, it: &Jwt, findings: &mut Findings) {
    place(&it.place, "/verification/in", findings);
    match it.key.jwks() {
        Some(Jwks::Url(url)) if !url.starts_with("https://") => {
            say(findings, "/verification/key/jwks/url", "expected an https URL");
        }
        Some(Jwks::Setting(name)) => {
            setting(manifest, name, "/verification/key/jwks/setting", findings);
        }
        Some(Jwks::Url(_)) | None => {}
    }
    if it.key.jwks().is_some() {
        if it.audience.is_none() {
            let message = "the chat signs with the same keys for everyone: name the audience";
            say(findings, "/verification/audience", message);
        }
        if it.issuers.is_empty() {
            let message = "name the issuers whose tokens these keys sign";
            say(findings, "/verification/issuers", message);
        }
    }
    if let Some(Audience::Setting(name)) = &it.audience {
        setting(manifest, name, "/verification/audience/setting", findings);
    }
    for (claim, at) in &it.body_claims {
        pointer(at, &format!("/verification/body_claims/{}", escape(claim)), findings);
    }
}

fn handshake(manifest: &Manifest, it: &Handshake, findings: &mut Findings) {
    match it {
        Handshake::Query(it) => {
            declared(manifest, &it.secret, "/handshake/secret", findings);
            for (name, key) in [(&it.token, "token"), (&it.challenge, "challenge")] {
                if name.is_empty() {
                    say(findings, format!("/handshake/{key}"), "expected a parameter's name");
                }
            }
            if it.token == it.challenge {
                let message = "the secret must not be given back";
                say(findings, "/handshake/challenge", message);
            }
        }
        Handshake::Body(it) => {
            if it.when.is_empty() {
                let message = "every request would be taken for a handshake";
                say(findings, "/handshake/when", message);
            }
            for at in it.when.keys() {
                pointer(at, &format!("/handshake/when/{}", escape(at)), findings);
            }
            match &it.reply {
                BodyReply::Text(at) => pointer(at, "/handshake/reply/text", findings),
                BodyReply::Echo(keys) => {
                    for (key, at) in keys {
                        let place = format!("/handshake/reply/echo/{}", escape(key));
                        pointer(at, &place, findings);
                    }
                }
                BodyReply::Json(_) => {}
            }
        }
    }
}

fn place(place: &Place, at: &str, findings: &mut Findings) {
    match place {
        Place::Header { header: name, .. } => header(name, &format!("{at}/header"), findings),
        Place::Query { query } if query.is_empty() => {
            say(findings, format!("{at}/query"), "expected a parameter's name");
        }
        Place::Json { pointer: value } => pointer(value, &format!("{at}/pointer"), findings),
        Place::Form { form } if form.is_empty() => {
            say(findings, format!("{at}/form"), "expected a field's name");
        }
        Place::Query { .. } | Place::Form { .. } => {}
    }
}

fn header(name: &str, at: &str, findings: &mut Findings) {
    if !is_header_name(name) {
        say(findings, at, "this is not the name of a header");
    }
}

/// RFC 9110, section 5.6.2.
pub(super) fn is_header_name(name: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(token)
}

fn pointer(value: &str, at: &str, findings: &mut Findings) {
    let escapes = value.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if !value.starts_with('/') || !escapes {
        say(findings, at, "expected a JSON pointer into the body, e.g. `/auth/token`");
    }
}

fn declared(manifest: &Manifest, secret: &str, at: &str, findings: &mut Findings) {
    if !manifest.secrets.iter().any(|it| it.name == secret) {
        say(findings, at, format!("`secrets` has no `{secret}`, so no channel could hold it"));
    }
}

fn setting(manifest: &Manifest, name: &str, at: &str, findings: &mut Findings) {
    let known = manifest.settings_schema.get("properties").and_then(|it| it.get(name));
    if known.is_none() {
        say(findings, at, format!("`settings_schema` has no property `{name}`"));
    }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
