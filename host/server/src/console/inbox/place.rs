//! Where in the inbox somebody is: what the list shows, and where its links lead.

use eclusa_journal::{InboxQuery, InboxView};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

/// What the address of a page says. All of it is optional, and what makes no sense
/// counts as left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    pub(super) view: String,
    pub(super) channel: String,
    /// What is searched for, in all views.
    pub(super) q: String,
    /// Where the list goes on.
    pub(super) after: String,
    /// Where the thread goes on, backwards.
    pub(super) before: String,
    /// The message that is answered.
    pub(super) reply: String,
    /// What was just done.
    pub(super) done: String,
}

/// The views on offer, and the texts that name them.
pub(super) const VIEWS: [(&str, &str); 4] = [
    ("", "inbox-view-all"),
    ("mine", "inbox-view-mine"),
    ("waiting", "inbox-view-waiting"),
    ("closed", "inbox-view-closed"),
];

impl Place {
    /// What to ask the journal for, for this agent.
    pub(super) fn query(&self, agent: &str) -> InboxQuery {
        let text = self.q.trim();
        let view = match self.view.as_str() {
            _ if !text.is_empty() => InboxView::Found { text: text.to_owned() },
            "mine" => InboxView::Of { agent: agent.to_owned() },
            "waiting" => InboxView::Waiting,
            "closed" => InboxView::Closed,
            _ => InboxView::Open,
        };
        InboxQuery { view, channel: self.channel().map(str::to_owned) }
    }

    pub(super) fn channel(&self) -> Option<&str> {
        Some(self.channel.as_str()).filter(|it| !it.is_empty())
    }

    pub(super) fn after(&self) -> Option<String> {
        Some(self.after.clone()).filter(|it| !it.is_empty())
    }

    pub(super) fn before(&self) -> Option<String> {
        Some(self.before.clone()).filter(|it| !it.is_empty())
    }

    /// Whether this view is shown.
    pub(super) fn is_view(&self, view: &str) -> bool {
        self.q.trim().is_empty() && self.view == view
    }

    /// The list with another view.
    pub(super) fn view_link(&self, view: &str) -> String {
        let other =
            Self { channel: self.channel.clone(), view: view.to_owned(), ..Self::default() };
        other.link("/inbox")
    }

    /// A thread beside the same list.
    pub(super) fn thread_link(&self, attendance: &str) -> String {
        let list = Self { before: String::new(), reply: String::new(), ..self.clone() };
        list.link(&format!("/inbox/{attendance}"))
    }

    /// The list without a thread.
    pub(super) fn list_link(&self) -> String {
        let list = Self { before: String::new(), reply: String::new(), ..self.clone() };
        list.link("/inbox")
    }

    /// The list from there on.
    pub(super) fn page_link(&self, path: &str, after: &str) -> String {
        Self { after: after.to_owned(), ..self.clone() }.link(path)
    }

    /// The thread, from there on backwards.
    pub(super) fn earlier_link(&self, attendance: &str, before: &str) -> String {
        let place = Self { before: before.to_owned(), reply: String::new(), ..self.clone() };
        place.link(&format!("/inbox/{attendance}"))
    }

    /// Where a form of the thread is sent.
    pub(super) fn action_link(&self, attendance: &str, action: &str) -> String {
        let place = Self { before: String::new(), reply: String::new(), ..self.clone() };
        place.link(&format!("/inbox/{attendance}{action}"))
    }

    /// The thread, with an answer to this message.
    pub(super) fn reply_link(&self, attendance: &str, message: &str) -> String {
        let place = Self { reply: message.to_owned(), before: String::new(), ..self.clone() };
        place.link(&format!("/inbox/{attendance}")) + "#composer"
    }

    /// This place, as what follows the path.
    pub(super) fn link(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in [
            ("view", &self.view),
            ("channel", &self.channel),
            ("q", &self.q),
            ("after", &self.after),
            ("before", &self.before),
            ("reply", &self.reply),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}
