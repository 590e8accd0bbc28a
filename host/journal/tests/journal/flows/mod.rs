//! Flows: their documents, and that they run in the commit of what they react to.

mod damage;
mod documents;
mod running;
mod same_as_simulated;
mod world;

pub(crate) use documents::{
    a_flow_that_a_channel_uses_stays, a_flow_that_is_not_there_is_refused,
    flows_are_created_replaced_listed_and_deleted,
};
pub(crate) use running::{
    a_contact_is_led_to_a_person, a_duplicate_runs_nothing, a_flow_of_the_platform_is_not_run,
    an_attendance_keeps_its_revision, closing_is_said_whoever_closes,
    what_a_deleted_channel_had_ends_quietly, what_was_due_meanwhile_is_done_once,
};
pub(crate) use same_as_simulated::a_conversation_goes_as_simulated;
