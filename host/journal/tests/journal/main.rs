//! One suite for every journal, and what only the durable one promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod accept;
mod attendance_records;
mod attendances;
mod backup;
mod channels;
mod components;
mod damage;
mod deliver;
mod disk;
mod echo;
mod events;
mod flows;
mod inbox;
mod letters;
mod log;
mod make;
mod migrate;
mod model;
mod pauses;
mod prune;
mod registry;
mod remap;
mod restart;
mod same;
mod scrub;
mod sessions;
mod status;
mod storage;
mod submit;
mod tokens;
mod traffic;

use std::sync::Arc;

use eclusa_journal::{
    Attendances, Clock, Flows, Journal, Letters, MemoryJournal, Registry, Sessions, SqliteJournal,
    SqliteOptions, Traffic, Upkeep,
};
use tempfile::TempDir;

/// Journal, recorded traffic, letters, sessions and upkeep in one.
pub(crate) trait Both:
    Journal + Traffic + Letters + Attendances + Flows + Sessions + Upkeep
{
}

impl<T: Journal + Traffic + Letters + Attendances + Flows + Sessions + Upkeep> Both for T {}

/// Makes journals of one kind.
pub(crate) trait Maker: Default {
    type Journal: Both + Registry;
    /// A new, empty journal.
    fn open(&self) -> Self::Journal;
    /// The same by this clock.
    fn open_by(&self, clock: Arc<dyn Clock>) -> Self::Journal;
    /// The journal as the next process finds it.
    fn reopen(&self, journal: Self::Journal) -> Self::Journal;
}

#[derive(Default)]
pub(crate) struct Memory;

impl Maker for Memory {
    type Journal = MemoryJournal;

    fn open(&self) -> MemoryJournal {
        MemoryJournal::new()
    }

    fn open_by(&self, clock: Arc<dyn Clock>) -> MemoryJournal {
        MemoryJournal::at(clock)
    }

    fn reopen(&self, journal: MemoryJournal) -> MemoryJournal {
        journal.reopened()
    }
}

pub(crate) struct Sqlite(pub(crate) TempDir);

impl Default for Sqlite {
    fn default() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

/// A clock that stands still.
pub(crate) struct At(pub(crate) i64);

impl Clock for At {
    fn now_ms(&self) -> i64 {
        self.0
    }
}

impl Sqlite {
    /// The journal at this time, in Unix milliseconds.
    pub(crate) fn open_at(&self, now_ms: i64) -> SqliteJournal {
        let options = SqliteOptions { clock: Arc::new(At(now_ms)), ..SqliteOptions::default() };
        SqliteJournal::open(self.0.path(), options).unwrap()
    }
}

impl Maker for Sqlite {
    type Journal = SqliteJournal;

    fn open(&self) -> SqliteJournal {
        SqliteJournal::open(self.0.path(), SqliteOptions::default()).unwrap()
    }

    fn open_by(&self, clock: Arc<dyn Clock>) -> SqliteJournal {
        let options = SqliteOptions { clock, ..SqliteOptions::default() };
        SqliteJournal::open(self.0.path(), options).unwrap()
    }

    fn reopen(&self, journal: SqliteJournal) -> SqliteJournal {
        drop(journal);
        self.open()
    }
}

macro_rules! suite {
    ($($module:ident: $($case:ident)+;)+) => {
        mod memory {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                crate::$module::$case(&crate::Memory).await;
            })+)+
        }
        mod sqlite {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                crate::$module::$case(&crate::Sqlite::default()).await;
            })+)+
        }
    };
}

