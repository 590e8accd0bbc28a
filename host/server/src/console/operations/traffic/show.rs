//! `GET /traffic`: the newest requests and deliveries, and rates by channel.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::badge::Badge;
use super::super::words;
use crate::app::App;
use crate::console::frame::Frame;
use crate::console::html::page;
use crate::console::visitor::Visitor;
use crate::live::{Rate, Seen, Way};

/// What changes while somebody looks.
#[derive(Template)]
#[template(path = "operations/traffic_now.html")]
pub(super) struct Now<'a> {
    at: &'a Frame,
    /// Identifier, name and rate.
    rates: Vec<(String, String, Rate)>,
    seen: Vec<Seen>,
}

/// Its template escapes all that it writes.
impl HtmlSafe for Now<'_> {}

impl<'a> Now<'a> {
    /// As it is now.
    pub(super) fn new(app: &App, at: &'a Frame) -> Self {
        let named = |id: String, rate| {
            let active = app.channels.by_id(&id);
            let name = active.map_or_else(|| id.clone(), |it| it.channel.profile.name.clone());
            (id, name, rate)
        };
        let rates = app.live.rates().into_iter().map(|(id, rate)| named(id, rate));
        Self { at, rates: rates.collect(), seen: app.live.newest() }
    }

    fn badge(&self, seen: &Seen) -> Badge {
        let class = if seen.code.is_some() { "bad" } else { "good" };
        match seen.way {
            Way::FromChat => Badge::new(class, "traffic-from-chat"),
            Way::ToChat => Badge::new(class, "traffic-to-chat"),
            Way::ToPlatform => Badge::new(class, "traffic-to-platform"),
        }
    }

    fn took(&self, seen: &Seen) -> String {
        words::micros(self.at.language, seen.took_ms as f64 * 1000.0)
    }
}

#[derive(Template)]
#[template(path = "operations/traffic.html")]
struct Show<'a> {
    at: &'a Frame,
    now: Now<'a>,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    let at = &visitor.frame;
    page(StatusCode::OK, &Show { at, now: Now::new(&app, at) })
}
