//! What Eclusa answered.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// What Eclusa answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body of a success, read as JSON.
    ///
    /// # Panics
    /// When the status is none of success.
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.body);
        self.json()
    }

    /// The body, read as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {} {}", self.status, self.body))
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The problem document of a failure, checked to be a whole one.
    ///
    /// # Panics
    /// When it is another one, or lacks something that every document has.
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!((self.status, problem["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem["status"], status);
        for text in ["type", "title", "detail", "action"] {
            let given = problem[text].as_str().unwrap_or_default();
            assert!(!given.is_empty(), "`{text}` is missing in {}", self.body);
        }
        assert!(problem["retryable"].is_boolean(), "{}", self.body);
        let id = problem["correlation_id"].as_str();
        assert!(id.is_some_and(|id| !id.is_empty()), "{}", self.body);
        assert_eq!(self.header("x-correlation-id"), id);
        problem
    }
}
