//! Contact cards: none breaks the reader, and the card's own text is kept.

pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(contact) = eclusa_adapter_sdk::vcard::read(&text) {
        assert_eq!(contact.vcard.as_deref(), Some(&*text));
        assert!(contact.emails.iter().all(|email| !email.trim().is_empty()), "{contact:?}");
        assert!(contact.phones.iter().all(|phone| !phone.number.is_empty()), "{contact:?}");
    }
}
