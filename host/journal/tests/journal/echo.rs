//! What chats report back, and what their clocks say.

use eclusa_journal::{Accept, Journal, Traffic};
use eclusa_model::{Content, Event, InboundMessage};

use crate::Maker;
use crate::make::{
    RECEIVED_AT, accept, all, edited, failed, inbound, next, number, one, pushed, remap, sent,
    started, text,
};

pub(crate) async fn a_message_of_ours_is_no_new_one(maker: &impl Maker) {
    let journal = maker.open();
    let ours = sent(&journal, "c1", "o1").await;
    let mut deliveries = journal.take_deliveries().unwrap();
    let events = vec![text("c1", "m1"), text("c1", "o1"), text("c1", "m2")];
    let accepted = journal.accept(pushed(events)).await.unwrap();
    let told: Vec<_> = accepted.events.iter().map(|it| (it.duplicate, it.echo)).collect();
    assert_eq!(told, [(false, false), (true, true), (false, false)]);
    assert_eq!(accepted.events[1].id, ours);
    assert_eq!(accepted.events[1].message, Some((ours.clone(), "o1".to_owned())));
    for event in [&accepted.events[0], &accepted.events[2]] {
        assert_eq!(next(&journal, &mut deliveries).await.unwrap().id, number(&event.id));
    }
    assert!(next(&journal, &mut deliveries).await.is_none());
    assert_eq!(all(&journal).await.len(), 2);
    // It is kept as it came, and told of.
    let record = journal.request(accepted.request_id).await.unwrap().unwrap();
    let codes: Vec<_> = record.warnings.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["echo"]);
    assert!(record.warnings[0].message.contains("`o1`"), "{:?}", record.warnings);
    // Once more, and what is said of it later is about ours.
    assert!(one(&journal, text("c1", "o1")).await.events[0].echo);
    one(&journal, edited("c1", "o1", "new", None)).await;
    let last = all(&journal).await.pop().unwrap();
    assert!(last.object.1.get().contains(&format!(r#""message_id":"{ours}""#)));
}

pub(crate) async fn the_same_id_elsewhere_is_no_echo(maker: &impl Maker) {
    let journal = maker.open();
    sent(&journal, "c1", "7").await;
    journal.submit(started("c3", "not taken yet")).await.unwrap();
    let elsewhere = Accept { channel: "other".to_owned(), ..accept(vec![text("c1", "7")]) };
    for request in [accept(vec![text("c2", "7")]), accept(vec![text("c3", "8")]), elsewhere] {
        let accepted = journal.accept(request).await.unwrap();
        assert_eq!((accepted.events[0].duplicate, accepted.events[0].echo), (false, false));
    }
    assert_eq!(all(&journal).await.len(), 3);
}

pub(crate) async fn an_echo_in_a_request_that_is_mapped_again(maker: &impl Maker) {
    let journal = maker.open();
    let ours = sent(&journal, "c1", "o1").await;
    let request = journal.accept(failed(None, "?")).await.unwrap();
    let events = vec![text("c1", "o1"), text("c1", "m1")];
    let accepted = journal.remap(remap(&request, events)).await.unwrap();
    assert_eq!((&accepted.events[0].id, accepted.events[0].echo), (&ours, true));
    assert!(!accepted.events[1].echo);
    let record = journal.request(request.request_id).await.unwrap().unwrap();
    assert_eq!((record.warnings[0].code.as_str(), record.earlier.len()), ("echo", 1));
}

fn said_at(external_id: &str, sent_at: Option<&str>) -> Event {
    let sent_at = sent_at.map(str::to_owned);
    Event::Message(InboundMessage { sent_at, ..inbound("c1", external_id, Content::text("x")) })
}

pub(crate) async fn a_clock_that_is_wrong_is_not_believed(maker: &impl Maker) {
    let journal = maker.open();
    let ahead = "2026-01-02T03:09:05Z";
    let table = [
        (Some("2026-01-02T03:04:00Z"), "2026-01-02T03:04:00Z"),
        (Some(ahead), ahead),
        (Some("2026-01-02T04:04:05Z"), RECEIVED_AT),
        (Some("9999-12-31T23:59:59Z"), RECEIVED_AT),
        (Some("1970-01-01T00:00:00Z"), RECEIVED_AT),
        (None, RECEIVED_AT),
    ];
    for (place, (sent_at, _)) in table.iter().enumerate() {
        one(&journal, said_at(&place.to_string(), *sent_at)).await;
    }
    let events = all(&journal).await;
    for (event, (sent_at, occurred_at)) in events.iter().zip(table) {
        assert_eq!(event.occurred_at, occurred_at);
        // What the chat said stays as it is.
        let said = sent_at.map_or("null".to_owned(), |at| format!("\"{at}\""));
        assert!(event.object.1.get().contains(&format!(r#""sent_at":{said}"#)), "{said}");
    }
}
