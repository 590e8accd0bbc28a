//! What Slack has no message type for, as text.

use eclusa_adapter_sdk::prelude::*;

/// A place: name, address, coordinates, and where a map shows it.
pub(crate) fn location(location: &Location) -> String {
    let Location { latitude, longitude, name, address } = location;
    let mut lines: Vec<String> = Vec::new();
    lines.extend(name.iter().cloned());
    lines.extend(address.iter().cloned());
    lines.push(format!("{latitude}, {longitude}"));
    lines.push(format!("https://www.google.com/maps/search/?api=1&query={latitude},{longitude}"));
    format!("📍 {}", lines.join("\n"))
}

/// A contact card: name, company, numbers, addresses.
pub(crate) fn contact(contact: &Contact) -> String {
    let mut lines = vec![format!("👤 {}", contact.name)];
    lines.extend(contact.organization.iter().cloned());
    lines.extend(contact.phones.iter().map(|phone| match &phone.label {
        Some(label) => format!("{} ({label})", phone.number),
        None => phone.number.clone(),
    }));
    lines.extend(contact.emails.iter().cloned());
    lines.join("\n")
}
