//! A journal that fails now and then: nothing is lost, and nothing that was
//! taken is sent again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use eclusa_journal::{
    Accept, Accepted, Attempt, ChannelChange, Deliveries, DeliveryBody, DeliveryId, Destination,
    EventPage, Finish, Idempotency, Journal, JournalError, KeyRotation, Lane, MemoryJournal,
    MessageRecord, MessageState, Page, Pause, RequestRecord, Sender, Submit, Submitted, Token,
    TokenChange, registry::AuditEntry,
};
use eclusa_model::{Channel, Content, Extra};
use tokio::sync::watch;

use super::model_test::world::{AllChannels, in_simulated_time, start_with};
use super::{Policy, Relay};
use crate::delivery::{Carried, Carrier, NotSent, Recorder};
use crate::gate::Gate;
use crate::{BreakerPolicy, Clock, RetryPolicy};

type Result<T> = std::result::Result<T, JournalError>;

/// The real journal on a disk that fails: so many reads, then so many records. What a
/// read finds is damaged so often.
struct Failing {
    journal: MemoryJournal,
    damaged: AtomicU32,
    reads: AtomicU32,
    records: AtomicU32,
}

/// Counts down to nothing.
fn countdown(left: &AtomicU32) -> Option<u32> {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).ok()
}

/// Counts down to nothing; an error until then.
fn fail(left: &AtomicU32) -> Result<()> {
    match countdown(left) {
        Some(left) if left % 2 == 0 => {
            Err(JournalError::Busy { retry_after: Duration::from_secs(3600) })
        }
        Some(_) => Err(JournalError::Storage("the disk is full".to_owned())),
        None => Ok(()),
    }
}

#[async_trait]
impl Journal for Failing {
    async fn accept(&self, accept: Accept) -> Result<Accepted> {
        self.journal.accept(accept).await
    }
    async fn submit(&self, submit: Submit) -> Result<Submitted> {
        self.journal.submit(submit).await
    }
    async fn submitted(
        &self,
        channel: String,
        idempotency: Idempotency,
    ) -> Result<Option<Submitted>> {
        self.journal.submitted(channel, idempotency).await
    }
    async fn finish(&self, id: DeliveryId, attempt: Attempt, finish: Finish) -> Result<()> {
        fail(&self.records)?;
        self.journal.finish(id, attempt, finish).await
    }
    fn take_deliveries(&self) -> Option<Deliveries> {
        self.journal.take_deliveries()
    }
    async fn delivery(&self, id: DeliveryId) -> Result<Option<DeliveryBody>> {
        fail(&self.reads)?;
        match countdown(&self.damaged) {
            Some(_) => {
                let (table, id) = ("messages".to_owned(), id.to_string());
                Err(JournalError::Corrupt { table, id })
            }
            None => self.journal.delivery(id).await,
        }
    }
    async fn traceparent(&self, id: DeliveryId) -> Result<Option<String>> {
        self.journal.traceparent(id).await
    }
    fn latest_event(&self) -> watch::Receiver<Option<String>> {
        self.journal.latest_event()
    }
    async fn events(&self, after: Option<String>, limit: u32) -> Result<EventPage> {
        self.journal.events(after, limit).await
    }
    async fn message(&self, id: String) -> Result<Option<MessageRecord>> {
        self.journal.message(id).await
    }
    async fn unmapped(&self, page: Page) -> Result<Vec<RequestRecord>> {
        self.journal.unmapped(page).await
    }
    async fn channels(&self) -> Result<Vec<Channel>> {
        self.journal.channels().await
    }
    async fn change_channel(&self, change: ChannelChange, audit: AuditEntry) -> Result<()> {
        self.journal.change_channel(change, audit).await
    }
    async fn logo(&self, channel: String) -> Result<Option<(String, Vec<u8>)>> {
        self.journal.logo(channel).await
    }
    async fn set_logo(
        &self,
        channel: String,
        logo: Option<(String, Vec<u8>)>,
        audit: AuditEntry,
    ) -> Result<()> {
        self.journal.set_logo(channel, logo, audit).await
    }
    async fn tokens(&self) -> Result<Vec<Token>> {
        self.journal.tokens().await
    }
    async fn change_token(&self, change: TokenChange, audit: AuditEntry) -> Result<()> {
        self.journal.change_token(change, audit).await
    }
    async fn token_used(&self, name: String, at_ms: i64) -> Result<()> {
        self.journal.token_used(name, at_ms).await
    }
    async fn rotate_keys(&self, audit: AuditEntry) -> Result<KeyRotation> {
        self.journal.rotate_keys(audit).await
    }
    async fn note(&self, audit: AuditEntry) -> Result<()> {
        self.journal.note(audit).await
    }
    fn public_id(&self, delivery: DeliveryId) -> String {
        self.journal.public_id(delivery)
    }
    async fn pauses(&self) -> Result<Vec<(Destination, Pause)>> {
        self.journal.pauses().await
    }
    async fn set_pause(
        &self,
        destination: Destination,
        pause: Option<Pause>,
        audit: AuditEntry,
    ) -> Result<()> {
        self.journal.set_pause(destination, pause, audit).await
    }
    fn health(&self) -> std::result::Result<(), String> {
        self.journal.health()
    }
}

