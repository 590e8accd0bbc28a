//! A network that an operator allows.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv6Net};
use serde::{Deserialize, Deserializer, de};

/// A network in CIDR notation, e.g. `10.1.0.0/16` or `fd12:3456::/32`; an address
/// alone is a network of one.
///
/// It never has bits of a host (`10.1.2.3/16`: most likely another length was
/// meant), and is never written as IPv4-mapped IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Does it hold this address? IPv4-mapped addresses count as the IPv4 address
    /// which they hold.
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// It is one address.
    pub(super) fn is_single(self) -> bool {
        self.0.prefix_len() == self.0.max_prefix_len()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNetwork {
    /// Not CIDR notation.
    #[error("`{0}` is not a network in CIDR notation, e.g. 10.1.0.0/16 or fd12:3456::/32")]
    Syntax(String),
    /// Bits of a host.
    #[error("`{0}` goes beyond its prefix; write {1}, or the address alone")]
    HostBits(String, IpNet),
    /// IPv4 written as IPv6.
    #[error("`{0}` is IPv4 written as IPv6; write the IPv4 network, e.g. 10.1.0.0/16")]
    Mapped(String),
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const MAPPED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96);
        let syntax = || InvalidNetwork::Syntax(text.escape_debug().to_string());
        let net = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address),
            Err(_) => text.parse::<IpNet>().map_err(|_| syntax())?,
        };
        if net != net.trunc() {
            return Err(InvalidNetwork::HostBits(text.to_owned(), net.trunc()));
        }
        match net {
            IpNet::V6(v6) if MAPPED.contains(&v6) => Err(InvalidNetwork::Mapped(text.to_owned())),
            net => Ok(Self(net)),
        }
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn network(text: &str) -> Result<Network, InvalidNetwork> {
        text.parse()
    }

    #[test]
    fn networks_hold_their_addresses() {
        for (net, inside, outside) in [
            ("10.1.0.0/16", "10.1.255.255", "10.2.0.0"),
            ("10.1.0.0/16", "::ffff:10.1.0.1", "::ffff:10.2.0.1"),
            ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("fd12:3456::/32", "fd12:3456::1", "fd12:3457::1"),
            ("::1", "::1", "127.0.0.1"),
            ("::/0", "fe80::1", "::ffff:10.0.0.1"),
        ] {
            let net = network(net).unwrap();
            assert!(net.contains(inside.parse().unwrap()), "{net} {inside}");
            assert!(!net.contains(outside.parse().unwrap()), "{net} {outside}");
        }
    }

    #[test]
    fn what_is_no_network_is_told() {
        for text in
            ["", " ", "10.0.0.0/", "10.0.0.0/33", "10/8", "localhost", "10.0.0.0 /8", "::/129"]
        {
            assert!(matches!(network(text), Err(InvalidNetwork::Syntax(_))), "{text:?}");
        }
        let error = network("10.1.2.3/16").unwrap_err().to_string();
        assert!(error.contains("write 10.1.0.0/16"), "{error}");
        for text in ["::ffff:10.0.0.0/104", "::ffff:10.0.0.1"] {
            assert!(matches!(network(text), Err(InvalidNetwork::Mapped(_))), "{text}");
        }
    }
}
