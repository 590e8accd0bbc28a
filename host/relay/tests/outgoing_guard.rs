//! Where requests may go: hostile URLs and hostile answers of the DNS, over real
//! sockets where a connection matters.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use eclusa_relay::{
    Guard, HttpClient, HttpConfig, HttpError, HttpErrorKind, OutgoingRequest, Resolver,
};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use HttpErrorKind::{AddressRefused, InvalidUrl, PlainHttpRefused, PortRefused};

/// A DNS in the hands of somebody else: one answer after another, the last one
/// for ever. It counts the questions.
struct Dns {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    questions: AtomicUsize,
}

impl Dns {
    fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        let answers = answers.iter().map(parsed).collect();
        Arc::new(Self { answers: Mutex::new(answers), questions: AtomicUsize::new(0) })
    }

    fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Resolver for Dns {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        answer.ok_or_else(|| io::Error::other("no such name"))
    }
}

/// Counts who connects, and answers each request with 204.
struct Target {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Target {
    async fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    let _ = socket.read(&mut request).await;
                    // Closed after it, so that each request makes its own.
                    let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                    let _ = socket.write_all(answer).await;
                });
            }
        });
        Self { address, connections }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn guard(allow: &[&str], plain_http: bool) -> Guard {
    Guard::new(allow.iter().map(|network| network.parse().unwrap()), plain_http)
}

fn client(guard: Guard, dns: &Arc<Dns>) -> HttpClient {
    let config =
        HttpConfig { guard, total_timeout: Duration::from_secs(30), ..HttpConfig::default() };
    HttpClient::with_resolver(&config, Arc::clone(dns) as Arc<dyn Resolver>).unwrap()
}

async fn get(client: &HttpClient, url: &str) -> Result<u16, HttpError> {
    let request = OutgoingRequest::new("GET", url, HeaderMap::new(), None)?;
    Ok(client.send(request).await?.response.status)
}

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

#[tokio::test]
async fn allowed_networks_are_reached() {
    let v4 = Target::at("127.0.0.1:0").await;
    let v6 = Target::at("[::1]:0").await;
    let (port4, port6) = (v4.address.port(), v6.address.port());
    for (allow, answer, url) in [
        ("127.0.0.0/8", "127.0.0.1", format!("http://chat.example:{port4}/")),
        ("127.0.0.0/8", "::ffff:127.0.0.1", format!("http://chat.example:{port4}/")),
        ("127.0.0.0/8", "127.0.0.1", format!("http://localhost:{port4}/")),
        ("127.0.0.1", "8.8.8.8", format!("http://127.1:{port4}/")),
        ("127.0.0.1", "8.8.8.8", format!("http://[::ffff:127.0.0.1]:{port4}/")),
        ("0.0.0.0/0", "8.8.8.8", format!("http://127.0.0.1:{port4}/")),
        ("::1", "::1", format!("http://chat.example:{port6}/")),
        ("::1", "8.8.8.8", format!("http://[::1]:{port6}/")),
    ] {
        let dns = Dns::answering(&[&[answer]]);
        assert_eq!(get(&client(guard(&[allow], false), &dns), &url).await, Ok(204), "{url}");
    }
    // One network does not open the next.
    let (before, dns) = (v4.connections(), Dns::answering(&[&["127.0.0.1"]]));
    for allow in ["10.0.0.0/8", "::1", "128.0.0.0/8", "127.0.0.2", "::/0"] {
        let client = client(guard(&[allow], true), &dns);
        let error = get(&client, &format!("http://chat.example:{port4}/")).await.unwrap_err();
        assert_eq!(error.kind, AddressRefused, "{allow}");
    }
    assert_eq!(v4.connections(), before);
}

