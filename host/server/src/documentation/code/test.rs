//! What is shown can be run: each language gives the same request for the same call,
//! whatever stands in it. Languages that this machine lacks are named.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use eclusa_model::{Encoding, KeyFormat, TimeFormat};

use super::*;

/// Whatever means something to a shell, to JavaScript or to Python.
const WILD: [&str; 7] = [
    "@file",
    "it's \"quoted\" $HOME `id` $(id) \\ ! %s",
    "{\n  \"a\": \"`${x}` ''' \\u00e9 \\\\ é 😀\"\n}",
    "line\nends with a backslash\\",
    "ends with quotes\n'''",
    "\r\n\t\u{7f}",
    "[1-3]{a,b}",
];

/// What a server got: the head in lower case, and the body.
fn got(listener: &TcpListener) -> (String, String) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).unwrap();
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.trim().parse::<usize>().unwrap());
        if body.len() >= length {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
            return (head, body.to_owned());
        }
    }
}

/// Runs a call in each language that is there, and gives what arrived.
fn arrived(call: impl Fn(u16) -> Call) -> Vec<(&'static str, String, String)> {
    let mut all = Vec::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let call = call(listener.local_addr().unwrap().port());
    let programs = [
        ("sh", vec!["-euc".to_owned(), shell(&call)]),
        ("node", vec!["--input-type=module".to_owned(), "-e".to_owned(), javascript(&call)]),
        ("python3", vec!["-c".to_owned(), python(&call)]),
    ];
    for (program, arguments) in programs {
        let child = Command::new(program)
            .args(&arguments)
            .env("KEY", "s3cret+/'$x")
            .env("HEXKEY", "00ff10")
            .env("WHSEC", "whsec_/+8AaaaaaaaaaaaaaaaaaaA=")
            .env_remove("http_proxy")
            .env("no_proxy", "*")
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn();
        let Ok(child) = child else {
            assert_ne!(program, "sh");
            eprintln!("SKIPPED: there is no {program} on this machine");
            continue;
        };
        let waiting = std::thread::spawn({
            let listener = listener.try_clone().unwrap();
            move || got(&listener)
        });
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{program}: {}\n{output:?}", arguments.join("\n"));
        let (head, body) = waiting.join().unwrap();
        all.push((program, head, body));
    }
    all
}

#[test]
fn bodies_headers_and_queries_arrive_as_they_are_in_every_language() {
    for wild in WILD {
        let call = |port: u16| Call {
            method: "PUT".to_owned(),
            url: vec![Piece::text(format!("http://127.0.0.1:{port}/a?x=[1]"))],
            headers: vec![
                ("content-type".to_owned(), vec![Piece::text("text/plain")]),
                ("x-key".to_owned(), vec![Piece::text("a 'b' $c "), Piece::variable("KEY")]),
            ],
            basic: Some(vec![Piece::text("me:"), Piece::variable("KEY")]),
            body: Some(vec![Piece::text(wild), Piece::variable("KEY"), Piece::text("\nend")]),
            ..Call::default()
        };
        for (program, head, body) in arrived(call) {
            assert_eq!(body, format!("{wild}s3cret+/'$x\nend"), "{program}");
            assert!(head.starts_with("put /a?x="), "{program}: {head}");
            assert!(head.contains("\r\nx-key: a 'b' $c s3cret+/'$x"), "{program}: {head}");
            assert!(
                head.contains("\r\nauthorization: basic bwu6czncmv0ky8nj3g=")
                    || head.contains("\r\nauthorization: basic "),
                "{program}: {head}"
            );
        }
    }
}

#[test]
fn signatures_are_the_same_in_every_language() {
    let encodings = [Encoding::Hex, Encoding::Base64, Encoding::Base64url];
    let keys = [("KEY", KeyFormat::Text), ("HEXKEY", KeyFormat::Hex), ("WHSEC", KeyFormat::Whsec)];
    for (encoding, (key, format)) in encodings.into_iter().zip(keys) {
        let algorithm = if format == KeyFormat::Hex { Algorithm::Sha1 } else { Algorithm::Sha256 };
        let content =
            vec![Piece::text("v0:%s:"), Piece::Path, Piece::text("|"), Piece::Url, Piece::Body];
        let call = |_: u16| Call {
            method: "POST".to_owned(),
            // The same for all: what is signed holds it.
            url: vec![Piece::variable("KEY")],
            headers: vec![("x-signature".to_owned(), vec![Piece::text("v0="), Piece::Signature])],
            body: Some(vec![Piece::text("{\n \"é\": 'x' }")]),
            signing: Some(Signing {
                algorithm,
                key: key.to_owned(),
                format,
                encoding,
                content: content.clone(),
            }),
            ..Call::default()
        };
        let call = |port: u16| Call {
            url: vec![Piece::text(format!("http://127.0.0.1:{port}/in/k?q=1"))],
            ..call(port)
        };
        let all: Vec<String> = arrived(call)
            .into_iter()
            .map(|(_, head, _)| {
                let line = head.lines().find_map(|line| line.strip_prefix("x-signature: "));
                line.unwrap().to_owned()
            })
            .collect();
        assert!(all[0].len() > 20, "{all:?}");
        assert!(all.iter().all(|it| *it == all[0]), "{all:?}");
    }
}

#[test]
fn times_are_written_as_the_recipe_says() {
    for format in [TimeFormat::Seconds, TimeFormat::Milliseconds, TimeFormat::Rfc3339] {
        let call = |port: u16| Call {
            method: "GET".to_owned(),
            url: vec![Piece::text(format!("http://127.0.0.1:{port}/"))],
            headers: vec![("x-time".to_owned(), vec![Piece::Time])],
            time: Some(format),
            ..Call::default()
        };
        for (program, head, body) in arrived(call) {
            let time = head.lines().find_map(|line| line.strip_prefix("x-time: ")).unwrap();
            let sound = match format {
                TimeFormat::Seconds => time.len() == 10,
                TimeFormat::Milliseconds => time.len() == 13,
                TimeFormat::Rfc3339 => time.len() >= 20 && time.ends_with('z'),
            };
            assert!(sound && body.is_empty(), "{program}: {head}");
        }
    }
}
