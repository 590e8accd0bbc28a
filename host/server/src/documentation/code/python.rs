//! A call for Python, by its standard library.

use eclusa_model::{Encoding, KeyFormat, TimeFormat};

use super::call::{Call, Piece, Signing};

/// The program.
pub(crate) fn python(call: &Call) -> String {
    let mut out = String::new();
    let base64 = call.basic.is_some()
        || call.signing.as_ref().is_some_and(|it| {
            it.encoding != Encoding::Hex
                || matches!(it.format, KeyFormat::Base64 | KeyFormat::Whsec)
        });
    let modules = [
        (base64, "base64"),
        (call.time == Some(TimeFormat::Rfc3339), "datetime"),
        (call.signing.is_some(), "hashlib"),
        (call.signing.is_some(), "hmac"),
        (!call.variables().is_empty(), "os"),
        (call.time.is_some_and(|format| format != TimeFormat::Rfc3339), "time"),
        (true, "urllib.error"),
        (call.signs(&Piece::Path), "urllib.parse"),
        (true, "urllib.request"),
    ];
    for (_, module) in modules.iter().filter(|(needed, _)| *needed) {
        out.push_str(&format!("import {module}\n"));
    }
    out.push_str(&format!("\nurl = {}\n", expression(&call.url)));
    if let Some(body) = &call.body {
        out.push_str(&format!("body = {}\n", expression(body)));
    }
    if let Some(format) = call.time {
        out.push_str(match format {
            TimeFormat::Seconds => "now = str(int(time.time()))\n",
            TimeFormat::Milliseconds => "now = str(int(time.time() * 1000))\n",
            TimeFormat::Rfc3339 => {
                "now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')\n"
            }
        });
    }
    if let Some(signing) = &call.signing {
        out.push_str(&signature(signing));
    }
    out.push_str("request = urllib.request.Request(\n    url,\n");
    out.push_str(&format!("    method={},\n", literal(&call.method)));
    if call.body.is_some() {
        out.push_str("    data=body.encode(),\n");
    }
    if !call.headers.is_empty() || call.basic.is_some() {
        out.push_str("    headers={\n");
        if let Some(basic) = &call.basic {
            let pair = format!("({})", expression(basic));
            out.push_str(&format!(
                "        'authorization': 'Basic ' + base64.b64encode({pair}.encode()).decode(),\n"
            ));
        }
        for (name, value) in &call.headers {
            out.push_str(&format!("        {}: {},\n", literal(name), expression(value)));
        }
        out.push_str("    },\n");
    }
    out.push_str(
        ")\ntry:\n    response = urllib.request.urlopen(request)\n\
         except urllib.error.HTTPError as refusal:\n    response = refusal\n\
         print(response.status, response.read().decode())",
    );
    out
}

fn signature(signing: &Signing) -> String {
    let key = format!("os.environ['{}']", signing.key);
    let decoded =
        |key: String| format!("base64.b64decode({key}.translate({{45: 43, 95: 47}}) + '==')");
    let key = match signing.format {
        KeyFormat::Text => format!("{key}.encode()"),
        KeyFormat::Hex => format!("bytes.fromhex({key})"),
        KeyFormat::Base64 => decoded(key),
        KeyFormat::Whsec => decoded(format!("{key}.removeprefix('whsec_')")),
    };
    let (hash, content) = (signing.algorithm.name(), expression(&signing.content));
    let mac = format!("hmac.new({key}, ({content}).encode(), hashlib.{hash})");
    match signing.encoding {
        Encoding::Hex => format!("signature = {mac}.hexdigest()\n"),
        Encoding::Base64 => format!("signature = base64.b64encode({mac}.digest()).decode()\n"),
        Encoding::Base64url => {
            format!("signature = base64.urlsafe_b64encode({mac}.digest()).decode().rstrip('=')\n")
        }
    }
}

/// An expression that is a text.
fn expression(text: &[Piece]) -> String {
    let parts: Vec<String> = text.iter().map(part).collect();
    if parts.is_empty() { "''".to_owned() } else { parts.join(" + ") }
}

fn part(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => literal(text),
        Piece::Variable(name) => format!("os.environ['{name}']"),
        Piece::Time => "now".to_owned(),
        Piece::Signature => "signature".to_owned(),
        Piece::Body => "body".to_owned(),
        Piece::Url => "url".to_owned(),
        Piece::Path => "urllib.parse.urlsplit(url).path".to_owned(),
    }
}

/// A text, byte for byte: several lines as they are, where nothing in them means
/// something.
fn literal(text: &str) -> String {
    let raw = text.contains('\n')
        && !text.contains("'''")
        && !text.contains('\r')
        && !text.ends_with(['\'', '\\']);
    if raw {
        return format!("r'''{text}'''");
    }
    if !text.contains(['\'', '\\']) && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    // What JSON escapes, Python reads in the same way.
    serde_json::Value::from(text).to_string()
}
