//! What comes in is kept.

use eclusa_journal::{Accept, Journal, Mapping, MessageState, Page};
use eclusa_model::{Contact, Content, Event, Location, Media, Phone, Warning};

use crate::Maker;
use crate::make::{self, accept, all, inbound, message, page, raw, revision, text, unmapped};

pub(crate) async fn a_request_is_kept_with_its_message(maker: &impl Maker) {
    let journal = maker.open();
    let warning = Warning::ignored("echo", "An echo").at("/1");
    let accepted = journal
        .accept(Accept {
            raw: raw("{\"a\": 1}"),
            mapping: Mapping::Mapped {
                revision: revision(),
                events: vec![text("c1", "m1")],
                warnings: vec![warning.clone()],
            },
            ..accept(vec![])
        })
        .await
        .unwrap();
    let event = accepted.events.first().unwrap();
    let (id, external_id) = event.message.clone().unwrap();
    assert_eq!((external_id.as_str(), event.duplicate), ("m1", false));

    let record = message(&journal, &id).await;
    assert_eq!(record.state, MessageState::Mapped);
    assert_eq!((record.direction.as_str(), record.channel.as_str()), ("inbound", "shop"));
    assert_eq!(record.external_id.as_deref(), Some("m1"));
    assert_eq!(record.created_at, make::RECEIVED_AT);
    let request = record.request.unwrap();
    assert_eq!(request.id, accepted.request_id);
    assert_eq!(request.raw, raw("{\"a\": 1}"));
    assert_eq!(request.revision, Some(revision()));
    assert_eq!(request.warnings, [warning]);
    assert_eq!(request.problem, None);

    let events = all(&journal).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].id, event.id);
    assert_eq!(events[0].kind, "message.received");
    assert_eq!(events[0].occurred_at, "2015-09-07T17:05:32Z");
    assert_eq!(events[0].received_at, make::RECEIVED_AT);
    assert_eq!(
        events[0].object.1.get(),
        format!(
            r#"{{"id":"{id}","channel":"shop","conversation":"c1","external_id":"m1","from":{{"id":"ana"}},"type":"text","text":{{"body":"hello","markup":"plain"}},"sent_at":"2015-09-07T17:05:32Z","received_at":"{}","reply_to":"chat-0","extra":{{"big":12345678901234567890123}}}}"#,
            make::RECEIVED_AT,
        )
    );
    assert_eq!(record.message.get(), events[0].object.1.get());
}

pub(crate) async fn every_type_of_message_keeps_its_json(maker: &impl Maker) {
    let journal = maker.open();
    let media = Media { caption: Some("c".to_owned()), duration: Some(13.0), ..Media::handle("h") };
    let contact = Contact {
        name: "Ana".to_owned(),
        phones: vec![Phone::new("+55 11 99999-9999")],
        ..Contact::default()
    };
    let place =
        Location { latitude: -23.5, longitude: -46.625, name: None, address: Some("R".to_owned()) };
    let contents = [
        Content::text("t"),
        Content::Document(media.clone()),
        Content::Audio(Media { voice: true, ..media.clone() }),
        Content::Video(Media::url("https://files.example/v")),
        Content::Location(place),
        Content::Contact(contact),
    ];
    let messages = contents.map(|content| inbound("c1", content.content_type().as_str(), content));
    journal.accept(accept(messages.iter().cloned().map(Event::Message).collect())).await.unwrap();
    let events = all(&journal).await;
    assert_eq!(events.len(), 6);
    for (event, message) in events.iter().zip(&messages) {
        let mut object = make::object(event);
        let object = object.as_object_mut().unwrap();
        for own in ["id", "channel", "received_at"] {
            object.remove(own).unwrap();
        }
        assert_eq!(serde_json::to_value(message).unwrap(), serde_json::to_value(object).unwrap());
    }
}

pub(crate) async fn what_could_not_be_mapped_is_listed(maker: &impl Maker) {
    let journal = maker.open();
    for (channel, body) in [("shop", "1"), ("other", "2"), ("shop", "3")] {
        let accepted = journal.accept(unmapped(channel, body)).await.unwrap();
        assert!(accepted.events.is_empty());
    }
    make::one(&journal, text("c1", "m1")).await;
    let list = journal.unmapped(page(10)).await.unwrap();
    let bodies: Vec<_> = list.iter().map(|request| request.raw.body.as_str()).collect();
    assert_eq!(bodies, ["3", "2", "1"]);
    assert_eq!(list[0].problem.as_ref().unwrap().code, "trap");
    assert_eq!(list[0].revision, None);

    let of_shop = Page { channel: Some("shop".to_owned()), limit: 1, before: None };
    let first = journal.unmapped(of_shop.clone()).await.unwrap();
    assert_eq!(first[0].raw.body, "3");
    let before = Some(first[0].id.clone());
    let second = journal.unmapped(Page { before, ..of_shop }).await.unwrap();
    assert_eq!(second.len(), 1);
    assert_eq!(second[0].raw.body, "1");
    assert_eq!(all(&journal).await.len(), 1);
}

pub(crate) async fn text_survives_byte_for_byte(maker: &impl Maker) {
    let journal = maker.open();
    let odd = "a\0b\u{feff}\u{202e}\"\\\n\u{1f600}'; DROP TABLE events; --";
    let mut request = accept(vec![Event::Message(inbound(odd, odd, Content::text(odd)))]);
    request.raw = raw(odd);
    let accepted = journal.accept(request).await.unwrap();
    let id = &accepted.events[0].id;
    let record = message(&journal, id).await;
    assert_eq!(record.request.unwrap().raw.body, odd);
    assert_eq!(record.external_id.as_deref(), Some(odd));
    let object = make::newest_object(&journal).await;
    for value in [&object["conversation"], &object["external_id"], &object["text"]["body"]] {
        assert_eq!(value, odd);
    }
    let answer = journal.submit(make::submit(odd, odd)).await.unwrap();
    assert_eq!(make::outbound(&journal, &answer.id).await.content, Content::text(odd));
}

pub(crate) async fn ids_grow_in_the_order_accepted(maker: &impl Maker) {
    let journal = maker.open();
    let mut ids = Vec::new();
    for number in 0..50 {
        let accepted = make::one(&journal, text("c1", &number.to_string())).await;
        ids.push(accepted.request_id);
        ids.push(accepted.events[0].id.clone());
        ids.push(journal.submit(make::submit("c1", "x")).await.unwrap().id);
    }
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    assert!(ids.iter().all(|id| ulid::Ulid::from_string(id).is_ok()));
}
