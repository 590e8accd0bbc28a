//! Why nothing is sent somewhere.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::ranges::Range;

/// Why nothing is sent to a URL, or to the address that its host stands for. Its
/// text names the host and says what to do; it holds no other part of the URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An address that is no public destination.
    #[error("{}", address_text(host, *address, *inside, *net, name))]
    Address {
        /// As in the URL, in its normal form.
        host: String,
        /// One of the addresses which the host stands for.
        address: IpAddr,
        /// The IPv4 address that this one holds, where that is the reason.
        inside: Option<Ipv4Addr>,
        /// The range that holds it.
        net: IpNet,
        /// What the range is, with its source.
        name: &'static str,
    },
    /// A name of this machine itself (RFC 6761).
    #[error(
        "`{host}` is this machine itself; nothing is sent there unless the operator adds \
         127.0.0.0/8 or ::1 to `outgoing.allow`"
    )]
    Localhost {
        /// As in the URL, in its normal form.
        host: String,
    },
    /// Not encrypted.
    #[error(
        "the URL of `{host}` begins with http:, and nothing is sent unencrypted unless the \
         operator adds the host's address to `outgoing.allow` or sets `outgoing.plain_http`; \
         use https"
    )]
    PlainHttp {
        /// As in the URL, in its normal form.
        host: String,
    },
    /// A port of another protocol.
    #[error("port {port} of `{host}` belongs to another protocol than HTTP; use another port")]
    Port {
        /// As in the URL, in its normal form.
        host: String,
        /// The port.
        port: u16,
    },
}

impl Refusal {
    pub(super) fn address(
        host: &str,
        address: IpAddr,
        inside: Option<Ipv4Addr>,
        range: Range,
    ) -> Self {
        let Range { net, name } = range;
        Self::Address { host: host.to_owned(), address, inside, net, name }
    }
}

fn address_text(
    host: &str,
    address: IpAddr,
    inside: Option<Ipv4Addr>,
    net: IpNet,
    name: &str,
) -> String {
    let literal = host.trim_matches(['[', ']']).parse() == Ok(address);
    let mut text = format!("`{host}`");
    if !literal {
        text.push_str(&format!(" stands for {address}, which"));
    }
    if let Some(inside) = inside {
        text.push_str(&format!(" holds {inside}, which"));
    }
    let least = inside.map_or(address, IpAddr::V4);
    text.push_str(&format!(
        " is in {net} ({name}); nothing is sent there unless the operator adds {least} or a \
         network around it to `outgoing.allow`"
    ));
    text
}