suite! {
    pauses:
        a_pause_stays_until_it_is_ended
        a_deleted_channel_is_not_paused_any_more;
    accept:
        a_request_is_kept_with_its_message
        every_type_of_message_keeps_its_json
        what_could_not_be_mapped_is_listed
        text_survives_byte_for_byte
        ids_grow_in_the_order_accepted;
    attendances:
        the_first_message_opens_one_and_later_ones_join_it
        a_postback_opens_one_and_other_events_do_not
        a_duplicate_opens_none
        what_is_mapped_later_opens_one_too
        it_has_the_flow_of_its_channel
        the_first_answer_is_marked_once_and_counted
        states_change_as_they_may_and_each_change_is_told
        a_repeated_change_is_made_once
        a_test_message_answers_nobody;
    attendance_records:
        they_are_listed_by_what_they_are
        a_transcript_has_both_directions_in_order
        they_stay_as_long_as_what_was_said
        they_are_there_after_a_restart;
    flows:
        flows_are_created_replaced_listed_and_deleted
        a_flow_that_a_channel_uses_stays
        a_flow_that_is_not_there_is_refused
        a_contact_is_led_to_a_person
        a_duplicate_runs_nothing
        a_flow_of_the_platform_is_not_run
        an_attendance_keeps_its_revision
        closing_is_said_whoever_closes
        what_was_due_meanwhile_is_done_once
        what_a_deleted_channel_had_ends_quietly
        a_conversation_goes_as_simulated;
    inbox:
        what_is_unanswered_comes_first_then_the_newest
        an_entry_tells_what_was_said_last_and_whose_turn_it_is
        an_inbox_is_narrowed_down
        attendances_are_found_by_what_people_know_of_them
        all_that_happened_is_read_backwards
        who_looks_is_told_when_it_looks_different;
    same:
        a_message_again_keeps_its_first_ids
        the_same_event_twice_in_one_request_is_one
        what_makes_events_the_same
        typing_is_never_the_same
        another_channel_or_conversation_is_another_message
        changes_of_a_known_message_name_it;
    events:
        events_are_read_page_by_page
        the_newest_event_is_told
        a_wrong_cursor_is_refused;
    submit:
        a_message_is_queued_for_the_chat
        an_unknown_conversation_is_refused
        any_event_makes_a_conversation_known
        a_start_makes_a_conversation_known
        the_same_key_gets_the_same_answer
        the_same_key_for_something_else_is_refused
        an_answer_to_our_id_gets_the_chats_id
        an_answer_to_what_the_chat_does_not_know_stands_alone
        an_answer_to_the_chats_id_stays;
    deliver:
        pending_deliveries_come_before_new_ones
        deliveries_can_be_taken_once
        only_a_pushed_event_is_delivered
        the_trace_that_brought_a_delivery_stays_until_it_is_finished
        a_message_that_was_sent
        an_event_that_was_pushed
        a_retry_waits_with_its_attempts
        what_only_waits_uses_up_no_attempt
        a_dead_letter_is_listed_with_its_reason
        a_finish_changes_only_its_own_delivery
        a_finished_delivery_stays_finished;
    echo:
        a_message_of_ours_is_no_new_one
        the_same_id_elsewhere_is_no_echo
        an_echo_in_a_request_that_is_mapped_again
        a_clock_that_is_wrong_is_not_believed;
    letters:
        letters_of_all_kinds_are_one_list
        a_letter_is_shown_with_all_that_is_known
        a_redriven_message_is_queued_again_with_its_id
        many_are_redriven_in_the_order_of_their_ids
        a_redriven_event_is_late_where_younger_ones_have_passed
        a_redriven_event_is_late_where_one_under_way_overtakes_it
        a_redriven_event_that_is_given_up_is_passed_no_more
        an_event_that_is_not_pushed_passes_letters
        a_held_delivery_waits_for_a_person
        a_discarded_letter_stays_in_the_record
        a_request_is_mapped_and_not_handed_on
        ids_of_letters_are_told_apart;
    status:
        a_status_moves_its_message_forward
        a_status_never_moves_a_message_back
        a_failure_ends_with_the_chats_reasons
        a_status_finds_its_conversation
        a_status_in_another_spelling_of_the_conversation
        a_status_before_the_answer_is_not_lost
        a_status_of_a_foreign_message_is_kept
        the_same_id_in_two_conversations;
    channels:
        a_channel_is_created_changed_and_deleted
        the_id_of_a_deleted_channel_stays_taken
        a_change_from_an_old_revision_is_refused
        a_logo_is_kept_and_removed
        each_change_is_recorded_with_who_did_it;
    sessions:
        sessions_are_kept_until_they_end;
    tokens:
        tokens_are_kept_by_name
        a_rotated_token_is_let_in_under_another_name
        a_name_is_one_token;
    traffic:
        a_request_keeps_how_it_was_verified_and_why_it_stays
        requests_are_listed_by_channel
        a_request_names_its_events
        messages_are_read_as_adapters_get_them
        the_last_answer_of_a_chat_counts
        a_message_that_was_never_answered
        what_a_revision_failed_is_listed_oldest_first;
    remap:
        a_remap_records_what_accept_would_have
        only_what_had_failed_is_told_of_it
        a_request_is_mapped_once
        a_remapped_duplicate_keeps_its_first_id
        without_push_nothing_is_delivered
        an_event_is_late_after_younger_ones
        a_late_event_is_delivered_as_late
        those_mapped_in_their_order_are_not_late
        a_status_is_late_in_the_conversation_it_finds
        a_remapped_message_can_be_answered;
    registry:
        an_adapter_is_recorded_with_its_evidence
        a_record_from_an_old_revision_changes_nothing
        what_is_on_record_is_not_written_over
        what_happened_is_read_page_by_page
        what_happened_is_found_by_all_that_it_is_about
        a_component_is_kept_under_its_hash
        a_component_has_no_name_but_its_hash;
    prune:
        what_was_handed_on_goes_with_all_that_belongs_to_it
        what_is_open_stays
        a_letter_stays_as_long_as_what_it_is_of
        a_cursor_that_has_missed_something_is_refused;
    restart:
        everything_is_there_after_a_restart
        pending_deliveries_come_again_after_a_restart
        what_was_mapped_again_is_there_after_a_restart
        adapters_are_there_after_a_restart;
}
