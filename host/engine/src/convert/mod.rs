//! Between the types of the contract and those of the model. What goes into a
//! guest is only rearranged ([`lower`]); what comes out of it is checked
//! ([`lift`]), since a guest may return anything that its types allow.

pub(crate) mod check;
pub(crate) mod lift;
mod lift_event;
pub(crate) mod lower;
pub(crate) mod weight;
