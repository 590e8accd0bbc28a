//! Attendances as agents go through them, and what happened in them.

use eclusa_journal::{
    Accept, AttendanceChange, AttendanceStep, Attendances, InboxEntry, InboxQuery, InboxView,
    Journal, JournalError, MessageState,
};
use eclusa_model::{Content, DeliveryState, Event, Participant};

use crate::attendances::{assign, change, listed};
use crate::make::{
    self, accept, attempt, deleted, done, edited, number, one, reaction, status, submit, text,
    typing,
};
use crate::prune::{cut, prune};
use crate::{Both, Maker};

fn all() -> InboxQuery {
    InboxQuery { view: InboxView::Open, channel: None }
}

fn view(view: InboxView) -> InboxQuery {
    InboxQuery { view, channel: None }
}

fn found(text: &str) -> InboxQuery {
    view(InboxView::Found { text: text.to_owned() })
}

async fn entries(journal: &impl Attendances, query: InboxQuery) -> Vec<InboxEntry> {
    journal.inbox(query, None, 500).await.unwrap()
}

/// The conversations of a list, page by page: the size of the pages changes nothing.
async fn shown(journal: &impl Attendances, query: InboxQuery) -> String {
    let name = |entry: &InboxEntry| entry.attendance.conversation.clone();
    let whole: Vec<_> = entries(journal, query.clone()).await.iter().map(name).collect();
    let (mut parts, mut after) = (Vec::new(), None);
    loop {
        let part = journal.inbox(query.clone(), after, 1).await.unwrap();
        let Some(last) = part.last() else { break };
        after = Some(last.cursor.clone());
        parts.extend(part.iter().map(name));
    }
    assert_eq!(parts, whole);
    whole.join(" ")
}

async fn says(journal: &impl Journal, channel: &str, conversation: &str, name: &str) {
    let id = format!("{conversation} {name}");
    let mut message = make::inbound(conversation, &id, Content::text("hello"));
    message.sender = Participant { name: Some(name.to_owned()), ..Participant::new("p1") };
    let accepted = accept(vec![Event::Message(message)]);
    journal.accept(Accept { channel: channel.to_owned(), ..accepted }).await.unwrap();
}

async fn changed(journal: &impl Attendances, conversation: &str, step: AttendanceStep) {
    let all = listed(journal).await;
    let found = all.iter().find(|it| it.conversation == conversation).unwrap();
    // Not pushed: it waits for nobody.
    let change = AttendanceChange { push: false, ..change(&found.id, step) };
    journal.change_attendance(change).await.unwrap();
}

pub(crate) async fn what_is_unanswered_comes_first_then_the_newest(maker: &impl Maker) {
    let journal = maker.open();
    assert_eq!(shown(&journal, all()).await, "");
    for conversation in ["c1", "c2", "c3", "c4"] {
        one(&journal, text(conversation, "m1")).await;
    }
    assert_eq!(shown(&journal, all()).await, "c4 c3 c2 c1");
    one(&journal, text("c2", "m2")).await;
    journal.submit(submit("c4", "answer")).await.unwrap();
    journal.submit(submit("c1", "answer")).await.unwrap();
    assert_eq!(shown(&journal, all()).await, "c2 c3 c1 c4");
    assert_eq!(journal.unanswered(500).await.unwrap(), 2);
    assert_eq!(journal.unanswered(1).await.unwrap(), 1);
    // What tells of nothing said moves nothing; a pressed button says something.
    one(&journal, typing("c4")).await;
    one(&journal, reaction("c4", "m1", "+1", false)).await;
    one(&journal, text("c4", "m1")).await;
    assert_eq!(shown(&journal, all()).await, "c2 c3 c1 c4");
    one(&journal, make::postback("c4", "p1")).await;
    assert_eq!(shown(&journal, all()).await, "c4 c2 c3 c1");
    changed(&journal, "c2", AttendanceStep::Close).await;
    let journal = maker.reopen(journal);
    assert_eq!(shown(&journal, all()).await, "c4 c3 c1");
    assert_eq!(journal.unanswered(500).await.unwrap(), 2);
    one(&journal, text("c2", "m3")).await;
    assert_eq!(shown(&journal, all()).await, "c2 c4 c3 c1");
    let wrong = journal.inbox(all(), Some("x".to_owned()), 10).await;
    assert!(matches!(wrong, Err(JournalError::Cursor { .. })), "{wrong:?}");
}

