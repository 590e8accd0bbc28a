//! All texts are there in all languages, and pages have no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::*;

/// The texts of a file: for each key what it says, selectors and all.
fn entries(source: &str) -> BTreeMap<String, String> {
    let mut entries = BTreeMap::<String, String>::new();
    let mut last = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        match line.split_once(" = ") {
            Some((key, text)) if !line.starts_with([' ', '}']) => {
                let twice = entries.insert(key.to_owned(), text.to_owned());
                assert!(twice.is_none(), "{key} is there twice");
                key.clone_into(&mut last);
            }
            _ => entries.entry(last.clone()).or_default().push_str(line),
        }
    }
    entries
}

fn variables(text: &str) -> BTreeSet<&str> {
    let names = text.split('$').skip(1);
    names.map(|rest| rest.split([' ', '}']).next().unwrap_or_default()).collect()
}

/// All files below a folder of this crate with this ending.
fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of this crate") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending)
                && !path.to_string_lossy().ends_with("_test.rs")
            {
                let text = std::fs::read_to_string(&path).expect("a text");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder}");
    found
}

#[test]
fn both_languages_say_the_same_things_with_the_same_values() {
    for source in [ENGLISH, PORTUGUESE] {
        let read = FluentResource::try_new(source.to_owned());
        assert!(read.is_ok(), "{:?}", read.err().map(|(_, errors)| errors));
    }
    let (english, portuguese) = (entries(ENGLISH), entries(PORTUGUESE));
    let keys = |entries: &BTreeMap<String, String>| entries.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&english), keys(&portuguese));
    for (key, text) in &english {
        let other = portuguese.get(key).expect("it is there");
        assert_eq!(variables(text), variables(other), "{key}");
        assert_eq!(text.matches('`').count(), other.matches('`').count(), "{key}");
        assert!(!text.trim().is_empty() && !other.trim().is_empty(), "{key}");
    }
}

#[test]
fn every_text_that_is_asked_for_is_there_and_every_one_is_asked_for() {
    let english = entries(ENGLISH);
    let mut sources = files("templates", ".html");
    sources.extend(files("src/console", ".rs"));
    let mut asked = BTreeSet::new();
    for (path, source) in &sources {
        for rest in source.split("say(\"").skip(1) {
            let key = rest.split('"').next().unwrap_or_default();
            assert!(english.contains_key(key), "{key} of {}", path.display());
            asked.insert(key.to_owned());
        }
    }
    for key in english.keys() {
        // These are asked for by the code of a problem, or by its words.
        let by_code = ["problem-", "refusal-", "sign-in-", "violation-", "finding-"]
            .iter()
            .any(|prefix| key.starts_with(prefix));
        let named = || sources.iter().any(|(_, source)| source.contains(&format!("\"{key}\"")));
        assert!(by_code || asked.contains(key) || named(), "nothing asks for {key}");
    }
}

#[test]
fn templates_have_no_text_of_their_own() {
    for (path, source) in files("templates", ".html") {
        let without_code = without(&without(&source, "{%", "%}"), "{{", "}}");
        for attribute in ["alt", "title", "placeholder", "aria-label", "content"] {
            for rest in without_code.split(&format!(" {attribute}=\"")).skip(1) {
                let value = rest.split('"').next().unwrap_or_default();
                let technical = ["width=device-width, initial-scale=1", "light dark"];
                let text = value.chars().any(char::is_alphabetic) && !technical.contains(&value);
                assert!(!text, "{attribute}={value:?} in {}", path.display());
            }
        }
        let text = without(&without_code, "<", ">").replace("&nbsp;", " ");
        // Macros and blocks write attributes too, whose tags stand elsewhere.
        let attribute = |word: &str| word.contains("=\"") || word == "required";
        let words = text.split_whitespace().filter(|word| !attribute(word));
        let letters: Vec<&str> = words.filter(|word| word.contains(char::is_alphabetic)).collect();
        assert!(letters.is_empty(), "{letters:?} in {}", path.display());
    }
}

/// A text without what stands between two marks.
fn without(text: &str, from: &str, to: &str) -> String {
    let mut parts = text.split(from);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |rest, part| rest + part.split_once(to).map_or("", |(_, after)| after))
}

#[test]
fn values_are_written_as_they_are_and_never_as_markup() {
    let texts = Texts::new();
    let say = |code| {
        let said = texts.say(Language::Portuguese, "problem-reference");
        said.arg("code", code).arg("id", "1")
    };
    assert_eq!(say("a<b>").to_string(), "Para quem for investigar: `a<b>`, requisição `1`");
    assert_eq!(
        say("a<b>").rich().to_string(),
        "Para quem for investigar: <code>a&#60;b&#62;</code>, requisição <code>1</code>"
    );
    assert_eq!(texts.say(Language::English, "no-such-key").to_string(), "no-such-key");
}
