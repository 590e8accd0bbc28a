//! Addresses that are no public destination.
//!
//! From IANA's registries of special-purpose addresses for [IPv4] and [IPv6] and
//! of [IPv6 address space], as of 2025, and the addresses at which clouds serve
//! credentials to their machines. What the registries call globally reachable is
//! in here too where nobody's chat can be (anycast services of the DNS, relays).
//!
//! [IPv4]: https://www.iana.org/assignments/iana-ipv4-special-registry/
//! [IPv6]: https://www.iana.org/assignments/iana-ipv6-special-registry/
//! [IPv6 address space]: https://www.iana.org/assignments/ipv6-address-space/

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A range of addresses to which nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) net: IpNet,
    pub(super) name: &'static str,
}

impl Range {
    /// The first range of the table that holds an address; `None` for a public
    /// one. It looks at the address itself, not at one inside of it.
    pub(super) fn of(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(address) => find(V4, |net| net.contains(&address)),
            IpAddr::V6(address) => find(V6, |net| net.contains(&address)),
        }
    }

    /// Who may reach it is handed credentials. A wide network that somebody
    /// allows for another reason must not open it.
    pub(super) fn is_metadata(self) -> bool {
        self.name == METADATA
    }
}

fn find<N: Copy + Into<IpNet>>(
    table: &[(N, &'static str)],
    holds: impl Fn(&N) -> bool,
) -> Option<Range> {
    let (net, name) = table.iter().find(|(net, _)| holds(net))?;
    Some(Range { net: (*net).into(), name })
}

const METADATA: &str = "cloud metadata";

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

/// By the first two, and the last 16-bit groups.
const fn v6(a: u16, b: u16, c: u16, last: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, last), prefix)
}

/// Narrow ranges before those around them.
const V4: &[(Ipv4Net, &str)] = &[
    // AWS, Google, Azure, Oracle, OpenStack and others.
    (v4(169, 254, 169, 254, 32), METADATA),
    // AWS: credentials of containers and of pods.
    (v4(169, 254, 170, 2, 32), METADATA),
    (v4(169, 254, 170, 23, 32), METADATA),
    // Scaleway.
    (v4(169, 254, 42, 42, 32), METADATA),
    // Tencent.
    (v4(169, 254, 0, 23, 32), METADATA),
    // Azure's WireServer, a public address that only its machines reach.
    (v4(168, 63, 129, 16, 32), METADATA),
    // Alibaba, within the shared space.
    (v4(100, 100, 100, 200, 32), METADATA),
    // Oracle Cloud Classic.
    (v4(192, 0, 0, 192, 32), METADATA),
    (v4(0, 0, 0, 0, 32), "unspecified"),
    (v4(0, 0, 0, 0, 8), "this network, RFC 791"),
    (v4(10, 0, 0, 0, 8), "private, RFC 1918"),
    (v4(100, 64, 0, 0, 10), "shared by carriers, RFC 6598"),
    (v4(127, 0, 0, 0, 8), "loopback"),
    (v4(169, 254, 0, 0, 16), "link-local, RFC 3927"),
    (v4(172, 16, 0, 0, 12), "private, RFC 1918"),
    (v4(192, 0, 0, 0, 24), "protocol assignments, RFC 6890"),
    (v4(192, 0, 2, 0, 24), "documentation, RFC 5737"),
    (v4(192, 31, 196, 0, 24), "AS112, RFC 7535"),
    (v4(192, 52, 193, 0, 24), "multicast relays, RFC 7450"),
    (v4(192, 88, 99, 0, 24), "6to4 relays, RFC 7526"),
    (v4(192, 168, 0, 0, 16), "private, RFC 1918"),
    (v4(192, 175, 48, 0, 24), "AS112, RFC 7534"),
    (v4(198, 18, 0, 0, 15), "benchmarking, RFC 2544"),
    (v4(198, 51, 100, 0, 24), "documentation, RFC 5737"),
    (v4(203, 0, 113, 0, 24), "documentation, RFC 5737"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(255, 255, 255, 255, 32), "broadcast"),
    (v4(240, 0, 0, 0, 4), "reserved, RFC 1112"),
];

