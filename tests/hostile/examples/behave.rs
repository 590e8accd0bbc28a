//! Does nothing wrong, until a request's body or the channel's settings tell it
//! to: `{"behave":"panic"}`. Everything else is mapped to a text message.

use eclusa_hostile::exchange::{Channel, Problem, Received, Request};
use eclusa_hostile::{Adapter, received, text_event};

struct Behave;

impl Adapter for Behave {
    fn describe() -> String {
        eclusa_hostile::manifest("behave").to_string()
    }

    fn receive(_channel: Channel, request: Request) -> Result<Received, Problem> {
        if request.body.contains("panic") {
            panic!("told to panic");
        }
        Ok(received(vec![text_event("1", &request.body)]))
    }
}

eclusa_hostile::adapter!(Behave);
