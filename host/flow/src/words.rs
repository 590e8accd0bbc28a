//! Comparing what people type: case, accents and the space around do not matter.

use icu_normalizer::DecomposingNormalizer;

/// What is compared of a text: decomposed (NFKD), without marks, in lower case, each run
/// of white space as one space and none around.
pub(crate) fn folded(text: &str) -> String {
    let plain: String = DecomposingNormalizer::new_nfkd()
        .normalize_iter(text.chars().flat_map(char::to_lowercase))
        .filter(|character| !is_mark(*character))
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Combining marks (accents, the keycap and emoji variation marks among them), and what
/// keyboards put in without being seen.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn case_accents_and_space_do_not_matter() {
        for text in ["Horário", " HORARIO\n", "hora\u{301}rio", "ＨＯＲＡＲＩＯ", "\u{200e}horário"]
        {
            assert_eq!(folded(text), "horario", "{text:?}");
        }
        assert_eq!(folded("Falar   com\tpessoa"), "falar com pessoa");
        assert_eq!(folded("1\u{fe0f}\u{20e3}"), "1");
        assert_eq!(folded("  "), "");
    }
}