/// Without a connection: what passes is seen by `check_url`.
#[test]
fn what_an_allowed_network_opens_by_the_way() {
    let check = |allow: &[&str], url: &str| {
        guard(allow, false).check_url(&url.parse().unwrap()).map_err(|error| error.to_string())
    };
    for (allow, url) in [
        (&["64:ff9b::/96"][..], "https://[64:ff9b::8.8.8.8]/"),
        (&["64:ff9b::/96", "10.0.0.0/8"], "https://[64:ff9b::10.0.0.1]/"),
        (&["2002::/16"], "https://[2002:808:808::1]/"),
        (&["169.254.169.254"], "https://169.254.169.254/"),
        (&["fd00:ec2::254/128"], "https://[fd00:ec2::254]/"),
        (&["100.64.0.0/10"], "https://100.100.100.201/"),
        (&["203.0.113.0/24"], "http://203.0.113.1/"),
        (&["8.8.8.8"], "http://8.8.8.8/"),
    ] {
        assert_eq!(check(allow, url), Ok(()), "{allow:?} {url}");
    }
    for (allow, url, reason) in [
        // What an address holds is checked by itself.
        (&["64:ff9b::/96"][..], "https://[64:ff9b::10.0.0.1]/", "holds 10.0.0.1, which is in 10."),
        (&["::/0"], "https://[64:ff9b::169.254.169.254]/", "cloud metadata"),
        (&["64:ff9b:1::/48"], "https://[64:ff9b:1::127.0.0.1]/", "holds 127.0.0.1"),
        (&["2002::/16"], "https://[2002:a00:1::1]/", "holds 10.0.0.1"),
        (&["2001::/32"], "https://[2001:0:808:808::f5ff:fffe]/", "holds 10.0.0.1"),
        (&["2001::/32"], "https://[2001:0:a00:1::f7f7:f7f7]/", "holds 10.0.0.1"),
        (&["::/96"], "https://[::192.168.0.1]/", "holds 192.168.0.1"),
        (&["::ffff:0:0:0/96"], "https://[::ffff:0:10.0.0.1]/", "holds 10.0.0.1"),
        // And what holds it too.
        (&["10.0.0.0/8"], "https://[64:ff9b::10.0.0.1]/", "NAT64"),
        (&["10.0.0.0/8"], "https://[2002:a00:1::1]/", "6to4"),
        // Credentials are opened by their one address only.
        (&["0.0.0.0/0"], "https://169.254.169.254/", "cloud metadata"),
        (&["169.254.0.0/16"], "https://169.254.169.254/", "cloud metadata"),
        (&["100.64.0.0/10"], "https://100.100.100.200/", "cloud metadata"),
        (&["fd00::/8"], "https://[fd00:ec2::254]/", "cloud metadata"),
        // Ports of others are never opened.
        (&["10.0.0.0/8"], "https://10.0.0.1:22/", "port 22"),
    ] {
        let error = check(allow, url).unwrap_err();
        assert!(error.contains(reason), "{allow:?} {url}: {error}");
    }
}

#[tokio::test]
async fn unencrypted_requests_need_an_allowed_address_or_the_key() {
    // Public addresses; the operator of this test happens to own them.
    let target = Target::at("127.0.0.1:0").await;
    let url = format!("http://chat.example:{}/", target.address.port());
    // Elsewhere is allowed, so that the name has to be asked for.
    for (answer, kind) in [
        (&["8.8.8.8"][..], PlainHttpRefused),
        (&["127.0.0.1", "8.8.8.8"], PlainHttpRefused),
        (&["10.0.0.1"], AddressRefused),
    ] {
        let dns = Dns::answering(&[answer]);
        let error = get(&client(guard(&["127.0.0.1"], false), &dns), &url).await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}");
        assert!(error.problem().retryable);
    }
    assert_eq!(target.connections(), 0);
    let public = "http://8.8.8.8/".parse().unwrap();
    assert_eq!(guard(&[], true).check_url(&public), Ok(()));
}

#[test]
fn the_own_address_is_one_address_and_one_port() {
    let guard = Guard::default().with_own("127.0.0.1:8080".parse().unwrap());
    let check = |url: &str| guard.check_url(&url.parse().unwrap()).is_ok();
    assert!(check("http://127.0.0.1:8080/demo/chat/open"));
    for url in [
        "http://127.0.0.1:8081/",
        "http://127.0.0.1/",
        "http://127.0.0.2:8080/",
        "http://localhost:8080/",
        "http://[::1]:8080/",
        "http://chat.example:8080/",
    ] {
        assert!(!check(url), "{url}");
    }
}