/// Time after all that the journal holds is due.
struct Later(tokio::time::Instant);

impl Clock for Later {
    fn now_ms(&self) -> i64 {
        4_102_444_800_000 + i64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

/// A chat that takes everything, and says what.
struct Takes(watch::Sender<Vec<String>>);

#[async_trait]
impl Carrier for Takes {
    async fn carry(&self, _: &Lane, body: DeliveryBody) -> std::result::Result<Carried, NotSent> {
        let DeliveryBody::Message { message, .. } = body else { panic!("no message") };
        self.0.send_modify(|taken| taken.push(message.id));
        Ok(Recorder::start(0, None).done(None))
    }
}

/// Submits a message to the one conversation there is.
async fn submit(journal: &Failing) -> String {
    let submit = Submit {
        channel: "sales".to_owned(),
        conversation: "42".to_owned(),
        content: Content::text("hello"),
        reply_to: None,
        extra: Extra::default(),
        idempotency: None,
        start: true,
        sent_by: Sender::Platform,
        submitted_at: "2026-01-02T03:04:05Z".to_owned(),
        traceparent: None,
    };
    journal.submit(submit).await.unwrap().id
}

/// A relay, and what its chat takes.
async fn start(journal: &Arc<Failing>) -> (Relay, watch::Receiver<Vec<String>>) {
    let (taken, all) = watch::channel(Vec::new());
    let policy = Policy {
        retry: RetryPolicy::default(),
        clock: Arc::new(Later(tokio::time::Instant::now())),
        random: Arc::new(|| 0.5),
    };
    let gate = Gate::new(BreakerPolicy::default());
    let chat = Arc::new(Takes(taken));
    let relay =
        start_with(journal.clone(), Arc::new(AllChannels), chat, gate, policy).await.unwrap();
    (relay, all)
}

fn failing(damaged: u32, reads: u32, records: u32) -> Arc<Failing> {
    let [damaged, reads, records] = [damaged, reads, records].map(AtomicU32::new);
    Arc::new(Failing { journal: MemoryJournal::new(), damaged, reads, records })
}

#[test]
fn a_result_is_recorded_in_the_end_and_nothing_is_sent_twice() {
    in_simulated_time(async {
        let journal = failing(0, 3, 50);
        let id = submit(&journal).await;
        let (relay, mut taken) = start(&journal).await;
        taken.wait_for(|taken| taken.len() == 1).await.unwrap();
        while journal.message(id.clone()).await.unwrap().unwrap().state != MessageState::Sent {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        relay.stop().await;
        assert_eq!(*taken.borrow(), [&*id]);
        let record = journal.message(id).await.unwrap().unwrap();
        assert_eq!((record.state, record.attempts.len()), (MessageState::Sent, 1));
    });
}

/// What cannot be read holds its conversation, and goes out once it has been mended.
#[test]
fn what_cannot_be_read_is_not_passed_over() {
    in_simulated_time(async {
        for (damaged, reads) in [(3, 0), (0, 3), (2, 2)] {
            let journal = failing(damaged, reads, 0);
            let ids = [submit(&journal).await, submit(&journal).await];
            let (relay, mut taken) = start(&journal).await;
            let both = taken.wait_for(|taken| taken.len() == 2);
            let both = tokio::time::timeout(Duration::from_secs(24 * 3600), both).await;
            assert!(both.is_ok(), "{damaged} damaged, {reads} unreadable: one is missing");
            drop(both);
            assert_eq!(*taken.borrow(), ids, "{damaged} damaged, {reads} unreadable");
            relay.stop().await;
        }
    });
}

#[test]
fn a_stop_does_not_wait_for_a_dead_journal() {
    in_simulated_time(async {
        let journal = failing(0, 0, u32::MAX);
        let id = submit(&journal).await;
        let (relay, mut taken) = start(&journal).await;
        taken.wait_for(|taken| taken.len() == 1).await.unwrap();
        relay.stop().await;
        // It is still there, for the next start to make it again.
        let record = journal.message(id).await.unwrap().unwrap();
        assert_eq!(record.state, MessageState::Queued);
    });
}
