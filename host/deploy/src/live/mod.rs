//! Which revision answers a call: the part that the data path uses. It takes no
//! lock that a deployment holds.

mod line;
mod route;
mod routes;
mod trial;

pub use line::{Line, Made};
pub use route::{Answered, Route, reference};
pub use routes::{AdapterRoutes, Routes};
pub use trial::{Cause, Finding, Trial, TrialStart, Verdict};
