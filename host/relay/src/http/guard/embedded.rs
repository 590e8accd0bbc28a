//! IPv4 addresses inside of IPv6 addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::Ipv6Net;

/// How an address of a range holds IPv4 addresses.
type Layout = fn(u128) -> Vec<Ipv4Addr>;

const LAYOUTS: [(Ipv6Net, Layout); 6] = [
    // IPv4-compatible (RFC 4291), and translated by SIIT (RFC 2765).
    (net([0, 0, 0, 0, 0, 0], 96), |bits| vec![ipv4(bits, 0)]),
    (net([0, 0, 0, 0, 0xffff, 0], 96), |bits| vec![ipv4(bits, 0)]),
    // NAT64 (RFC 6052), and that of one's own network (RFC 8215) in the layout
    // that translators have there: the last 32 bits.
    (net([0x64, 0xff9b, 0, 0, 0, 0], 96), |bits| vec![ipv4(bits, 0)]),
    (net([0x64, 0xff9b, 1, 0, 0, 0], 48), |bits| vec![ipv4(bits, 0)]),
    // 6to4 (RFC 3056): the router.
    (net([0x2002, 0, 0, 0, 0, 0], 16), |bits| vec![ipv4(bits, 80)]),
    // Teredo (RFC 4380): the server, and the client with its bits turned round.
    (net([0x2001, 0, 0, 0, 0, 0], 32), |bits| vec![ipv4(bits, 64), ipv4(!bits, 0)]),
];

/// The IPv4 addresses to which packets for an IPv6 address may come by
/// translation or in a tunnel. None for IPv4-mapped addresses, which never leave
/// the machine as IPv6: make them canonical before.
pub(super) fn embedded(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    if address.is_unspecified() || address.is_loopback() {
        return Vec::new();
    }
    let layout = LAYOUTS.iter().find(|(net, _)| net.contains(&address));
    layout.map_or_else(Vec::new, |(_, layout)| layout(address.to_bits()))
}

/// The 32 bits above the lowest `shift` ones.
fn ipv4(bits: u128, shift: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits((bits >> shift) as u32)
}

const fn net(groups: [u16; 6], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f] = groups;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, 0, 0), prefix)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::embedded;

    #[test]
    fn addresses_inside_are_found() {
        for (address, inside) in [
            ("::10.1.2.3", "10.1.2.3"),
            ("::ffff:0:10.1.2.3", "10.1.2.3"),
            ("64:ff9b::192.0.2.33", "192.0.2.33"),
            ("64:ff9b:1:fffe::192.0.2.33", "192.0.2.33"),
            ("2002:c000:204::1", "192.0.2.4"),
            // The example of RFC 4380, section 4.
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "65.54.227.120 192.0.2.45"),
            ("::", ""),
            ("::1", ""),
            ("2606:4700::a00:1", ""),
        ] {
            let found: Vec<String> =
                embedded(address.parse().unwrap()).iter().map(ToString::to_string).collect();
            assert_eq!(found.join(" "), inside, "{address}");
        }
    }
}