/// As above. IPv4-mapped addresses (`::ffff:0:0/96`) are not in here: sockets take
/// them for the IPv4 address which they hold, and so does the guard.
const V6: &[(Ipv6Net, &str)] = &[
    // AWS, and the credentials of its pods.
    (v6(0xfd00, 0xec2, 0, 0x254, 128), METADATA),
    (v6(0xfd00, 0xec2, 0, 0x23, 128), METADATA),
    // Google.
    (v6(0xfd20, 0xce, 0, 0x254, 128), METADATA),
    // Scaleway.
    (v6(0xfd00, 0x42, 0, 0x42, 128), METADATA),
    (v6(0, 0, 0, 0, 128), "unspecified"),
    (v6(0, 0, 0, 1, 128), "loopback"),
    (v6(0, 0, 0, 0, 96), "IPv4-compatible, RFC 4291"),
    (TRANSLATED, "IPv4-translated, RFC 2765"),
    (v6(0x64, 0xff9b, 0, 0, 96), "NAT64, RFC 6052"),
    (v6(0x64, 0xff9b, 1, 0, 48), "NAT64 of this network, RFC 8215"),
    (v6(0x100, 0, 0, 0, 64), "discarded, RFC 6666"),
    (v6(0x2001, 0, 0, 0, 32), "Teredo, RFC 4380"),
    (v6(0x2001, 2, 0, 0, 48), "benchmarking, RFC 5180"),
    (v6(0x2001, 0, 0, 0, 23), "protocol assignments, RFC 2928"),
    (v6(0x2001, 0xdb8, 0, 0, 32), "documentation, RFC 3849"),
    (v6(0x2002, 0, 0, 0, 16), "6to4, RFC 3056"),
    (v6(0x2620, 0x4f, 0x8000, 0, 48), "AS112, RFC 7534"),
    (v6(0x3fff, 0, 0, 0, 20), "documentation, RFC 9637"),
    (v6(0x5f00, 0, 0, 0, 16), "segment routing, RFC 9602"),
    (v6(0xfc00, 0, 0, 0, 7), "private, RFC 4193"),
    (v6(0xfe80, 0, 0, 0, 10), "link-local, RFC 4291"),
    (v6(0xfec0, 0, 0, 0, 10), "site-local, RFC 3879"),
    (v6(0xff00, 0, 0, 0, 8), "multicast, RFC 4291"),
    // Global unicast is 2000::/3; these three are the rest.
    (v6(0, 0, 0, 0, 3), "reserved, RFC 4291"),
    (v6(0x4000, 0, 0, 0, 2), "reserved, RFC 4291"),
    (v6(0x8000, 0, 0, 0, 1), "reserved, RFC 4291"),
];

const TRANSLATED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96);

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn no_row_hides_behind_an_earlier_one() {
        let rows = |table: Vec<(IpNet, &'static str)>| {
            for (net, name) in table {
                assert_eq!(net, net.trunc(), "{net} has bits of a host");
                assert_eq!(Range::of(net.network()).map(|range| range.name), Some(name), "{net}");
            }
        };
        // The first address of these ranges belongs to a narrower one.
        let later = ["0.0.0.0/8", "::/96", "2001::/23", "::/3"];
        let later: Vec<IpNet> = later.map(|net| net.parse().unwrap()).to_vec();
        rows(
            V4.iter().map(|(n, w)| ((*n).into(), *w)).filter(|(n, _)| !later.contains(n)).collect(),
        );
        rows(
            V6.iter().map(|(n, w)| ((*n).into(), *w)).filter(|(n, _)| !later.contains(n)).collect(),
        );
        for (address, name) in [
            ("0.0.0.1", "this network, RFC 791"),
            ("::2", "IPv4-compatible, RFC 4291"),
            ("2001:1::1", "protocol assignments, RFC 2928"),
            ("1000::1", "reserved, RFC 4291"),
        ] {
            assert_eq!(Range::of(address.parse().unwrap()).unwrap().name, name, "{address}");
        }
    }

    #[test]
    fn neighbours_of_ranges_are_public() {
        for address in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "168.63.129.15",
            "168.63.129.17",
            "2000::1",
            "2001:200::1",
            "2003::1",
            "2606:4700::1111",
            "2620:4f:8001::1",
            "3ffe::1",
        ] {
            assert_eq!(Range::of(address.parse().unwrap()), None, "{address}");
        }
    }
}
