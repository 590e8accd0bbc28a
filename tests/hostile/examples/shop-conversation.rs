//! Writes threads in upper case, so that each is another conversation.

use eclusa_hostile::messages::Event;
use eclusa_hostile::shop::Shop;

struct Conversation;

impl Shop for Conversation {
    fn events(mut event: Event) -> Vec<Event> {
        if let Event::Message(message) = &mut event {
            message.conversation = message.conversation.to_uppercase();
        }
        vec![event]
    }
}

eclusa_hostile::adapter!(Conversation);
