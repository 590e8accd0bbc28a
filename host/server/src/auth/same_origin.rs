//! Whether a request of a browser comes from our own pages.

use std::net::IpAddr;

use axum::http::{HeaderMap, Uri, header};
use url::{Host, Origin, Url};

/// Why a request is not taken for one of our own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// Another site has made it, or it does not say which.
    Site,
    /// The page came without encryption from another machine: browsers keep no
    /// session there.
    Insecure,
}

/// Checks a request that changes something. Browsers send `Origin` with each of
/// these, and no page can make them send another one; where they tell by
/// `Sec-Fetch-Site` too how it stands to us, both must fit.
pub(crate) fn check(headers: &HeaderMap, uri: &Uri, public_url: &str) -> Result<(), Foreign> {
    let text = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().map(|value| value.to_str().unwrap_or_default());
        // Two would be two opinions.
        if values.next().is_some() { Some("") } else { value }
    };
    if text("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(Foreign::Site);
    }
    let origin = text("origin").ok_or(Foreign::Site)?;
    let origin = Url::parse(origin).map_err(|_| Foreign::Site)?;
    let Origin::Tuple(scheme, host, _) = origin.origin() else { return Err(Foreign::Site) };
    // Over HTTP/2 the request's own address names the host.
    let called = uri.authority().map(|it| it.as_str()).or(text(header::HOST.as_str()));
    let called = called.and_then(|host| Url::parse(&format!("{scheme}://{host}")).ok());
    let public = Url::parse(public_url).ok();
    let ours = [called, public].into_iter().flatten().any(|it| it.origin() == origin.origin());
    if !ours {
        return Err(Foreign::Site);
    }
    if scheme == "https" || is_loopback(&host) { Ok(()) } else { Err(Foreign::Insecure) }
}

/// What browsers take for as safe as https.
fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const PUBLIC: &str = "https://eclusa.example.com/";

    fn checked(headers: &[(&'static str, &str)]) -> Result<(), Foreign> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        check(&map, &Uri::from_static("/login"), PUBLIC)
    }

    #[test]
    fn our_own_pages_are_known_by_where_they_came_from() {
        for (origin, host) in [
            ("https://eclusa.example.com", "127.0.0.1:8080"),
            ("https://eclusa.example.com", "eclusa.example.com"),
            ("https://other.example.com", "other.example.com"),
            ("https://other.example.com:8443", "other.example.com:8443"),
            ("https://other.example.com", "other.example.com:443"),
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://localhost:8080", "localhost:8080"),
            ("http://eclusa.localhost:8080", "eclusa.localhost:8080"),
            ("http://[::1]:8080", "[::1]:8080"),
        ] {
            let headers = [("origin", origin), ("host", host)];
            assert_eq!(checked(&headers), Ok(()), "{origin} {host}");
            let mut headers = headers.to_vec();
            headers.push(("sec-fetch-site", "same-origin"));
            assert_eq!(checked(&headers), Ok(()), "{origin} {host}");
        }
    }

    #[test]
    fn all_others_are_foreign() {
        let host = ("host", "127.0.0.1:8080");
        for headers in [
            &[host][..],
            &[host, ("sec-fetch-site", "same-origin")],
            &[host, ("origin", "null")],
            &[host, ("origin", "")],
            &[host, ("origin", "http://127.0.0.1:8081")],
            &[host, ("origin", "http://localhost:8080")],
            &[host, ("origin", "https://127.0.0.1:8080.evil.example")],
            &[host, ("origin", "https://evil.example")],
            &[host, ("origin", "https://eclusa.example.com.evil.example")],
            &[host, ("origin", "http://eclusa.example.com")],
            &[host, ("origin", "http://127.0.0.1:8080"), ("origin", "https://evil.example")],
            &[host, ("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "cross-site")],
            &[host, ("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-site")],
            &[host, ("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "none")],
            &[("origin", "http://127.0.0.1:8080")],
        ] {
            assert_eq!(checked(headers), Err(Foreign::Site), "{headers:?}");
        }
    }

    #[test]
    fn a_name_that_was_made_to_lead_here_is_not_ours() {
        // The attacker's page, whose name leads to this machine now.
        let rebound = [("origin", "http://evil.example:8080"), ("host", "evil.example:8080")];
        assert_eq!(checked(&rebound), Err(Foreign::Insecure));
        let plain = [("origin", "http://10.0.0.7:8080"), ("host", "10.0.0.7:8080")];
        assert_eq!(checked(&plain), Err(Foreign::Insecure));
    }
}
