//! What was counted, and what was recorded, for people to look at: `/v1/reports`.

mod attendances;
mod buckets;
mod export;
mod period;
mod zone;

pub(super) use attendances::attendances;
pub(crate) use attendances::{By, OfChannel, Report, ReportQuery, report};
pub(crate) use export::{attendances_csv, attendances_json};
pub(crate) use period::Period;
pub(crate) use zone::Zone;
