//! A request that is ready to go out.

use http::{HeaderMap, Method};
use url::Url;

use super::{HttpError, HttpErrorKind};

/// A request with everything filled in, checked. It may hold secrets, so `Debug`
/// shows none of it but the method.
#[derive(Clone)]
pub struct OutgoingRequest {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<String>,
}

impl OutgoingRequest {
    /// A request; the method in upper case, the URL absolute.
    ///
    /// # Errors
    /// When method or URL cannot be used.
    pub fn new(
        method: &str,
        url: &str,
        headers: HeaderMap,
        body: Option<String>,
    ) -> Result<Self, HttpError> {
        Ok(Self { method: parse_method(method)?, url: parse_url(url)?, headers, body })
    }

    /// Its URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Its headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Its body.
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }
}

impl std::fmt::Debug for OutgoingRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutgoingRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

/// The methods of the adapter contract.
fn parse_method(method: &str) -> Result<Method, HttpError> {
    match method {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        _ => Err(HttpError::new(
            HttpErrorKind::InvalidMethod,
            "the method is not GET, POST, PUT, PATCH or DELETE",
        )),
    }
}

/// An absolute http(s) URL. The error never repeats it: it may hold a secret.
pub(crate) fn parse_url(url: &str) -> Result<Url, HttpError> {
    let invalid = |message: String| HttpError::new(HttpErrorKind::InvalidUrl, message);
    let url = Url::parse(url)
        .map_err(|error| invalid(format!("the URL is not an absolute URL: {error}")))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(invalid(format!("the URL's scheme is `{scheme}`, not http or https"))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_http_urls_pass() {
        for url in ["http://chat.example/x?y=z", "https://chat.example:8443", "HTTPS://a"] {
            assert!(parse_url(url).is_ok(), "{url}");
        }
        for url in
            ["", "/hook", "chat.example/x", "ftp://a/b", "file:///etc/passwd", "http://", "data:,x"]
        {
            assert_eq!(parse_url(url).unwrap_err().kind, HttpErrorKind::InvalidUrl, "{url}");
        }
    }

    #[test]
    fn only_methods_of_the_contract_pass() {
        for method in ["get", "CONNECT", "TRACE", "", "G T"] {
            let error = OutgoingRequest::new(method, "http://a", HeaderMap::new(), None);
            assert_eq!(error.unwrap_err().kind, HttpErrorKind::InvalidMethod);
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let request =
            OutgoingRequest::new("GET", "http://a/s3cret", HeaderMap::new(), Some("s3cret".into()));
        assert!(!format!("{request:?}").contains("s3cret"));
    }
}
