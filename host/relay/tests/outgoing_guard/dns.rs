//! Answers of the DNS that are refused.

use eclusa_relay::Guard;
use eclusa_relay::HttpErrorKind::AddressRefused;

use crate::support::{Dns, Target, client, get, guard};
/// Answers of the DNS, and what is said of them.
const ANSWERS: [(&[&str], &str); 44] = [
    (&["127.0.0.1"], "127.0.0.0/8 (loopback)"),
    (&["127.0.0.53"], "127.0.0.0/8 (loopback)"),
    (&["::1"], "::1/128 (loopback)"),
    (&["0.0.0.0"], "0.0.0.0/32 (unspecified)"),
    (&["0.1.2.3"], "0.0.0.0/8 (this network, RFC 791)"),
    (&["::"], "::/128 (unspecified)"),
    (&["10.255.255.255"], "10.0.0.0/8 (private, RFC 1918)"),
    (&["172.16.0.1"], "172.16.0.0/12 (private, RFC 1918)"),
    (&["172.31.255.255"], "172.16.0.0/12 (private, RFC 1918)"),
    (&["192.168.0.1"], "192.168.0.0/16 (private, RFC 1918)"),
    (&["100.64.0.1"], "100.64.0.0/10 (shared by carriers, RFC 6598)"),
    (&["100.100.100.200"], "100.100.100.200/32 (cloud metadata)"),
    (&["168.63.129.16"], "168.63.129.16/32 (cloud metadata)"),
    (&["169.254.1.1"], "169.254.0.0/16 (link-local, RFC 3927)"),
    (&["169.254.169.254"], "169.254.169.254/32 (cloud metadata)"),
    (&["169.254.170.2"], "169.254.170.2/32 (cloud metadata)"),
    (&["192.0.0.8"], "192.0.0.0/24 (protocol assignments, RFC 6890)"),
    (&["192.0.2.1"], "192.0.2.0/24 (documentation, RFC 5737)"),
    (&["192.88.99.1"], "192.88.99.0/24 (6to4 relays, RFC 7526)"),
    (&["198.18.0.1"], "198.18.0.0/15 (benchmarking, RFC 2544)"),
    (&["198.19.255.255"], "198.18.0.0/15 (benchmarking, RFC 2544)"),
    (&["198.51.100.1"], "198.51.100.0/24 (documentation, RFC 5737)"),
    (&["203.0.113.1"], "203.0.113.0/24 (documentation, RFC 5737)"),
    (&["224.0.0.1"], "224.0.0.0/4 (multicast)"),
    (&["239.255.255.250"], "224.0.0.0/4 (multicast)"),
    (&["240.0.0.1"], "240.0.0.0/4 (reserved, RFC 1112)"),
    (&["255.255.255.255"], "255.255.255.255/32 (broadcast)"),
    (&["::ffff:10.0.0.1"], "stands for 10.0.0.1, which is in 10.0.0.0/8"),
    (&["::ffff:169.254.169.254"], "169.254.169.254/32 (cloud metadata)"),
    (&["::10.0.0.1"], "::/96 (IPv4-compatible, RFC 4291)"),
    (&["::ffff:0:10.0.0.1"], "::ffff:0:0:0/96 (IPv4-translated, RFC 2765)"),
    (&["64:ff9b::10.0.0.1"], "64:ff9b::/96 (NAT64, RFC 6052)"),
    (&["2002:a00:1::1"], "2002::/16 (6to4, RFC 3056)"),
    (&["2001:0:a00:1::"], "2001::/32 (Teredo, RFC 4380)"),
    (&["2001:db8::1"], "2001:db8::/32 (documentation, RFC 3849)"),
    (&["2001:2::1"], "2001:2::/48 (benchmarking, RFC 5180)"),
    (&["100::1"], "100::/64 (discarded, RFC 6666)"),
    (&["fd12:3456::1"], "fc00::/7 (private, RFC 4193)"),
    (&["fe80::1"], "fe80::/10 (link-local, RFC 4291)"),
    (&["ff05::2"], "ff00::/8 (multicast, RFC 4291)"),
    (&["4000::1"], "4000::/2 (reserved, RFC 4291)"),
    // Mixed: a public address does not help the others through.
    (&["8.8.8.8", "127.0.0.1"], "127.0.0.0/8 (loopback)"),
    (&["127.0.0.1", "8.8.8.8"], "127.0.0.0/8 (loopback)"),
    (&["2606:4700::1111", "8.8.8.8", "::ffff:127.0.0.1"], "127.0.0.0/8 (loopback)"),
];

