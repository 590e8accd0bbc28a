//! How pages are looked at: a picture of each in light, dark and on a phone, and all
//! that has to be true of every page.

use std::collections::BTreeSet;
use std::fmt::Write;

use eclusa_tests::{Barrier, Chromium, Eclusa};
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::routes::NOT_OF_THE_API;

pub(crate) const LOOKS: [(&str, &str, u32); 3] =
    [("light", "light", 1200), ("dark", "dark", 1200), ("phone", "light", 390)];

/// The pages that were looked at, and all that was wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Sights {
    seen: Mutex<BTreeSet<String>>,
    wrong: Mutex<Vec<String>>,
}

impl Sights {
    /// Looks at these pages, each a name for its pictures and a path.
    pub(crate) async fn of(
        &self,
        chromium: &Chromium,
        eclusa: &Eclusa,
        language: &str,
        pages: &[(&str, &str)],
    ) {
        for (name, path) in pages {
            for (look, scheme, width) in LOOKS {
                chromium.look(scheme, width).await;
                chromium.open(&format!("{}{path}", eclusa.url())).await;
                self.open(chromium, &format!("{name}-{language}"), look).await;
                // A problem's page is there for its status, of which Chromium complains.
                let its_own = format!("{}{path} ", eclusa.url());
                let is_problem = name.starts_with("problem-") || name.ends_with("-wrong");
                for complaint in chromium.complaints().await {
                    if !(is_problem && complaint.starts_with(&its_own)) {
                        self.tell(path, look, &complaint);
                    }
                }
                for url in chromium.requests().await {
                    if !url.starts_with(eclusa.url()) {
                        self.tell(path, look, &format!("asks another host: {url}"));
                    }
                }
            }
            let path = path.split(['?', '#']).next().unwrap();
            self.seen.lock().insert(path.to_owned());
        }
    }

    /// Looks at the page that is open.
    pub(crate) async fn open(&self, chromium: &Chromium, name: &str, look: &str) {
        chromium.screenshot(&format!("{name}-{look}")).await;
        for (what, expected, expression) in RULES {
            let found = chromium.evaluate(expression).await;
            if found != expected() {
                self.tell(name, look, &format!("{what}: {found}"));
            }
        }
        for barrier in chromium.barriers().await {
            let Barrier { rule, impact, help, places } = barrier;
            let mut told = format!("{impact} {rule}: {help}");
            for place in places {
                write!(told, "\n    {}", place.replace('\n', " ")).unwrap();
            }
            self.tell(name, look, &told);
        }
    }

    fn tell(&self, page: &str, look: &str, what: &str) {
        self.wrong.lock().push(format!("{page} {look}: {what}"));
    }

    /// Nothing was wrong with any page.
    pub(crate) fn nothing_was_wrong(&self) {
        let wrong = self.wrong.lock();
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }

    /// Every route of this server that gives a page was looked at. The browser is
    /// signed in; `known` fills in the names in paths of what is no page.
    pub(crate) async fn are_all(
        &self,
        chromium: &Chromium,
        eclusa: &Eclusa,
        known: &[(&str, &str)],
    ) {
        chromium.open(&format!("{}/", eclusa.url())).await;
        let seen = self.seen.lock().clone();
        let mut forgotten = Vec::new();
        for route in NOT_OF_THE_API {
            if seen.iter().any(|path| is_of(route, path)) {
                continue;
            }
            let filled = known
                .iter()
                .fold((*route).to_owned(), |path, (name, value)| path.replace(name, value));
            let asked = format!(
                "fetch('{filled}', {{ method: 'HEAD', headers: {{ accept: 'text/html' }} }})\
                 .then(it => [it.status, it.headers.get('content-type')])"
            );
            let answer = chromium.evaluate(&asked).await;
            // 405: there are forms that are sent to it, but no page.
            let kind = answer[1].as_str().unwrap_or_default();
            if answer[0] != 405 && (kind.starts_with("text/html") || kind.is_empty()) {
                forgotten.push(format!("{route} ({filled}: {answer})"));
            }
        }
        assert_eq!(forgotten, Vec::<String>::new(), "pages that nobody looks at");
    }
}

/// Whether a path is one of a route.
fn is_of(route: &str, path: &str) -> bool {
    // `/channels/new` is a route of its own.
    if NOT_OF_THE_API.contains(&path) {
        return route == path;
    }
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len()
        && route.iter().zip(path).all(|(part, given)| part.starts_with('{') || *part == given)
}

type Rule = (&'static str, fn() -> Value, &'static str);

/// What is true of every page.
const RULES: [Rule; 5] = [
    (
        "wider than the screen",
        || json!([]),
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] : \
         [...document.querySelectorAll('body *')]\
         .filter(it => it.getBoundingClientRect().right > document.documentElement.clientWidth)\
         .slice(0, 5).map(it => it.outerHTML.slice(0, 120))",
    ),
    (
        "pictures are missing",
        || json!([]),
        "[...document.images].filter(it => it.checkVisibility() && it.complete && !it.naturalWidth)\
         .map(it => it.src)",
    ),
    (
        "not one first heading",
        || json!(1),
        "[...document.querySelectorAll('h1')].filter(it => it.checkVisibility()).length",
    ),
    (
        "headings that leave out a step",
        || json!([]),
        "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]\
         .filter(it => it.checkVisibility())\
         .filter((it, at, all) => it.tagName[1] - (all[at - 1]?.tagName[1] ?? 0) > 1)\
         .map(it => it.outerHTML.slice(0, 120))",
    ),
    ("no title", || json!(true), "document.title.trim().length > 0"),
];
