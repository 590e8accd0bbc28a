//! What every page has around it: the language, the theme, who looks at it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use eclusa_journal::{TokenRole, unix_ms};

use super::cookie;
use super::format;
use super::language::Language;
use super::moment::Moment;
use super::operations;
use super::texts::{Rich, Say, Texts};
use super::theme::Theme;
use crate::api::Zone;
use crate::app::App;
use crate::auth::{Permission, SignedIn, role_name};

/// Who looks at a page.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// The name of their token.
    pub(super) name: String,
    /// Their role, as it is written everywhere.
    pub(super) role: &'static str,
    /// What their forms send along.
    pub(super) csrf: String,
    /// They may change channels.
    pub(super) operates: bool,
    /// They may manage tokens.
    pub(super) administers: bool,
    token_role: TokenRole,
}

impl Person {
    pub(super) fn new(signed_in: &SignedIn) -> Self {
        let token = &signed_in.known().token;
        Self {
            name: token.name.clone(),
            role: role_name(token.role),
            csrf: signed_in.form_token(),
            operates: Permission::Operate.granted_to(token.role),
            administers: Permission::Administer.granted_to(token.role),
            token_role: token.role,
        }
    }

    /// Whether they may do something.
    pub(super) fn may(&self, permission: Permission) -> bool {
        permission.granted_to(self.token_role)
    }
}

/// What every page has around it.
#[derive(Clone)]
pub(super) struct Frame {
    texts: Arc<Texts>,
    pub(super) language: Language,
    pub(super) theme: Theme,
    /// The time zone in which times are shown; `None` while nobody has said it.
    zone: Option<Zone>,
    /// The address at which people open this server.
    pub(super) base: String,
    /// The page itself, for what leads back to it.
    pub(super) path: String,
    /// `None` where nobody is signed in.
    pub(super) person: Option<Person>,
}

impl Frame {
    pub(super) fn new(app: &App, headers: &HeaderMap, uri: &Uri) -> Self {
        Self {
            texts: Arc::clone(&app.texts),
            language: Language::of(headers),
            theme: Theme::of(headers),
            zone: cookie::value(headers, cookie::ZONE).and_then(Zone::named),
            base: app.config.public_url(),
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            person: app.signed_in(headers).as_ref().map(Person::new),
        }
    }

    /// The same for a page that is the same for all.
    pub(super) fn without_person(self) -> Self {
        Self { person: None, ..self }
    }

    /// A text in the language of who looks.
    pub(super) fn say<'a>(&'a self, key: &'a str) -> Say<'a> {
        self.texts.say(self.language, key)
    }

    /// A sentence of the API or of an adapter, with what stands `` `between these` `` as
    /// code.
    pub(super) fn rich(&self, sentence: &str) -> Rich {
        Rich::new(sentence)
    }

    /// Whether there is a text of this key.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.texts.knows(key)
    }

    /// The time zone of who looks; UTC while they have not said it.
    pub(super) fn zone(&self) -> Zone {
        self.zone.unwrap_or(Zone::UTC)
    }

    /// Whether they have said in which time zone they are.
    pub(super) fn knows_zone(&self) -> bool {
        self.zone.is_some()
    }

    /// A number as their language writes it.
    pub(super) fn number(&self, number: u64) -> String {
        format::number(self.language, number)
    }

    /// A time, given as RFC 3339, as their language writes it and their clocks show
    /// it; to the minute.
    pub(super) fn time(&self, rfc3339: &str) -> String {
        let Some(ms) = unix_ms(rfc3339) else { return rfc3339.to_owned() };
        format::date_time(self.language, self.zone().local(ms))
    }

    /// The same without its day.
    pub(super) fn clock(&self, rfc3339: &str) -> String {
        let Some(ms) = unix_ms(rfc3339) else { return rfc3339.to_owned() };
        let time = self.zone().local(ms);
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// The languages on offer.
    pub(super) fn languages(&self) -> [Language; 2] {
        Language::ALL
    }

    /// The themes on offer.
    pub(super) fn themes(&self) -> [Theme; 3] {
        Theme::ALL
    }

    /// The page itself, as a part of the query of another.
    pub(super) fn path_encoded(&self) -> String {
        url::form_urlencoded::byte_serialize(self.path.as_bytes()).collect()
    }

    /// Whether the page is this one, or below it.
    pub(super) fn is_at(&self, path: &str) -> bool {
        let here = self.path.split('?').next().unwrap_or_default();
        here == path || here.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether the page is one of those for operators.
    pub(super) fn is_in_operations(&self) -> bool {
        operations::PATHS.iter().any(|path| self.is_at(path))
    }

    /// A time, given as RFC 3339, to the second and as an element of its own.
    pub(super) fn moment(&self, rfc3339: &str) -> Moment {
        Moment::new(self.language, self.zone(), rfc3339)
    }

    /// Whether they may change channels.
    pub(super) fn operates(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.operates)
    }

    /// Whether they may manage tokens.
    pub(super) fn administers(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.administers)
    }

    /// What forms send along; empty where nobody is signed in.
    pub(super) fn csrf(&self) -> &str {
        self.person.as_ref().map_or("", |person| person.csrf.as_str())
    }
}

impl FromRequestParts<App> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::new(app, &parts.headers, &parts.uri))
    }
}