#[tokio::test]
async fn hostile_answers_of_the_dns_are_refused_with_a_reason() {
    let target = Target::at("127.0.0.1:0").await;
    let port = target.address.port();
    for scheme in ["https", "http"] {
        for (answer, reason) in ANSWERS {
            let dns = Dns::answering(&[answer]);
            let client = client(guard(&[], true), &dns);
            let url = format!("{scheme}://chat.example:{port}/");
            let error = get(&client, &url).await.unwrap_err();
            assert_eq!(error.kind, AddressRefused, "{answer:?}: {error}");
            assert!(error.message.contains(reason), "{answer:?}: {error}");
            assert!(error.message.contains("`chat.example`"), "{answer:?}: {error}");
            assert_eq!(dns.questions(), 1);
        }
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn a_refused_address_is_a_problem_of_the_configuration_that_may_pass() {
    let dns = Dns::answering(&[&["10.0.0.1"]]);
    let error = get(&client(Guard::default(), &dns), "https://chat.example").await.unwrap_err();
    let problem = error.problem();
    assert_eq!(
        serde_json::to_value(&problem).unwrap(),
        serde_json::json!({
            "kind": "configuration",
            "code": "address_refused",
            "message": "`chat.example` stands for 10.0.0.1, which is in 10.0.0.0/8 (private, \
                RFC 1918); nothing is sent there unless the operator adds 10.0.0.1 or a network \
                around it to `outgoing.allow`",
            "action":
                "Correct the URL, or let the operator add the address to `outgoing.allow`.",
            "retryable": true,
        })
    );
}

/// A name that stands for one address when it is checked and for another one when
/// it is dialled.
#[tokio::test]
async fn what_was_checked_is_dialled_and_nothing_else() {
    let trusted = Target::at("127.0.0.1:0").await;
    let secret = Target::at(&format!("127.0.0.2:{}", trusted.address.port())).await;
    let dns = Dns::answering(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = client(guard(&["127.0.0.1"], false), &dns);
    let url = format!("http://chat.example:{}/", trusted.address.port());
    assert_eq!(get(&client, &url).await, Ok(204));
    assert_eq!(dns.questions(), 1, "who dials does not ask again");
    assert_eq!((trusted.connections(), secret.connections()), (1, 0));
    // The next connection asks anew, and sees what has become of the name.
    let error = get(&client, &url).await.unwrap_err();
    assert_eq!(error.kind, AddressRefused);
    assert!(error.message.contains("127.0.0.2"), "{error}");
    assert_eq!((trusted.connections(), secret.connections()), (1, 0));
}

/// The first address is dead, so that the client would go on to the second one.
#[tokio::test]
async fn no_address_is_a_way_round_another() {
    let secret = Target::at("127.0.0.2:0").await;
    let dns = Dns::answering(&[&["127.0.0.1", "127.0.0.2"]]);
    let url = format!("http://chat.example:{}/", secret.address.port());
    let error = get(&client(guard(&["127.0.0.1"], false), &dns), &url).await.unwrap_err();
    assert_eq!(error.kind, AddressRefused);
    assert_eq!(secret.connections(), 0);
    // Both allowed: the second one answers.
    let both = client(guard(&["127.0.0.1", "127.0.0.2"], false), &dns);
    assert_eq!(get(&both, &url).await, Ok(204));
}
