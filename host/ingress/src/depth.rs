//! How deep JSON is nested, without parsing it.

/// The deepest nesting of brackets outside of strings. Text that is not JSON is
/// no error here; the adapter decides what it is.
pub fn json_depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (true, _) => {}
            (false, b'"') => in_string = true,
            (false, b'[' | b'{') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            (false, _) => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::json_depth;

    #[test]
    fn brackets_in_strings_do_not_count() {
        assert_eq!(json_depth(r#"{"a":["[[[\"[[", {}]}"#), 3);
        assert_eq!(json_depth("plain"), 0);
        assert_eq!(json_depth(&"[".repeat(1000)), 1000);
    }
}
