//! Where requests may go.

mod embedded;
mod network;
mod ports;
mod ranges;
mod refusal;
mod resolver;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use url::{Host, Url};

pub use network::{InvalidNetwork, Network};
pub use refusal::Refusal;
pub(super) use resolver::GuardedResolver;
pub use resolver::{Resolver, SystemResolver};

use embedded::embedded;
use ranges::Range;

/// Where requests may go: to public addresses, by https. URLs come from people
/// who register channels, from adapters and from chats, and the host stands in a
/// network that none of them may reach.
///
/// The default is the strictest one. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    allow: Arc<[Network]>,
    plain_http: bool,
    own: Option<SocketAddr>,
}

/// How a connection is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl Guard {
    /// A guard that also lets through what an operator allows.
    ///
    /// An address that holds an IPv4 address (NAT64, 6to4, Teredo and others) has
    /// to pass twice: by itself, and by what it holds. So `64:ff9b::/96` opens the
    /// public internet behind a NAT64, and not the private addresses behind it. A
    /// cloud's metadata service is opened by exactly its address only.
    ///
    /// `plain_http` lets requests go to public addresses without encryption; to
    /// allowed networks they always may.
    pub fn new(allow: impl IntoIterator<Item = Network>, plain_http: bool) -> Self {
        Self { allow: allow.into_iter().collect(), plain_http, own: None }
    }

    /// Lets requests go to exactly this address and port too, where the URL holds
    /// them as numbers.
    #[must_use]
    pub fn with_own(self, own: SocketAddr) -> Self {
        Self { own: Some(own), ..self }
    }

    /// Checks what the URL alone says: its port, an address in place of a name,
    /// names of this machine. What other names stand for is checked when a
    /// connection is made.
    ///
    /// `url` has the scheme `http` or `https`.
    ///
    /// # Errors
    /// Why nothing is sent there.
    pub fn check_url(&self, url: &Url) -> Result<(), Refusal> {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or_default();
        let scheme = if url.scheme() == "https" { Scheme::Https } else { Scheme::Http };
        // The parser has brought all spellings of an IPv4 address to one.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => None,
        };
        if ports::is_of_other_protocol(port) {
            return Err(Refusal::Port { host: host.to_owned(), port });
        }
        match literal {
            Some(address) if self.own == Some(SocketAddr::new(address, port)) => Ok(()),
            Some(address) => self.check_address(host, address, scheme),
            None => self.check_name(host, scheme),
        }
    }

    fn check_name(&self, host: &str, scheme: Scheme) -> Result<(), Refusal> {
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        if is_localhost(host) && !loopback.into_iter().any(|address| self.allows(address)) {
            return Err(Refusal::Localhost { host: host.to_owned() });
        }
        if scheme == Scheme::Http && !self.plain_http && self.allow.is_empty() {
            return Err(Refusal::PlainHttp { host: host.to_owned() });
        }
        Ok(())
    }

    /// Checks an address for which a host stands.
    fn check_address(&self, host: &str, address: IpAddr, scheme: Scheme) -> Result<(), Refusal> {
        let address = address.to_canonical();
        if let Some(range) = self.refused(address) {
            return Err(Refusal::address(host, address, None, range));
        }
        if let IpAddr::V6(outer) = address {
            for inside in embedded(outer) {
                if let Some(range) = self.refused(inside.into()) {
                    return Err(Refusal::address(host, address, Some(inside), range));
                }
            }
        }
        if scheme == Scheme::Http && !self.plain_http && !self.allows(address) {
            return Err(Refusal::PlainHttp { host: host.to_owned() });
        }
        Ok(())
    }

    /// The range for which an address is refused.
    fn refused(&self, address: IpAddr) -> Option<Range> {
        let range = Range::of(address)?;
        let mut holding = self.allow.iter().filter(|network| network.contains(address));
        let allowed = if range.is_metadata() {
            holding.any(|network| network.is_single())
        } else {
            holding.next().is_some()
        };
        (!allowed).then_some(range)
    }

    fn allows(&self, address: IpAddr) -> bool {
        self.allow.iter().any(|network| network.contains(address))
    }
}

/// `localhost` and all names in it, with or without the root's dot.
fn is_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host == "localhost" || host.ends_with(".localhost")
}
