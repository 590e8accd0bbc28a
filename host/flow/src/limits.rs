//! How large a flow may be. [`check`](crate::check) refuses what is beyond.

/// Bytes of a whole flow as JSON.
pub const MOST_BYTES: usize = 256 * 1024;
/// Characters of a flow's name.
pub const LONGEST_NAME: usize = 120;
/// Contents of one list: a greeting, an answer and so on.
pub const MOST_CONTENTS: usize = 10;
/// Characters of any text that the contact sees.
pub const LONGEST_TEXT: usize = 4096;
/// Times in which it is open, on one day.
pub const MOST_SPANS: usize = 8;
/// Holidays.
pub const MOST_HOLIDAYS: usize = 400;
/// Menus within menus, the first one counted.
pub const MOST_DEPTH: usize = 5;
/// Menus in all.
pub const MOST_MENUS: usize = 50;
/// Options of one menu.
pub const MOST_OPTIONS: usize = 20;
/// Characters of an option's key.
pub const LONGEST_KEY: usize = 64;
/// Characters of an option's label.
pub const LONGEST_LABEL: usize = 120;
/// Wrong answers that are given another try.
pub const MOST_RETRIES: u32 = 10;
/// Bytes of a queue's name, as attendances take it.
pub const LONGEST_QUEUE: usize = 200;
/// Seconds of a reminder or an idle close: 30 days. The least is 1.
pub const MOST_SECONDS: u32 = 30 * 24 * 60 * 60;
/// Moments of a simulation's script.
pub const MOST_SCRIPT: usize = 500;
/// Bytes of a simulation's transcript as JSON, after which no further moment is run.
pub const MOST_TRANSCRIPT: usize = 4 << 20;
