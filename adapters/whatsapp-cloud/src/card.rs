//! Contact cards.

use eclusa_adapter_sdk::prelude::*;

use crate::facts::{Facts, rest};
use crate::findings::Findings;

/// Maps a message of contact cards: one message for each card. The first keeps
/// WhatsApp's id, the others get `#1`, `#2`, … at its end.
pub(crate) fn read(
    facts: &Facts<'_>,
    message: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let cards = message.field("contacts")?;
    let mut count = 0;
    for (index, card) in cards.items()?.enumerate() {
        match contact(card) {
            Ok(contact) => {
                let extra = facts.extra().with_some("card", unplaced(card)).build();
                let mut message = facts.message(Content::Contact(contact), extra);
                if index > 0 {
                    message.external_id = format!("{}#{index}", message.external_id);
                }
                findings.event(Event::Message(message));
            }
            Err(problem) => findings.leave(problem),
        }
        count += 1;
    }
    if count == 0 {
        return Err(Problem::unsupported("empty_contacts", "there is no card in the message")
            .at(cards.pointer()));
    }
    Ok(())
}

fn contact(card: Node<'_>) -> Result<Contact, Problem> {
    if !card.is_object() {
        return Err(card.expected("an object"));
    }
    let vcard = card.opt("vcard", Node::string)?.filter(|text| !text.is_empty());
    let mut contact = vcard.as_deref().and_then(vcard::read).unwrap_or_default();
    contact.vcard = vcard;
    let phones: Vec<Phone> = card.list("phones")?.into_iter().filter_map(number).collect();
    if !phones.is_empty() {
        contact.phones = phones;
    }
    let emails: Vec<String> =
        card.list("emails")?.into_iter().filter_map(|entry| text(entry.get("email"))).collect();
    if !emails.is_empty() {
        contact.emails = emails;
    }
    contact.organization = text(card.find(&["org", "company"])).or(contact.organization);
    if let Some(name) = name(card) {
        contact.name = name;
    } else if contact.name.trim().is_empty() {
        // A card without any name is shown by the best that it has.
        contact.name = contact
            .organization
            .clone()
            .or_else(|| contact.phones.first().map(|phone| phone.number.clone()))
            .or_else(|| contact.emails.first().cloned())
            .ok_or_else(|| {
                Problem::unsupported("empty_card", "the card has no name, number or address")
                    .at(card.pointer())
            })?;
    }
    Ok(contact)
}

fn name(card: Node<'_>) -> Option<String> {
    let name = card.get("name")?;
    text(name.get("formatted_name")).or_else(|| {
        let parts: Vec<String> = ["prefix", "first_name", "middle_name", "last_name", "suffix"]
            .into_iter()
            .filter_map(|part| text(name.get(part)))
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}

fn number(entry: Node<'_>) -> Option<Phone> {
    let number = text(entry.get("phone"))
        .or_else(|| phone::e164(&entry.get("wa_id").and_then(|id| id.id().ok())?))?;
    Some(Phone { number, label: text(entry.get("type")) })
}

fn text(node: Option<Node<'_>>) -> Option<String> {
    node.and_then(|node| node.string().ok()).filter(|text| !text.trim().is_empty())
}

/// What a contact has no field for: parts of the name, department, addresses,
/// links, the WhatsApp ids of the numbers, the kinds of the e-mail addresses.
fn unplaced(card: Node<'_>) -> Option<Extra> {
    let mut extra = ExtraBuilder::new();
    for (name, known) in [("name", "formatted_name"), ("org", "company")] {
        if let Some(node) = card.get(name) {
            let part = rest(ExtraBuilder::new(), node, &[known]).build();
            extra = extra.with_some(name, (!part.is_empty()).then_some(part));
        }
    }
    for (name, detail) in [("phones", "wa_id"), ("emails", "type")] {
        let entries = card.list(name).unwrap_or_default();
        if entries.iter().any(|entry| entry.get(detail).is_some()) {
            extra = extra.with_node(name, card.get(name));
        }
    }
    let extra = rest(extra, card, &["name", "org", "phones", "emails", "vcard"]).build();
    (!extra.is_empty()).then_some(extra)
}
