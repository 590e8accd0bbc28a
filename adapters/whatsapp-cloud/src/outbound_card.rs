//! Contact cards to WhatsApp.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::{Map, Value};

/// The array of cards, which WhatsApp wants even for one.
pub(crate) fn write(contact: &Contact, warnings: &mut Vec<Warning>) -> Value {
    let mut card = Map::new();
    // WhatsApp demands a part of the name besides the whole of it. Which word is
    // the first name is not known, so all of it is.
    let name = json!({ "formatted_name": contact.name, "first_name": contact.name });
    card.insert("name".to_owned(), name);
    let phones: Vec<Value> = contact.phones.iter().map(phone).collect();
    if !phones.is_empty() {
        card.insert("phones".to_owned(), phones.into());
    }
    let emails: Vec<Value> = contact.emails.iter().map(|email| json!({ "email": email })).collect();
    if !emails.is_empty() {
        card.insert("emails".to_owned(), emails.into());
    }
    if let Some(company) = &contact.organization {
        card.insert("org".to_owned(), json!({ "company": company }));
    }
    if contact.vcard.is_some() {
        warnings.push(
            Warning::degraded(
                "vcard_dropped",
                "WhatsApp takes no vCard; name, numbers, e-mail addresses and company are sent",
            )
            .at("/contact/vcard"),
        );
    }
    json!([card])
}

fn phone(phone: &Phone) -> Value {
    match &phone.label {
        Some(label) => json!({ "phone": phone.number, "type": label }),
        None => json!({ "phone": phone.number }),
    }
}
