//! Contact cards that come as vCard text.

use calcard::Entry;
use calcard::vcard::{VCard, VCardEntry, VCardParameterName, VCardProperty, VCardType, VCardValue};
use eclusa_model::{Contact, Phone};

/// Reads the first card of a vCard text (versions 2.1, 3.0 and 4.0). Fields it
/// does not have stay empty; the text itself becomes `vcard`. `None` where there
/// is no card in it.
pub fn read(text: &str) -> Option<Contact> {
    let Entry::VCard(card) = calcard::Parser::new(text).entry() else { return None };
    let organization = first_text(&card, &VCardProperty::Org);
    let name = first_text(&card, &VCardProperty::Fn)
        .or_else(|| structured_name(&card))
        .or_else(|| organization.clone())
        .unwrap_or_default();
    let phones = card
        .properties(&VCardProperty::Tel)
        .filter_map(|entry| Some(Phone { number: phone_number(entry)?, label: label(entry) }))
        .collect();
    let emails = card.properties(&VCardProperty::Email).filter_map(entry_text).collect();
    Some(Contact { name, phones, emails, organization, vcard: Some(text.to_owned()) })
}

fn first_text(card: &VCard, property: &VCardProperty) -> Option<String> {
    card.properties(property).find_map(entry_text)
}

fn entry_text(entry: &VCardEntry) -> Option<String> {
    let text = match entry.values.first()? {
        VCardValue::Component(parts) => parts.join(" "),
        value => value.as_text()?.to_owned(),
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Family name, given name, further names, prefix and suffix, in the order in
/// which people say them.
fn structured_name(card: &VCard) -> Option<String> {
    let parts: Vec<&str> = card
        .properties(&VCardProperty::N)
        .next()?
        .values
        .iter()
        .map(|value| value.as_text().unwrap_or_default().trim())
        .collect();
    let name = [3, 1, 2, 0, 4]
        .iter()
        .filter_map(|index| parts.get(*index).filter(|part| !part.is_empty()).copied())
        .collect::<Vec<_>>()
        .join(" ");
    (!name.is_empty()).then_some(name)
}

fn phone_number(entry: &VCardEntry) -> Option<String> {
    let text = entry_text(entry)?;
    Some(text.strip_prefix("tel:").map(str::to_owned).unwrap_or(text))
}

fn label(entry: &VCardEntry) -> Option<String> {
    entry.parameters(&VCardParameterName::Type).find_map(|value| {
        let label = value
            .as_type()
            .map(|kind| match kind {
                calcard::common::IanaType::Iana(VCardType::Cell) => "mobile".to_owned(),
                calcard::common::IanaType::Iana(kind) => format!("{kind:?}").to_lowercase(),
                calcard::common::IanaType::Other(other) => other.to_lowercase(),
            })
            .filter(|label| !matches!(label.as_str(), "pref" | "voice" | "internet"))?;
        (!label.is_empty()).then_some(label)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    #[test]
    fn a_card_of_version_3_is_read() {
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Souza;Ana;;Dra.;\r\nFN:Ana Souza\r\nORG:Padaria Sol;Loja\r\n\
            TEL;TYPE=CELL,VOICE:+55 11 99999-0000\r\nTEL;TYPE=WORK:+551130000000\r\nEMAIL;TYPE=INTERNET:ana@example.com\r\nEND:VCARD\r\n";
        let contact = read(card).unwrap();
        assert_eq!(contact.name, "Ana Souza");
        let phone =
            |number: &str, label: &str| Phone { number: number.into(), label: Some(label.into()) };
        assert_eq!(
            contact.phones,
            [phone("+55 11 99999-0000", "mobile"), phone("+551130000000", "work")]
        );
        assert_eq!(contact.emails, ["ana@example.com"]);
        assert_eq!(contact.organization.as_deref(), Some("Padaria Sol"));
        assert_eq!(contact.vcard.as_deref(), Some(card));
    }

    #[test]
    fn a_card_without_a_formatted_name_takes_the_parts() {
        let contact =
            read("BEGIN:VCARD\nVERSION:2.1\nN:Souza;Ana;Maria;;\nTEL;CELL:11999990000\nEND:VCARD")
                .unwrap();
        assert_eq!(contact.name, "Ana Maria Souza");
        assert_eq!(contact.phones[0].number, "11999990000");
    }

    #[test]
    fn version_4_telephone_uris_lose_their_scheme() {
        let contact = read(
            "BEGIN:VCARD\nVERSION:4.0\nFN:Ana\nTEL;VALUE=uri;TYPE=home:tel:+1-555-0100\nEND:VCARD",
        )
        .unwrap();
        assert_eq!(contact.phones[0].number, "+1-555-0100");
        assert_eq!(contact.phones[0].label.as_deref(), Some("home"));
    }

    #[test]
    fn what_is_no_card_is_none() {
        assert!(read("").is_none());
        assert!(read("hello").is_none());
    }
}
