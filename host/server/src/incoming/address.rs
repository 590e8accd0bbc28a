//! Whose request it is: the address that limits count by.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{HeaderMap, header};
use ipnet::IpNet;

/// An address as limits count it: IPv6 by its /64, which is what one customer of
/// a provider has, and IPv4 in IPv6 as IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Caller(IpAddr);

impl std::fmt::Display for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            IpAddr::V4(address) => write!(f, "{address}"),
            IpAddr::V6(network) => write!(f, "{network}/64"),
        }
    }
}

impl Caller {
    pub(super) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(IpAddr::V4(address)),
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                Self(IpAddr::V6(Ipv6Addr::from(network)))
            }
        }
    }
}

/// Networks of proxies that are believed.
#[derive(Debug, Clone)]
pub(super) struct Proxies(Vec<IpNet>);

impl Proxies {
    pub(super) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether an address is that of a proxy.
    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who makes a request. `None` where a proxy makes it and names nobody: it
    /// speaks for itself then, or for all.
    pub(super) fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Caller> {
        if !self.trusts(peer) {
            return Some(Caller::of(peer));
        }
        // Each proxy adds what it saw at the end. The last that is no proxy of
        // ours is what ours saw; what stands before it may be made up.
        for named in named(headers).into_iter().rev() {
            // Whatever stands before a name that cannot be read may be made up.
            let address = named?;
            if !self.trusts(address) {
                return Some(Caller::of(address));
            }
        }
        None
    }
}

/// The addresses that the headers name, in order; `None` for what is no address.
fn named(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values = |name: &str| {
        headers
            .get_all(name)
            .iter()
            .flat_map(|value| value.to_str().unwrap_or("?").split(','))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let listed = values("x-forwarded-for");
    if !listed.is_empty() {
        return listed.iter().map(|entry| address(entry)).collect();
    }
    values(header::FORWARDED.as_str())
        .iter()
        .map(|element| {
            let node = element.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then(|| value.trim().to_owned())
            })?;
            address(node.trim_matches('"'))
        })
        .collect()
}

/// An address with or without a port, in brackets or not.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Ok(socket) = text.parse::<std::net::SocketAddr>() {
        return Some(socket.ip());
    }
    text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn proxies() -> Proxies {
        Proxies::new(vec!["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()])
    }

    fn caller(peer: &str, headers: &[(&'static str, &str)]) -> Option<Caller> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        proxies().caller(peer.parse().unwrap(), &map)
    }

    fn of(address: &str) -> Option<Caller> {
        Some(Caller::of(address.parse().unwrap()))
    }

    #[test]
    fn who_is_no_proxy_is_not_believed() {
        let headers = [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=198.51.100.8")];
        assert_eq!(caller("203.0.113.9", &headers), of("203.0.113.9"));
        assert_eq!(caller("::ffff:203.0.113.9", &headers), of("203.0.113.9"));
    }

    #[test]
    fn the_last_address_that_is_no_proxy_counts() {
        type Case = (&'static [(&'static str, &'static str)], Option<&'static str>);
        let table: [Case; 10] = [
            (&[("x-forwarded-for", "198.51.100.7")], Some("198.51.100.7")),
            (
                &[("x-forwarded-for", "made up, 1.1.1.1, 198.51.100.7, 10.1.2.3")],
                Some("198.51.100.7"),
            ),
            (
                &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.7:4711")],
                Some("198.51.100.7"),
            ),
            (&[("x-forwarded-for", "1.1.1.1, unknown")], None),
            (&[("x-forwarded-for", "10.1.1.1, 10.1.2.3")], None),
            (&[("x-forwarded-for", "")], None),
            (
                &[("forwarded", "for=1.1.1.1;proto=https, For=\"[2001:db8::1]:4711\"")],
                Some("2001:db8::1"),
            ),
            (&[("forwarded", "proto=https;for=\"[2001:db8::1]\"")], Some("2001:db8::1")),
            (&[("forwarded", "for=_hidden")], None),
            (&[], None),
        ];
        for (headers, expected) in table {
            assert_eq!(caller("127.0.0.1", headers), expected.and_then(of), "{headers:?}");
        }
    }

    #[test]
    fn the_neighbours_of_one_network_count_as_one() {
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
