//! Reading events by a cursor.

use eclusa_journal::{Journal, JournalError, LetterFilter, Letters, Page, Window};

use crate::Maker;
use crate::make::{accept, everything, one, page, text, typing};

pub(crate) async fn events_are_read_page_by_page(maker: &impl Maker) {
    let journal = maker.open();
    let empty = journal.events(None, 10).await.unwrap();
    assert!(empty.events.is_empty() && empty.next.is_none() && !empty.more);

    let messages = (0..5).map(|number| text("c1", &number.to_string())).collect();
    let ids: Vec<_> = journal
        .accept(accept(messages))
        .await
        .unwrap()
        .events
        .into_iter()
        .map(|event| event.id)
        .collect();
    let mut cursor = Some(everything(&journal).await[0].id.clone());
    for (expected, more) in [(&ids[..2], true), (&ids[2..4], true), (&ids[4..], false)] {
        let page = journal.events(cursor.take(), 2).await.unwrap();
        let found: Vec<_> = page.events.iter().map(|event| event.id.clone()).collect();
        assert_eq!(found, expected);
        assert_eq!(page.more, more);
        cursor = page.next;
    }
    let end = journal.events(cursor.clone(), 2).await.unwrap();
    assert!(end.events.is_empty() && !end.more);
    assert_eq!(end.next, cursor);
}

pub(crate) async fn the_newest_event_is_told(maker: &impl Maker) {
    let journal = maker.open();
    let mut newest = journal.latest_event();
    assert_eq!(*newest.borrow_and_update(), None);
    let accepted = journal.accept(accept(vec![typing("c1"), text("c1", "m1")])).await.unwrap();
    assert!(newest.has_changed().unwrap());
    assert_eq!(*newest.borrow_and_update(), Some(accepted.events[1].id.clone()));
    // A duplicate is no news.
    one(&journal, text("c1", "m1")).await;
    assert!(!newest.has_changed().unwrap());
}

pub(crate) async fn a_wrong_cursor_is_refused(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    let wrong = "yesterday".to_owned();
    let before = Page { before: Some(wrong.clone()), ..page(1) };
    let is_cursor = |error| matches!(error, JournalError::Cursor { cursor } if cursor == wrong);
    assert!(is_cursor(journal.events(Some(wrong.clone()), 1).await.unwrap_err()));
    assert!(is_cursor(journal.unmapped(before).await.unwrap_err()));
    for window in [
        Window::Newest { before: Some(wrong.clone()), limit: 1 },
        Window::Oldest { after: Some(wrong.clone()), limit: 1 },
    ] {
        assert!(is_cursor(journal.letters(LetterFilter::default(), window).await.unwrap_err()));
    }
    // A ULID of another journal is a time.
    let earlier = ulid::Ulid::from_parts(1, 7).to_string();
    assert_eq!(journal.events(Some(earlier), 1).await.unwrap().events.len(), 1);
    let later = ulid::Ulid::from_parts(1 << 47, 7).to_string();
    assert_eq!(journal.events(Some(later), 1).await.unwrap().events.len(), 0);
    assert!(journal.message("yesterday".to_owned()).await.unwrap().is_none());
}
