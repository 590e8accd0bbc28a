//! Charts of attendances, as drawings that speak: a title, what they show in words,
//! and a table of the same numbers.

mod columns;
mod drawing;
mod figure;
mod rows;
mod series;

pub(super) use figure::Patterns;
pub(super) use series::Charts;
