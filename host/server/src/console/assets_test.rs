//! All parts of the style sheet hold on all pages: two that style the same name would
//! change each other's pages.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What all pages are made of. Parts that come after it may style it within their own
/// names only, as `.thread-head .actions`.
const GROUND: [&str; 6] =
    ["colors.css", "ground.css", "frame.css", "parts.css", "forms.css", "narrow.css"];

/// The names of classes and ids with which the rules of a style sheet begin.
fn names(style: &str) -> Vec<String> {
    let selectors = style.split('}').filter_map(|rule| rule.rsplit_once('{'));
    let selectors = selectors.flat_map(|(selectors, _)| {
        selectors.rsplit(['{', ';']).next().unwrap_or_default().split(',')
    });
    let begins = selectors.map(str::trim).filter(|it| it.starts_with(['.', '#']));
    begins
        .map(|it| {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let length = it[1..].find(|c| !is_name(c)).map_or(it.len(), |end| end + 1);
            it[..length].to_owned()
        })
        .collect()
}

#[test]
fn no_name_is_styled_by_two_parts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console/assets/styles");
    let mut styled: BTreeMap<String, String> = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        if GROUND.contains(&file.as_str()) {
            continue;
        }
        for name in names(&fs::read_to_string(&path).unwrap()) {
            let first = styled.entry(name.clone()).or_insert_with(|| file.clone());
            assert_eq!(*first, file, "{name} is styled by both");
        }
    }
    assert!(styled.len() > 50, "{styled:?}");
}
