//! A call for a POSIX shell with curl, and openssl where it is signed.

use eclusa_model::{Encoding, KeyFormat, TimeFormat};

use super::call::{Call, Piece, Signing};

/// The command.
pub(crate) fn shell(call: &Call) -> String {
    let mut out = String::new();
    let signed_body = call.signs(&Piece::Body);
    if let (true, Some(body)) = (signed_body, &call.body) {
        out.push_str(&format!("body={}\n", quoted(body)));
    }
    if let Some(format) = call.time {
        out.push_str(match format {
            TimeFormat::Seconds => "time=$(date +%s)\n",
            TimeFormat::Milliseconds => "time=$(date +%s)000\n",
            TimeFormat::Rfc3339 => "time=$(date -u +%Y-%m-%dT%H:%M:%SZ)\n",
        });
    }
    let needs_url = call.signs(&Piece::Url) || call.signs(&Piece::Path);
    if needs_url {
        out.push_str(&format!("url={}\n", quoted(&call.url)));
    }
    if call.signs(&Piece::Path) {
        // Behind scheme and host, without the query.
        out.push_str("path=/${url#*://*/}\npath=${path%%\\?*}\n");
    }
    if let Some(signing) = &call.signing {
        out.push_str(&signature(signing));
    }
    let mut parts = vec!["curl -sS".to_owned()];
    // Brackets and braces in URLs mean something to curl.
    if call
        .url
        .iter()
        .any(|it| matches!(it, Piece::Text(text) if text.contains(['[', ']', '{', '}'])))
    {
        parts.push("--globoff".to_owned());
    }
    let usual = if call.body.is_some() { "POST" } else { "GET" };
    if call.method != usual {
        parts.push(format!("-X {}", call.method));
    }
    parts.push(if needs_url { "\"$url\"".to_owned() } else { quoted(&call.url) });
    let mut lines = vec![parts.join(" ")];
    if let Some(basic) = &call.basic {
        lines.push(format!("-u {}", quoted(basic)));
    }
    for (name, value) in &call.headers {
        let mut header = vec![Piece::text(format!("{name}: "))];
        header.extend(value.iter().cloned());
        lines.push(format!("-H {}", quoted(&header)));
    }
    match &call.body {
        Some(_) if signed_body => lines.push("--data-raw \"$body\"".to_owned()),
        Some(body) => lines.push(format!("--data-raw {}", quoted(body))),
        None => {}
    }
    out.push_str(&lines.join(" \\\n  "));
    out
}

fn signature(signing: &Signing) -> String {
    let content: Vec<String> =
        signing.content.iter().map(|piece| quoted(std::slice::from_ref(piece))).collect();
    let content = if content.is_empty() { "''".to_owned() } else { content.join(" ") };
    let (key, hash) = (&signing.key, signing.algorithm.name());
    let hex = |value: String| {
        format!(
            "-mac HMAC -macopt \"hexkey:$({value} | openssl base64 -d -A | od -An -tx1 | tr -d ' \\n')\""
        )
    };
    let key = match signing.format {
        KeyFormat::Text => format!("-hmac \"${key}\""),
        KeyFormat::Hex => format!("-mac HMAC -macopt \"hexkey:${key}\""),
        KeyFormat::Base64 => hex(format!("printf '%s' \"${key}\" | tr '_-' '/+'")),
        KeyFormat::Whsec => hex(format!("printf '%s' \"${{{key}#whsec_}}\" | tr '_-' '/+'")),
    };
    let written = match signing.encoding {
        Encoding::Hex => "-r | cut -d ' ' -f 1",
        Encoding::Base64 => "-binary | openssl base64 -A",
        Encoding::Base64url => "-binary | openssl base64 -A | tr '/+' '_-' | tr -d '='",
    };
    format!("signature=$(printf '%s' {content} |\n  openssl dgst -{hash} {key} {written})\n")
}

/// A word of the shell. Where something is filled in and the rest is harmless, it
/// stands in double quotes, as people write it; else each part has its own quotes.
fn quoted(text: &[Piece]) -> String {
    let harmless = |text: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || " :/=_.,;?&%+-@~".contains(c))
    };
    let plain = text.iter().all(|piece| matches!(piece, Piece::Text(_)));
    let simple = text.iter().all(|piece| match piece {
        Piece::Text(text) => harmless(text),
        _ => true,
    });
    let mut out = String::new();
    if !plain && simple {
        out.push('"');
        for piece in text {
            match piece {
                Piece::Text(text) => out.push_str(text),
                piece => out.push_str(&format!("${{{}}}", name(piece))),
            }
        }
        out.push('"');
        // Braces only where a name could be read on.
        return if text.len() == 1 { out.replace(['{', '}'], "") } else { out };
    }
    for piece in text {
        match piece {
            Piece::Text(text) => out.push_str(&format!("'{}'", text.replace('\'', r"'\''"))),
            piece => out.push_str(&format!("\"${}\"", name(piece))),
        }
    }
    if out.is_empty() { "''".to_owned() } else { out }
}

/// What a part is called in the shell.
fn name(piece: &Piece) -> &str {
    match piece {
        Piece::Text(_) => "",
        Piece::Variable(name) => name,
        Piece::Time => "time",
        Piece::Signature => "signature",
        Piece::Body => "body",
        Piece::Url => "url",
        Piece::Path => "path",
    }
}
