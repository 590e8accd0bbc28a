//! The form of a channel. The name of each field is the JSON pointer of what it
//! sets, so what the API says of a pointer stands beside its field.

mod fields;
mod read;
mod settings;

pub(super) use fields::Form;
pub(super) use read::channel_json;
