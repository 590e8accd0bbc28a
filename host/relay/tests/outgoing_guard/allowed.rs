//! What the operator allows, and nothing beside it.

use eclusa_relay::Guard;
use eclusa_relay::HttpErrorKind::{AddressRefused, PlainHttpRefused};

use crate::support::{Dns, Target, client, get, guard};
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
