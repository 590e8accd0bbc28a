//! What a file is that is not WebAssembly, in plain words.

use crate::refusal::Refusal;

/// Says what a file is that does not begin as WebAssembly does.
pub(crate) fn name(bytes: &[u8], build: &str) -> Refusal {
    let (what, action) = match binary(bytes) {
        Some((what, action)) => (format!("; {what}"), action),
        None => text(bytes, build).unwrap_or_else(|| (String::new(), build.to_owned())),
    };
    Refusal::new("not_wasm", format!("the file is not WebAssembly{what}"), action)
}

/// Files that are told apart by their first bytes.
fn binary(bytes: &[u8]) -> Option<(&'static str, String)> {
    const PACKED: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "it is a ZIP archive"),
        (b"\x1f\x8b", "it is compressed by gzip"),
        (b"\x28\xb5\x2f\xfd", "it is compressed by zstd"),
        (b"\xfd7zXZ\0", "it is compressed by xz"),
        (b"BZh", "it is compressed by bzip2"),
    ];
    const PROGRAMS: [&[u8]; 4] = [b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"];
    if let Some((_, what)) = PACKED.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some((what, "unpack it and deploy the .wasm file inside".to_owned()));
    }
    if bytes.get(257..262) == Some(b"ustar") {
        let action = "unpack it and deploy the .wasm file inside".to_owned();
        return Some(("it is a tar archive", action));
    }
    let program = PROGRAMS.iter().any(|start| bytes.starts_with(start));
    program.then(|| {
        let action = "build it for wasm32-wasip2 instead: `cargo build --target wasm32-wasip2`";
        ("it is a program for a processor", action.to_owned())
    })
}

/// Files that are text.
fn text(bytes: &[u8], build: &str) -> Option<(String, String)> {
    /// Enough to see what it is.
    const HEAD: usize = 512;
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut in two, if the text is longer.
        Err(error) if head.len() < bytes.len() && error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let allowed = |it: char| !it.is_control() || it.is_ascii_whitespace();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() || !text.chars().all(allowed) {
        return None;
    }
    let is = |starts: &[&str]| {
        starts.iter().any(|start| {
            text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
        })
    };
    let download = "download it again and look at what the server answers: a page of an error, \
                    or of a login, is often saved under the name of the file";
    let (what, action) = if is(&["(component", "(module"]) {
        (
            "it is WebAssembly in its text form",
            "turn it into its binary form with `wasm-tools parse`",
        )
    } else if is(&["<!doctype html", "<html", "<head", "<body"]) {
        ("it is an HTML page", download)
    } else if is(&["<?xml", "<error"]) {
        ("it is an XML document", download)
    } else if is(&["version https://git-lfs"]) {
        ("it is a pointer of Git LFS", "fetch the file itself with `git lfs pull`")
    } else if is(&["{", "["]) {
        ("it is a JSON document", download)
    } else {
        let line: String = text.lines().next().unwrap_or_default().chars().take(40).collect();
        return Some((
            format!("; it is text that begins with `{}`", line.trim_end()),
            build.into(),
        ));
    };
    Some((format!("; {what}"), action.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(bytes: &[u8]) -> (String, String) {
        let Refusal { message, action, .. } = name(bytes, "build it");
        (message.trim_start_matches("the file is not WebAssembly").to_owned(), action)
    }

    #[test]
    fn each_file_is_named_as_what_it_is() {
        let mut tar = vec![b'a'; 512];
        tar.splice(257..262, *b"ustar");
        let table: [(&[u8], &str, &str); 13] = [
            (b"PK\x03\x04rest", "; it is a ZIP archive", "unpack"),
            (b"\x1f\x8b\x08", "; it is compressed by gzip", "unpack"),
            (b"\x28\xb5\x2f\xfd", "; it is compressed by zstd", "unpack"),
            (&tar, "; it is a tar archive", "unpack"),
            (b"\x7fELF\x02", "; it is a program for a processor", "wasm32-wasip2"),
            (b"\n<!DOCTYPE HTML><title>404", "; it is an HTML page", "download it again"),
            (b"<?xml version=\"1.0\"?><Error>", "; it is an XML document", "download it again"),
            (b"{\"message\":\"Not Found\"}", "; it is a JSON document", "download it again"),
            (
                b"version https://git-lfs.github.com/spec/v1\noid",
                "; it is a pointer of Git LFS",
                "git lfs pull",
            ),
            (b" (component)", "; it is WebAssembly in its text form", "wasm-tools parse"),
            (b"hello\nworld", "; it is text that begins with `hello`", "build it"),
            (b"\x00\x01\x02", "", "build it"),
            (b"ol\xe1, latin 1", "", "build it"),
        ];
        for (bytes, what, action) in table {
            let said = said(bytes);
            assert_eq!(said.0, what, "{said:?}");
            assert!(said.1.contains(action), "{said:?}");
        }
    }

    #[test]
    fn text_may_be_cut_within_a_character() {
        let text = "é".repeat(400);
        let (message, _) = said(format!("a{text}").as_bytes());
        assert!(message.starts_with("; it is text that begins with `aé"), "{message}");
    }
}