pub(crate) async fn an_entry_tells_what_was_said_last_and_whose_turn_it_is(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    let first = entries(&journal, all()).await.remove(0);
    one(&journal, text("c1", "m2")).await;
    let second = entries(&journal, all()).await.remove(0);
    let turn = |entry: &InboxEntry| entry.turn.clone().unwrap();
    assert!(turn(&second).unanswered);
    // It waits since the first that nobody has answered.
    assert_eq!(turn(&second), turn(&first));
    assert_ne!(second.last.unwrap().id, first.last.unwrap().id);
    let answer = journal.submit(submit("c1", "answer")).await.unwrap();
    journal.finish(number(&answer.id), attempt(200), done("o1")).await.unwrap();
    let third = entries(&journal, all()).await.remove(0);
    let last = third.last.as_ref().unwrap();
    assert_eq!((&last.id, last.state), (&answer.id, Some(MessageState::Sent)));
    assert!(!turn(&third).unanswered);
    changed(&journal, "c1", AttendanceStep::Close).await;
    let closed = entries(&journal, view(InboxView::Closed)).await.remove(0);
    assert_eq!(closed.turn, None);
    assert_eq!(closed.last.unwrap().id, answer.id);
}

pub(crate) async fn an_inbox_is_narrowed_down(maker: &impl Maker) {
    let journal = maker.open();
    for (channel, conversation) in [("shop", "c1"), ("app", "c2"), ("shop", "c3"), ("app", "c4")] {
        says(&journal, channel, conversation, "Ana").await;
    }
    changed(&journal, "c1", assign("rui")).await;
    changed(&journal, "c2", assign("rui")).await;
    let to_bea = AttendanceStep::Transfer { queue: None, agent: Some("bea".to_owned()) };
    changed(&journal, "c2", to_bea).await;
    changed(&journal, "c4", AttendanceStep::Close).await;
    let of = |agent: &str| view(InboxView::Of { agent: agent.to_owned() });
    assert_eq!(shown(&journal, of("rui")).await, "c1");
    assert_eq!(shown(&journal, of("bea")).await, "c2");
    assert_eq!(shown(&journal, of("nobody")).await, "");
    assert_eq!(shown(&journal, view(InboxView::Waiting)).await, "c3 c2");
    assert_eq!(shown(&journal, view(InboxView::Closed)).await, "c4");
    let on = |view, channel: &str| InboxQuery { view, channel: Some(channel.to_owned()) };
    assert_eq!(shown(&journal, on(InboxView::Open, "shop")).await, "c3 c1");
    assert_eq!(shown(&journal, on(InboxView::Waiting, "app")).await, "c2");
    let rui = InboxView::Of { agent: "rui".to_owned() };
    assert_eq!(shown(&journal, on(rui, "app")).await, "");
    assert_eq!(shown(&journal, on(InboxView::Closed, "shop")).await, "");
    assert_eq!(shown(&journal, on(InboxView::Closed, "app")).await, "c4");
    let ana = InboxView::Found { text: "Ana".to_owned() };
    assert_eq!(shown(&journal, on(ana, "app")).await, "c4 c2");
    changed(&journal, "c1", AttendanceStep::Queue { queue: None }).await;
    assert_eq!(shown(&journal, of("rui")).await, "");
    assert_eq!(shown(&journal, view(InboxView::Waiting)).await, "c3 c2 c1");
}

pub(crate) async fn attendances_are_found_by_what_people_know_of_them(maker: &impl Maker) {
    let journal = maker.open();
    says(&journal, "shop", "c1", "João da Silva").await;
    says(&journal, "shop", "c2", "Joana D'Ávila").await;
    says(&journal, "shop", "c3", "Silvio João").await;
    changed(&journal, "c1", AttendanceStep::Close).await;
    for (text, expected) in [
        ("joao", "c3 c1"),
        ("JOÃO silva", "c1"),
        ("joa", "c3 c2 c1"),
        ("sil joa", "c3 c1"),
        ("avila d", "c2"),
        // Words of one or two letters are whole ones.
        ("s", ""),
        ("si", ""),
        ("d", "c2"),
        ("DA", "c1"),
        ("da joão", "c1"),
        ("joão si", ""),
        ("c2", "c2"),
        ("p1", "c3 c2 c1"),
        ("nobody", ""),
        (" % ", ""),
        ("", ""),
    ] {
        assert_eq!(shown(&journal, found(text)).await, expected, "{text}");
    }
    let first = listed(&journal).await.pop().unwrap();
    assert_eq!(shown(&journal, found(&format!(" {} ", first.protocol))).await, "c1");
    assert_eq!(shown(&journal, found(&first.id)).await, "c1");
    // What goes for its age is not found any more.
    assert!(prune(&journal, cut()).await.attendances > 0);
    assert_eq!(shown(&journal, found("joao silva")).await, "");
    assert_eq!(shown(&journal, found("joao")).await, "c3");
}

