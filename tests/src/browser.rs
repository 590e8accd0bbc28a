//! A browser of somebody who uses the console: it keeps the session's cookie, and
//! says where its requests come from as browsers do.

use parking_lot::Mutex;

use crate::{Answer, Eclusa};

const COOKIE: &str = "__Host-eclusa_session";

/// A browser, as far as the console depends on it.
#[derive(Debug, Default)]
pub struct Browser {
    session: Mutex<Option<String>>,
}

impl Browser {
    /// One that has no session.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that somebody has signed in with.
    pub async fn signed_in(eclusa: &Eclusa, token: &str) -> Self {
        let browser = Self::new();
        let answer = browser.sign_in(eclusa, token).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{}", answer.body);
        browser
    }

    /// The id of its session.
    pub fn session(&self) -> Option<String> {
        self.session.lock().clone()
    }

    /// Puts an id in the place of the one that it has.
    pub fn set_session(&self, id: &str) {
        *self.session.lock() = Some(id.to_owned());
    }

    /// Opens a page; redirects are not followed.
    pub async fn open(&self, eclusa: &Eclusa, path: &str) -> Answer {
        self.request(eclusa, "GET", path, &[], String::new()).await
    }

    /// Opens the first page, and gives what its forms and scripts send along.
    pub async fn form_token(&self, eclusa: &Eclusa) -> String {
        let page = self.open(eclusa, "/").await;
        assert_eq!(page.status, 200, "{}", page.body);
        let value = page.body.split(r#"name="csrf" value=""#).nth(1).expect("a form");
        value.split('"').next().expect("a value").to_owned()
    }

    /// Sends a form of a page of this server.
    pub async fn submit(&self, eclusa: &Eclusa, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit_from(eclusa, &own(eclusa), path, fields).await
    }

    /// Sends a form with these headers in the place of what a browser says.
    pub async fn submit_from(
        &self,
        eclusa: &Eclusa,
        headers: &[(&str, &str)],
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        self.request(eclusa, "POST", path, &headers, form).await
    }

    /// Sends the form of `/login`.
    pub async fn sign_in(&self, eclusa: &Eclusa, token: &str) -> Answer {
        self.submit(eclusa, "/login", &[("token", token)]).await
    }

    /// Any request, with the cookie.
    pub async fn request(
        &self,
        eclusa: &Eclusa,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut all: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if let Some(id) = self.session() {
            all.push(("cookie".to_owned(), format!("theme=dark; {COOKIE}={id}")));
        }
        let answer = eclusa.call(method, path, &all, body).await;
        let cookie = answer.header("set-cookie");
        if let Some(value) = cookie.and_then(|it| it.strip_prefix(&format!("{COOKIE}="))) {
            let id = value.split(';').next().expect("a value");
            *self.session.lock() = (!id.is_empty()).then(|| id.to_owned());
        }
        answer
    }
}

/// What a browser says of a request that a page of this server makes.
pub fn own(eclusa: &Eclusa) -> [(&'static str, &str); 2] {
    [("origin", eclusa.url()), ("sec-fetch-site", "same-origin")]
}
