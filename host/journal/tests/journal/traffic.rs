//! Recorded traffic.

use eclusa_journal::{
    Accept, Attempt, Finish, Journal, JournalError, Page, RequestRecord, RevisionRef, Traffic,
};
use eclusa_model::{HttpResponse, Problem};

use crate::Maker;
use crate::make::{
    accept, attempt, done, failed, number, one, page, raw, remap, revision, sent, started, submit,
    text, typing, unmapped,
};

fn bodies(requests: &[RequestRecord]) -> Vec<&str> {
    requests.iter().map(|request| request.raw.body.as_str()).collect()
}

pub(crate) async fn a_request_keeps_how_it_was_verified_and_why_it_stays(maker: &impl Maker) {
    let journal = maker.open();
    let by = |name: &str| Some(name.to_owned());
    let failing = Accept { verified_by: by("hmac-sha256 1f"), ..failed(Some(revision()), "?") };
    let request = journal.accept(failing).await.unwrap().request_id;
    let fine = journal.accept(accept(vec![text("c1", "m1")])).await.unwrap().request_id;
    let other = Problem::configuration("verified_otherwise", "by another scheme");
    // Once, however often it is said, and only of what waits.
    for _ in 0..2 {
        for id in [&request, &fine, &"01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned()] {
            journal.stays_unmapped(id.clone(), other.clone()).await.unwrap();
        }
    }
    let journal = maker.reopen(journal);
    let record = journal.request(request.clone()).await.unwrap().unwrap();
    assert_eq!((record.verified_by, record.problem), (by("hmac-sha256 1f"), Some(other)));
    let codes: Vec<_> = record.earlier.iter().map(|it| it.problem.code.as_str()).collect();
    assert_eq!(codes, ["trap"]);
    let record = journal.request(fine).await.unwrap().unwrap();
    assert_eq!((record.verified_by, record.problem), (by("none"), None));
    // It is still one of those that the revision failed.
    assert_eq!(journal.failed_by(revision(), None, 10).await.unwrap()[0].id, request);
}

pub(crate) async fn requests_are_listed_by_channel(maker: &impl Maker) {
    let journal = maker.open();
    for (channel, body) in [("shop", "1"), ("other", "2"), ("shop", "3"), ("shop", "4")] {
        let mapped = Accept { channel: channel.to_owned(), raw: raw(body), ..accept(vec![]) };
        let request = if body == "3" { unmapped(channel, body) } else { mapped };
        journal.accept(request).await.unwrap();
    }
    let all = journal.requests(page(10)).await.unwrap();
    assert_eq!(bodies(&all), ["4", "3", "2", "1"]);
    assert_eq!(all[0].revision, Some(revision()));
    assert!(all[1].problem.is_some() && all[0].problem.is_none());
    let before = Page { before: Some(all[1].id.clone()), ..page(1) };
    assert_eq!(bodies(&journal.requests(before).await.unwrap()), ["2"]);

    let of_shop = Page { channel: Some("shop".to_owned()), ..page(2) };
    let first = journal.requests(of_shop.clone()).await.unwrap();
    assert_eq!(bodies(&first), ["4", "3"]);
    let before = Some(first[1].id.clone());
    let second = journal.requests(Page { before, ..of_shop }).await.unwrap();
    assert_eq!(bodies(&second), ["1"]);
    let nowhere = Page { channel: Some("sho".to_owned()), ..page(10) };
    assert!(journal.requests(nowhere).await.unwrap().is_empty());

    for known in &all {
        let found = journal.request(known.id.clone()).await.unwrap();
        assert_eq!(found.as_ref(), Some(known));
    }
    let foreign = ulid::Ulid::from_parts(1, 7).to_string();
    for unknown in ["", "yesterday", &foreign] {
        assert_eq!(journal.request(unknown.to_owned()).await.unwrap(), None);
    }
}

pub(crate) async fn a_request_names_its_events(maker: &impl Maker) {
    let journal = maker.open();
    let first = journal.accept(accept(vec![text("c1", "m1"), typing("c1")])).await.unwrap();
    let again = vec![text("c1", "m1"), text("c2", "m2")];
    let second = journal.accept(accept(again)).await.unwrap();
    let failed = journal.accept(unmapped("shop", "?")).await.unwrap();
    let of = async |request: &str| -> Vec<String> {
        let events = journal.events_of(request.to_owned()).await.unwrap();
        events.into_iter().map(|event| event.id).collect()
    };
    let ids: Vec<_> = first.events.iter().map(|event| event.id.clone()).collect();
    assert_eq!(of(&first.request_id).await, ids);
    // What the first one had brought is not its own.
    assert_eq!(of(&second.request_id).await, [second.events[1].id.clone()]);
    assert!(of(&failed.request_id).await.is_empty());
    assert!(of(&ids[0]).await.is_empty() && of("yesterday").await.is_empty());

    let events = vec![text("c1", "m3"), text("c1", "m1")];
    let mapped = journal.remap(remap(&failed, events)).await.unwrap();
    assert_eq!(of(&failed.request_id).await, [mapped.events[0].id.clone()]);
}

