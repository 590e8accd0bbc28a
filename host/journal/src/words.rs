//! The words of a name, as people search for them.

use std::collections::BTreeSet;

use icu_normalizer::DecomposingNormalizerBorrowed;

/// So many words of a name count.
const MOST: usize = 8;

/// So many letters of a word count.
const LONGEST: usize = 40;

/// The words of a name without case and accents, each once: `João da Silva` has
/// `da`, `joao` and `silva`.
pub(crate) fn words(name: &str) -> BTreeSet<String> {
    let plain: String = DecomposingNormalizerBorrowed::new_nfkd()
        .normalize_iter(name.chars())
        .filter(|it| !('\u{300}'..='\u{36f}').contains(it))
        .flat_map(char::to_lowercase)
        .collect();
    plain
        .split(|it: char| !it.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LONGEST).collect())
        .take(MOST)
        .collect()
}

/// Whether a word that is searched for finds those that begin with it. One of one or
/// two letters (`da`, `de`) finds itself alone: too many begin so.
pub(crate) fn is_beginning(word: &str) -> bool {
    word.chars().nth(2).is_some()
}

#[cfg(test)]
mod tests {
    use super::words;

    fn found(name: &str) -> String {
        words(name).into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_have_neither_case_nor_accents() {
        assert_eq!(found("João  da SILVA-Conceição (RH)"), "conceicao da joao rh silva");
        assert_eq!(found("Joa\u{303}o"), "joao");
        assert_eq!(found("Ελένη Иван"), "ελενη иван");
        assert_eq!(found(" -- "), "");
    }

    #[test]
    fn a_name_without_end_has_an_end() {
        let long = format!("{} {}", "x".repeat(1000), "a b c d e f g h i j k");
        assert_eq!(words(&long).len(), 8);
        assert!(words(&long).iter().all(|word| word.len() <= 40));
    }
}
