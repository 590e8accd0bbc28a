//! What needs a person, each with the page where something can be done about it.

use eclusa_journal::{Destination, LetterFilter, Window};

use crate::app::App;
use crate::problem::ApiProblem;

/// So many dead letters are counted.
const COUNTED: u32 = 500;

/// So many things of one kind are named one by one.
const NAMED: usize = 5;

/// One thing that needs a person.
#[derive(Debug)]
pub(in super::super) struct Attention {
    /// `bad` or `warn`.
    pub(in super::super) class: &'static str,
    /// The key of the sentence, which may name `$name` and `$count`.
    pub(in super::super) text: &'static str,
    pub(in super::super) name: String,
    pub(in super::super) count: usize,
    pub(in super::super) link: String,
}

fn about(class: &'static str, text: &'static str, link: &str) -> Attention {
    Attention { class, text, name: String::new(), count: 0, link: link.to_owned() }
}

/// All of it, what is worst first.
pub(in super::super) async fn attention(app: &App) -> Result<Vec<Attention>, ApiProblem> {
    let mut all = journal(app);
    all.extend(letters(app).await?);
    all.extend(candidates(app).await);
    all.extend(channels(app));
    let hosts = app.relay.hosts_left_alone();
    if hosts > 0 {
        all.push(Attention { count: hosts, ..about("warn", "attention-breakers", "/channels") });
    }
    all.sort_by_key(|it| it.class != "bad");
    Ok(all)
}

/// The disk and the rows on it.
fn journal(app: &App) -> Vec<Attention> {
    let status = app.upkeep.status();
    let mut all = Vec::new();
    if status.refusal.is_some() {
        all.push(about("bad", "attention-refusal", "/readyz"));
    }
    if let Some(disk) = status.disk
        && status.refusal.is_none()
        && disk.free_bytes < disk.min_free_bytes.saturating_mul(2)
    {
        all.push(about("warn", "attention-disk", "/readyz"));
    }
    if status.scrub.is_some_and(|scrub| !scrub.damaged.is_empty()) {
        all.push(about("bad", "attention-damaged", "/readyz"));
    }
    all
}

async fn letters(app: &App) -> Result<Option<Attention>, ApiProblem> {
    let window = Window::newest(COUNTED);
    let count = app.letters.letters(LetterFilter::default(), window).await?.len();
    let text = match count == COUNTED as usize {
        true => "attention-letters-many",
        false => "attention-letters",
    };
    let found = Attention { count, ..about("bad", text, "/dead-letters") };
    Ok(Some(found).filter(|found| found.count > 0))
}

/// Adapters whose candidate waits, or that nothing serves.
async fn candidates(app: &App) -> Vec<Attention> {
    let mut all = Vec::new();
    for view in app.deployer.adapters().await {
        let name = view.record.name.clone();
        let text = match (&view.record.waiting, &view.active) {
            (Some(_), _) => "attention-candidate",
            (None, None) if !app.channels.on(&name).is_empty() => "attention-no-revision",
            (None, _) => continue,
        };
        let link = format!("/adapters/{name}");
        all.push(Attention { name, ..about("warn", text, &link) });
    }
    all
}

/// What is paused.
fn channels(app: &App) -> Vec<Attention> {
    let mut all = Vec::new();
    let mut more = 0;
    for active in app.channels.all() {
        let profile = &active.channel.profile;
        let chat = Destination::Chat { channel: profile.id.clone() };
        if app.relay.pause_of(&chat).is_none() {
            continue;
        }
        if all.len() == NAMED {
            more += 1;
            continue;
        }
        let link = format!("/channels/{}", profile.id);
        let name = profile.name.clone();
        all.push(Attention { name, ..about("warn", "attention-paused", &link) });
    }
    if more > 0 {
        all.push(Attention { count: more, ..about("warn", "attention-paused-more", "/channels") });
    }
    if app.relay.pause_of(&Destination::Platform).is_some() {
        all.push(about("bad", "attention-platform", "/audit?kind=platform"));
    }
    all
}