pub(crate) async fn messages_are_read_as_adapters_get_them(maker: &impl Maker) {
    let journal = maker.open();
    let theirs = one(&journal, text("c1", "m1")).await.events[0].id.clone();
    let mut answer = submit("c1", "answer");
    answer.reply_to = Some(theirs);
    let answer = journal.submit(answer).await.unwrap().id;
    let mut elsewhere = started("c1", "elsewhere");
    elsewhere.channel = "other".to_owned();
    let elsewhere = journal.submit(elsewhere).await.unwrap().id;
    let taken = sent(&journal, "c1", "o1").await;

    let all = journal.outbound(page(10)).await.unwrap();
    let ids: Vec<_> = all.iter().map(|record| record.message.id.clone()).collect();
    assert_eq!(ids, [taken.clone(), elsewhere.clone(), answer.clone()]);
    assert_eq!(all[1].channel, "other");
    assert_eq!(all[2].message.reply_to.as_deref(), Some("m1"));
    assert_eq!((&all[2].response, &all[2].revision), (&None, &None));
    let response = HttpResponse { status: 200, headers: vec![], body: "{}".to_owned() };
    assert_eq!((&all[0].response, &all[0].revision), (&Some(response), &Some(revision())));
    for record in &all {
        let found = journal.outbound_message(record.message.id.clone()).await.unwrap();
        assert_eq!(found.as_ref(), Some(record));
    }
    assert_eq!(journal.outbound_message("yesterday".to_owned()).await.unwrap(), None);

    let of_shop = Page { channel: Some("shop".to_owned()), ..page(1) };
    let first = journal.outbound(of_shop.clone()).await.unwrap();
    assert_eq!(first[0].message.id, taken);
    let before = Some(taken);
    let second = journal.outbound(Page { before, ..of_shop }).await.unwrap();
    assert_eq!(second.len(), 1);
    assert_eq!(second[0].message.id, answer);
}

pub(crate) async fn the_last_answer_of_a_chat_counts(maker: &impl Maker) {
    let journal = maker.open();
    let id = journal.submit(started("c1", "x")).await.unwrap().id;
    let newer = RevisionRef { sha256: "cd".repeat(32), ..revision() };
    let answered =
        |status, body: &str| Attempt { response_body: Some(body.to_owned()), ..attempt(status) };
    let silent = Attempt {
        status: None,
        response_body: None,
        revision: Some(newer.clone()),
        ..attempt(200)
    };
    let retry = || Finish::Retry { due_at_ms: 1 };
    let read = async || journal.outbound_message(id.clone()).await.unwrap().unwrap();
    journal.finish(number(&id), silent.clone(), retry()).await.unwrap();
    assert_eq!(read().await.response, None);
    journal.finish(number(&id), answered(500, "first"), retry()).await.unwrap();
    journal.finish(number(&id), answered(503, "second"), retry()).await.unwrap();
    journal.finish(number(&id), silent, retry()).await.unwrap();
    let record = read().await;
    let response = HttpResponse { status: 503, headers: vec![], body: "second".to_owned() };
    assert_eq!((record.response, record.revision), (Some(response), Some(newer)));
    journal.finish(number(&id), answered(200, "third"), done("o1")).await.unwrap();
    let record = read().await;
    assert_eq!(record.response.unwrap().body, "third");
    assert_eq!(record.revision, Some(revision()));
}

pub(crate) async fn what_a_revision_failed_is_listed_oldest_first(maker: &impl Maker) {
    let journal = maker.open();
    let (good, bad) = (revision(), RevisionRef { sha256: "cd".repeat(32), ..revision() });
    let namesake = RevisionRef { adapter: "else".to_owned(), ..bad.clone() };
    let mut ids = Vec::new();
    for (revision, body) in
        [(Some(&bad), "1"), (None, "2"), (Some(&good), "3"), (Some(&bad), "4"), (Some(&bad), "5")]
    {
        let accepted = journal.accept(failed(revision.cloned(), body)).await.unwrap();
        ids.push(accepted.request_id);
        one(&journal, text("c1", body)).await;
    }
    journal.accept(failed(Some(namesake), "6")).await.unwrap();

    let list = async |after: Option<&String>, limit| {
        journal.failed_by(bad.clone(), after.cloned(), limit).await.unwrap()
    };
    let all = list(None, 10).await;
    assert_eq!(bodies(&all), ["1", "4", "5"]);
    assert_eq!((&all[0].id, &all[0].revision), (&ids[0], &Some(bad.clone())));
    assert_eq!(bodies(&list(None, 2).await), ["1", "4"]);
    assert_eq!(bodies(&list(Some(&ids[0]), 1).await), ["4"]);
    assert_eq!(bodies(&list(Some(&ids[4]), 10).await), [""; 0]);
    let error = journal.failed_by(bad.clone(), Some("yesterday".to_owned()), 1).await.unwrap_err();
    assert!(matches!(error, JournalError::Cursor { .. }), "{error}");

    // What another one has mapped since is not among them.
    let request = journal.request(ids[3].clone()).await.unwrap().unwrap();
    let mut mapped = remap(&accepted(&request), vec![]);
    mapped.revision = good.clone();
    journal.remap(mapped).await.unwrap();
    assert_eq!(bodies(&list(None, 10).await), ["1", "5"]);
    assert_eq!(bodies(&journal.failed_by(good, None, 10).await.unwrap()), ["3"]);
}

fn accepted(request: &RequestRecord) -> eclusa_journal::Accepted {
    eclusa_journal::Accepted { request_id: request.id.clone(), events: vec![] }
}

pub(crate) async fn a_message_that_was_never_answered(maker: &impl Maker) {
    let journal = maker.open();
    let id = journal.submit(started("c1", "x")).await.unwrap().id;
    let refused =
        Attempt { method: None, url: None, status: None, response_body: None, ..attempt(200) };
    let problem = Problem::refused("too_long", "too long");
    journal.finish(number(&id), refused, Finish::Dead { problem }).await.unwrap();
    let record = journal.outbound_message(id).await.unwrap().unwrap();
    assert_eq!((record.response, record.revision), (None, Some(revision())));
}
