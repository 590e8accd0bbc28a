//! URLs that are refused.

use eclusa_relay::Guard;
use eclusa_relay::HttpErrorKind::{
    self, AddressRefused, InvalidUrl, PlainHttpRefused, PortRefused,
};

use crate::support::{Dns, Target, client, get};
/// URLs that reach this machine, a private network or a metadata service, in all
/// spellings that a parser takes, and a word of the reason.
const URLS: [(&str, HttpErrorKind, &str); 76] = [
    // Loopback, in the spellings of inet_aton.
    ("https://127.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https://127.0.0.1.:PORT/", AddressRefused, "loopback"),
    ("https://127.1:PORT/", AddressRefused, "loopback"),
    ("https://127.0.1:PORT/", AddressRefused, "loopback"),
    ("https://2130706433:PORT/", AddressRefused, "loopback"),
    ("https://017700000001:PORT/", AddressRefused, "loopback"),
    ("https://0177.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https://0177.0.0.01.:PORT/", AddressRefused, "loopback"),
    ("https://0x7f000001:PORT/", AddressRefused, "loopback"),
    ("https://0x7f.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https://0x7F.1:PORT/", AddressRefused, "loopback"),
    ("https://0x7f.00.0x0.01:PORT/", AddressRefused, "loopback"),
    ("https://127.255.255.254:PORT/", AddressRefused, "loopback"),
    ("https://%31%32%37.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https://127%2e0%2e0%2e1:PORT/", AddressRefused, "loopback"),
    // Full-width and other digits and dots, which IDNA makes plain ones.
    ("https://１２７.０.０.１:PORT/", AddressRefused, "loopback"),
    ("https://127。0。0。1:PORT/", AddressRefused, "loopback"),
    ("https://127．0．0．1:PORT/", AddressRefused, "loopback"),
    ("https://①②⑦.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https://𝟭𝟮𝟳.𝟬.𝟬.𝟭:PORT/", AddressRefused, "loopback"),
    ("https://127.0.0.1\u{ad}:PORT/", AddressRefused, "loopback"),
    ("https://127.0.0.1\t:PORT/", AddressRefused, "loopback"),
    // Names of this machine.
    ("https://localhost:PORT/", AddressRefused, "this machine itself"),
    ("https://LOCALHOST:PORT/", AddressRefused, "this machine itself"),
    ("https://localhost.:PORT/", AddressRefused, "this machine itself"),
    ("https://a.localhost:PORT/", AddressRefused, "this machine itself"),
    ("https://a.b.localhost.:PORT/", AddressRefused, "this machine itself"),
    ("https://ｌｏｃａｌｈｏｓｔ:PORT/", AddressRefused, "this machine itself"),
    ("https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", AddressRefused, "this machine itself"),
    ("https://%6cocalhost:PORT/", AddressRefused, "this machine itself"),
    // What looks like the host and is not.
    ("https://chat.example@127.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https://chat.example:443@127.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https://chat.example%40127.0.0.1@127.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https://127.0.0.1:PORT\\@chat.example/", AddressRefused, "loopback"),
    ("https:\\\\127.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https:127.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https:///127.0.0.1:PORT/", AddressRefused, "loopback"),
    (" https://127.0.0.1:PORT/\n", AddressRefused, "loopback"),
    ("ht\ntps://127.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https://127.0.0.1:PORT#@chat.example/", AddressRefused, "loopback"),
    ("https://127.0.0.1:PORT?@chat.example/", AddressRefused, "loopback"),
    ("https://127.0.0.1:PORT/", AddressRefused, "`outgoing.allow`"),
    // IPv6, and IPv4 inside of it.
    ("https://[::1]:PORT/", AddressRefused, "loopback"),
    ("https://[0:0:0:0:0:0:0:1]:PORT/", AddressRefused, "loopback"),
    ("https://[0000::0001]:PORT/", AddressRefused, "loopback"),
    ("https://[::]:PORT/", AddressRefused, "unspecified"),
    ("https://[::ffff:127.0.0.1]:PORT/", AddressRefused, "127.0.0.1, which is in 127.0.0.0/8"),
    ("https://[::ffff:7f00:1]:PORT/", AddressRefused, "127.0.0.1, which is in 127.0.0.0/8"),
    ("https://[::FFFF:a9fe:a9fe]/", AddressRefused, "cloud metadata"),
    ("https://[::127.0.0.1]:PORT/", AddressRefused, "IPv4-compatible"),
    ("https://[::ffff:0:127.0.0.1]:PORT/", AddressRefused, "IPv4-translated"),
    ("https://[64:ff9b::7f00:1]:PORT/", AddressRefused, "NAT64"),
    ("https://[64:ff9b::8.8.8.8]/", AddressRefused, "NAT64"),
    ("https://[64:ff9b:1::10.0.0.1]/", AddressRefused, "RFC 8215"),
    ("https://[2002:7f00:1::1]/", AddressRefused, "6to4"),
    ("https://[2001::80ff:fffe]/", AddressRefused, "Teredo"),
    ("https://[fe80::1]/", AddressRefused, "link-local"),
    ("https://[fe80::1%25eth0]/", InvalidUrl, "IPv6"),
    ("https://[fe80::1%eth0]/", InvalidUrl, "IPv6"),
    ("https://[fec0::1]/", AddressRefused, "site-local"),
    ("https://[fc00::1]/", AddressRefused, "private"),
    ("https://[fd00:ec2::254]/", AddressRefused, "cloud metadata"),
    ("https://[ff02::1]/", AddressRefused, "multicast"),
    // Other networks.
    ("https://0/", AddressRefused, "unspecified"),
    ("https://0.0.0.0:PORT/", AddressRefused, "unspecified"),
    ("https://10.0.0.1/", AddressRefused, "private"),
    ("https://192.168.1.1/", AddressRefused, "private"),
    ("https://169.254.169.254/latest/meta-data/", AddressRefused, "cloud metadata"),
    ("https://0xa9fea9fe/latest/meta-data/", AddressRefused, "cloud metadata"),
    ("https://255.255.255.255/", AddressRefused, "broadcast"),
    // Unencrypted, and ports of others.
    ("http://chat.example/", PlainHttpRefused, "use https"),
    ("http://8.8.8.8/", PlainHttpRefused, "`outgoing.plain_http`"),
    ("http://127.0.0.1:PORT/", AddressRefused, "loopback"),
    ("https://chat.example:25/", PortRefused, "port 25"),
    ("https://chat.example:0/", PortRefused, "port 0"),
    // Nothing that is dialled.
    ("gopher://127.0.0.1:PORT/_SET", InvalidUrl, "gopher"),
];

#[tokio::test]
async fn hostile_urls_are_refused_with_a_reason() {
    let target = Target::at("127.0.0.1:0").await;
    let port = target.address.port().to_string();
    // Where a name is asked for, it stands for the listener too.
    let dns = Dns::answering(&[&["127.0.0.1"]]);
    let client = client(Guard::default(), &dns);
    for (url, kind, reason) in URLS {
        let error = get(&client, &url.replace("PORT", &port)).await.unwrap_err();
        assert_eq!(error.kind, kind, "{url}: {error}");
        assert!(error.message.contains(reason), "{url}: {error}");
        assert_eq!(error.problem().code, kind.code());
    }
    assert_eq!(target.connections(), 0);
    assert_eq!(dns.questions(), 0, "no name had to be resolved to see that");
}
