//! Searching for secrets in whatever a run has left behind.

use std::path::Path;

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Finds secrets as they are, in base64, in hexadecimal, percent-encoded and
/// escaped in JSON.
#[derive(Debug)]
pub struct Search {
    finder: AhoCorasick,
    /// Of each pattern the secret's name and the form.
    names: Vec<String>,
}

impl Search {
    /// For secrets, each with a name to call it by.
    pub fn of<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut names = Vec::new();
        let mut patterns = Vec::new();
        for (name, secret) in secrets {
            assert!(secret.len() >= 8, "{name} is too short to be searched for");
            for (form, pattern) in forms(secret) {
                names.push(format!("{name}, {form}"));
                patterns.push(pattern);
            }
        }
        let finder = AhoCorasick::new(patterns).expect("patterns that are not too many");
        Self { finder, names }
    }

    /// What is found in these bytes: the name of a secret, its form, and what stands
    /// before it.
    pub fn find(&self, bytes: &[u8]) -> Option<String> {
        let found = self.finder.find(bytes)?;
        let before = &bytes[found.start().saturating_sub(300)..found.start()];
        let name = &self.names[found.pattern().as_usize()];
        Some(format!("{name}, after {:?}", String::from_utf8_lossy(before)))
    }

    /// Fails where a place holds a secret.
    pub fn none_in(&self, place: &str, bytes: impl AsRef<[u8]>) {
        if let Some(found) = self.find(bytes.as_ref()) {
            panic!("{place} holds {found}");
        }
    }

    /// Fails where a file below a folder holds a secret, or a file's name does;
    /// gives how many were searched. What `skip` names is left out.
    pub fn none_below(&self, folder: &Path, skip: &[&str]) -> usize {
        let mut count = 0;
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if skip.contains(&name.as_str()) {
                continue;
            }
            self.none_in("the name of a file", &name);
            if path.is_dir() {
                count += self.none_below(&path, skip);
            } else if let Ok(bytes) = std::fs::read(&path) {
                // A file that is gone meanwhile was for the moment only.
                self.none_in(&path.display().to_string(), bytes);
                count += 1;
            }
        }
        count
    }
}

/// All that a secret may look like.
fn forms(secret: &str) -> Vec<(String, Vec<u8>)> {
    let escaped = serde_json::Value::from(secret).to_string();
    let hex = hex::encode(secret);
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut forms = vec![
        ("as it is".to_owned(), secret.to_owned()),
        ("in JSON".to_owned(), escaped.trim_matches('"').to_owned()),
        ("in hexadecimal".to_owned(), hex.to_uppercase()),
        ("in hexadecimal".to_owned(), hex),
        ("percent-encoded".to_owned(), percent.replace('+', "%20")),
        ("percent-encoded".to_owned(), percent),
    ];
    for shift in 0..3 {
        // Within a longer text: only the digits that are the secret's alone.
        let shifted = [&vec![0; shift], secret.as_bytes()].concat();
        let (start, end) = ((shift * 8).div_ceil(6), shifted.len() * 8 / 6);
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            forms.push((format!("in base64, shifted by {shift}"), encoded[start..end].to_owned()));
        }
    }
    forms.into_iter().map(|(form, text)| (form, text.into_bytes())).collect()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn each_form_is_found_wherever_it_stands() {
        let secret = "s3cret/with \"quotes\" + é";
        let search = Search::of([("it", secret)]);
        for before in ["", "a", "ab", "abc", "user:"] {
            let text = format!("{before}{secret}!");
            for found in [
                text.clone(),
                STANDARD.encode(&text),
                URL_SAFE_NO_PAD.encode(&text),
                hex::encode(&text),
                hex::encode_upper(&text),
                serde_json::Value::from(text.as_str()).to_string(),
                url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
            ] {
                assert!(search.find(found.as_bytes()).is_some(), "{found}");
            }
        }
        assert_eq!(search.find(b"nothing of it"), None);
    }
}