pub(crate) async fn all_that_happened_is_read_backwards(maker: &impl Maker) {
    let journal = maker.open();
    one(&journal, text("c1", "m1")).await;
    one(&journal, text("c2", "m1")).await;
    let message = journal.submit(submit("c1", "answer")).await.unwrap().id;
    journal.finish(number(&message), attempt(200), done("o1")).await.unwrap();
    for event in [
        typing("c1"),
        status(Some("c1"), "o1", DeliveryState::Read, vec![]),
        edited("c1", "m1", "new", None),
        reaction("c1", "o1", "+1", false),
        deleted("c1", "m1"),
    ] {
        one(&journal, event).await;
    }
    changed(&journal, "c1", assign("rui")).await;
    let id = listed(&journal).await.pop().unwrap().id;
    let whole = journal.moments(id.clone(), None, 500).await.unwrap();
    let kinds: Vec<_> = whole.iter().rev().map(|moment| moment.kind.as_str()).collect();
    let received = "message.received";
    let later = ["message.edited", "reaction", "message.deleted", "attendance.assigned"];
    assert_eq!(kinds[..3], ["attendance.opened", received, "message.sent"]);
    assert_eq!(kinds[3..], later);
    let (sent, edit, reaction) = (&whole[4], &whole[3], &whole[2]);
    assert_eq!((&sent.id, sent.state), (&message, Some(MessageState::Read)));
    assert_eq!((sent.external_id.as_deref(), &sent.problem), (Some("o1"), &None));
    assert_eq!(edit.about.as_ref(), Some(&whole[5].id));
    assert_eq!(reaction.about.as_ref(), Some(&message));
    let (mut parts, mut before) = (Vec::new(), None);
    loop {
        let part = journal.moments(id.clone(), before, 2).await.unwrap();
        let Some(last) = part.last() else { break };
        before = Some(last.id.clone());
        parts.extend(part.into_iter().map(|moment| moment.id));
    }
    assert_eq!(parts, whole.into_iter().map(|moment| moment.id).collect::<Vec<_>>());
    assert!(journal.moments("x".to_owned(), None, 9).await.unwrap().is_empty());
    assert!(journal.moments(id, Some("x".to_owned()), 9).await.is_err());
}

pub(crate) async fn who_looks_is_told_when_it_looks_different(maker: &impl Maker) {
    let journal = maker.open();
    let changes = journal.inbox_changes();
    let mut last = *changes.borrow();
    let mut grown = |what: &str, expected: bool| {
        let now = *changes.borrow();
        assert_eq!(now > last, expected, "{what}");
        last = now;
    };
    one(&journal, text("c1", "m1")).await;
    grown("a message", true);
    one(&journal, text("c1", "m1")).await;
    one(&journal, reaction("c9", "m1", "+1", false)).await;
    grown("nothing new, or in no attendance", false);
    one(&journal, edited("c1", "m1", "new", None)).await;
    grown("an edit", true);
    let message = journal.submit(submit("c1", "answer")).await.unwrap().id;
    grown("an answer", true);
    journal.finish(number(&message), attempt(200), done("o1")).await.unwrap();
    grown("the chat took it", true);
    one(&journal, status(Some("c1"), "o1", DeliveryState::Read, vec![])).await;
    grown("it was read", true);
    changed(&journal, "c1", assign("rui")).await;
    grown("somebody took it", true);
    looks_only(&journal).await;
    grown("somebody looked", false);
}

async fn looks_only(journal: &impl Both) {
    entries(journal, all()).await;
    let id = listed(journal).await.remove(0).id;
    journal.moments(id, None, 9).await.unwrap();
}
