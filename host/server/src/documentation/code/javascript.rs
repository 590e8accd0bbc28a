//! A call for JavaScript with `fetch`, as a module: Node.js, Deno, Bun.

use eclusa_model::{Encoding, KeyFormat, TimeFormat};

use super::call::{Call, Piece, Signing};

/// The module.
pub(crate) fn javascript(call: &Call) -> String {
    let mut out = String::new();
    if call.signing.is_some() {
        out.push_str("import { createHmac } from 'node:crypto';\n\n");
    }
    out.push_str(&format!("const url = {};\n", expression(&call.url)));
    if let Some(body) = &call.body {
        out.push_str(&format!("const body = {};\n", expression(body)));
    }
    if let Some(format) = call.time {
        out.push_str(match format {
            TimeFormat::Seconds => "const time = String(Math.floor(Date.now() / 1000));\n",
            TimeFormat::Milliseconds => "const time = String(Date.now());\n",
            TimeFormat::Rfc3339 => "const time = new Date().toISOString();\n",
        });
    }
    if let Some(signing) = &call.signing {
        out.push_str(&signature(signing));
    }
    out.push_str("const response = await fetch(url, {\n");
    out.push_str(&format!("  method: '{}',\n", call.method));
    if !call.headers.is_empty() || call.basic.is_some() {
        out.push_str("  headers: {\n");
        if let Some(basic) = &call.basic {
            let pair = expression(basic);
            out.push_str(&format!("    authorization: 'Basic ' + btoa({pair}),\n"));
        }
        for (name, value) in &call.headers {
            out.push_str(&format!("    {}: {},\n", literal(name), expression(value)));
        }
        out.push_str("  },\n");
    }
    if call.body.is_some() {
        out.push_str("  body,\n");
    }
    out.push_str("});\nconsole.log(response.status, await response.text());");
    out
}

fn signature(signing: &Signing) -> String {
    let key = format!("process.env.{}", signing.key);
    let key = match signing.format {
        KeyFormat::Text => key,
        KeyFormat::Hex => format!("Buffer.from({key}, 'hex')"),
        KeyFormat::Base64 => format!("Buffer.from({key}, 'base64')"),
        KeyFormat::Whsec => format!("Buffer.from({key}.replace(/^whsec_/, ''), 'base64')"),
    };
    let encoding = match signing.encoding {
        Encoding::Hex => "hex",
        Encoding::Base64 => "base64",
        Encoding::Base64url => "base64url",
    };
    let (hash, content) = (signing.algorithm.name(), expression(&signing.content));
    format!(
        "const signature = createHmac('{hash}', {key})\n  .update({content})\n  .digest('{encoding}');\n"
    )
}

/// An expression that is a text.
fn expression(text: &[Piece]) -> String {
    let parts: Vec<String> = text.iter().map(part).collect();
    if parts.is_empty() { "''".to_owned() } else { parts.join(" + ") }
}

fn part(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => literal(text),
        Piece::Variable(name) => format!("process.env.{name}"),
        Piece::Time => "time".to_owned(),
        Piece::Signature => "signature".to_owned(),
        Piece::Body => "body".to_owned(),
        Piece::Url => "url".to_owned(),
        Piece::Path => "new URL(url).pathname".to_owned(),
    }
}

/// A text, byte for byte: several lines as they are, where nothing in them means
/// something.
fn literal(text: &str) -> String {
    let raw = text.contains('\n')
        && !text.contains(['`', '\r'])
        && !text.contains("${")
        && !text.ends_with('\\');
    if raw {
        return format!("String.raw`{text}`");
    }
    if !text.contains(['\'', '\\']) && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    // JSON is JavaScript.
    serde_json::Value::from(text).to_string()
}
