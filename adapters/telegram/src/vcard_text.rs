//! Contact cards as text: as a vCard for what `sendContact` has no parameter
//! for, and as plain lines where Telegram takes no contact at all.

use eclusa_adapter_sdk::prelude::*;

/// A vCard of a contact that says more than a name and one number.
pub(crate) fn write_if_needed(contact: &Contact) -> Option<String> {
    let more =
        contact.phones.len() > 1 || !contact.emails.is_empty() || contact.organization.is_some();
    more.then(|| write(contact))
}

fn write(contact: &Contact) -> String {
    let mut card = String::from("BEGIN:VCARD\r\nVERSION:3.0\r\n");
    let mut line = |name: &str, value: &str| {
        card.push_str(&format!("{name}:{}\r\n", escape(value)));
    };
    line("FN", &contact.name);
    if let Some(organization) = &contact.organization {
        line("ORG", organization);
    }
    for phone in &contact.phones {
        match phone.label.as_deref().and_then(kind) {
            Some(kind) => line(&format!("TEL;TYPE={kind}"), &phone.number),
            None => line("TEL", &phone.number),
        }
    }
    for email in &contact.emails {
        line("EMAIL", email);
    }
    card.push_str("END:VCARD\r\n");
    card
}

/// A contact in lines for a person to read.
pub(crate) fn as_lines(contact: &Contact) -> String {
    let mut lines = vec![contact.name.as_str()];
    lines.extend(contact.organization.as_deref());
    lines.extend(contact.emails.iter().map(String::as_str));
    lines.join("\n")
}

/// The vCard's word for a label; only plain words fit there.
fn kind(label: &str) -> Option<String> {
    let kind = match label.to_ascii_lowercase().as_str() {
        "mobile" => "CELL".to_owned(),
        other => other.to_ascii_uppercase(),
    };
    let plain = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then_some(kind)
}

fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter {
            '\\' | ',' | ';' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            '\n' => escaped.push_str("\\n"),
            '\r' => {}
            _ => escaped.push(letter),
        }
    }
    escaped
}
