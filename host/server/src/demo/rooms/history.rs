//! What was said in the sample chats, while the process runs.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::broadcast;

/// So many conversations are kept; the one that was quiet longest goes.
const CONVERSATIONS: usize = 100;

/// So many messages of each.
const MESSAGES: usize = 200;

/// So many that a page has not taken yet; then it comes again and reads.
const UNREAD: usize = 256;

/// A message in a sample chat.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Said {
    /// Its place in the order of all.
    pub(super) number: u64,
    pub(super) chat: String,
    pub(super) conversation: String,
    /// What a page shows.
    pub(super) message: Arc<Value>,
}

/// What was said, and who waits for more.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Rooms {
    kept: Arc<Mutex<Kept>>,
    news: broadcast::Sender<Said>,
}

#[derive(Debug, Default)]
struct Kept {
    newest: u64,
    rooms: HashMap<(String, String), VecDeque<Said>>,
}

impl Default for Rooms {
    fn default() -> Self {
        Self { kept: Arc::default(), news: broadcast::channel(UNREAD).0 }
    }
}

impl Rooms {
    /// Keeps a message and hands it to the pages.
    pub(super) fn add(&self, chat: &str, conversation: &str, message: Value) {
        let mut kept = self.kept.lock();
        kept.newest += 1;
        let said = Said {
            number: kept.newest,
            chat: chat.to_owned(),
            conversation: conversation.to_owned(),
            message: Arc::new(message),
        };
        let place = (said.chat.clone(), said.conversation.clone());
        if kept.rooms.len() >= CONVERSATIONS && !kept.rooms.contains_key(&place) {
            let newest = |room: &VecDeque<Said>| room.back().map_or(0, |said| said.number);
            let quiet = kept.rooms.iter().min_by_key(|(_, room)| newest(room));
            if let Some(quiet) = quiet.map(|(place, _)| place.clone()) {
                kept.rooms.remove(&quiet);
            }
        }
        let room = kept.rooms.entry(place).or_default();
        room.push_back(said.clone());
        if room.len() > MESSAGES {
            room.pop_front();
        }
        // Under the lock, so that they come in their order; nobody may wait for it.
        let _ = self.news.send(said);
    }

    /// Keeps what the adapter sends: an answer, in Eclusa's own JSON.
    pub(in crate::demo) fn answer(&self, chat: &str, body: &Value) {
        let Some(conversation) = body.get("conversation").and_then(Value::as_str) else { return };
        let mut message = body.clone();
        if let Value::Object(message) = &mut message {
            message.insert("ours".to_owned(), json!(true));
        }
        self.add(chat, conversation, message);
    }

    /// What was said after a message, and all that comes.
    pub(super) fn after(
        &self,
        after: u64,
        is_asked: impl Fn(&Said) -> bool,
    ) -> (Vec<Said>, broadcast::Receiver<Said>) {
        let kept = self.kept.lock();
        let news = self.news.subscribe();
        let all = kept.rooms.values().flatten();
        let mut said: Vec<Said> =
            all.filter(|said| said.number > after && is_asked(said)).cloned().collect();
        said.sort_by_key(|said| said.number);
        (said, news)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_the_newest_stays() {
        let rooms = Rooms::default();
        for number in 0..3 * MESSAGES {
            rooms.add("site", "long", json!(number));
        }
        for number in 0..2 * CONVERSATIONS {
            rooms.add("site", &format!("c{number}"), json!(number));
        }
        rooms.add("site", "c199", json!("last"));
        let kept = rooms.kept.lock();
        assert_eq!(kept.rooms.len(), CONVERSATIONS);
        assert!(kept.rooms.values().all(|room| room.len() <= MESSAGES));
        drop(kept);
        let (said, _news) = rooms.after(0, |said| said.conversation == "c199");
        let said: Vec<_> = said.iter().map(|said| (*said.message).clone()).collect();
        assert_eq!(said, [json!(199), json!("last")]);
    }
}
