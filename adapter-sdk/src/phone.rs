//! Phone numbers.

/// A number in E.164 (`+5511999990000`) from digits that chats give without the
/// plus, such as WhatsApp ids. `None` where it is not 7 to 15 digits.
pub fn e164(digits: &str) -> Option<String> {
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let plausible = (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    plausible.then(|| format!("+{digits}"))
}

/// Only the digits of a number, as chats want them whose ids are numbers.
pub fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plausible_numbers_get_a_plus() {
        assert_eq!(e164("5511999990000").as_deref(), Some("+5511999990000"));
        assert_eq!(e164("+5511999990000").as_deref(), Some("+5511999990000"));
        assert_eq!(e164("0119999"), None);
        assert_eq!(e164("U123"), None);
        assert_eq!(e164("1234567890123456"), None);
        assert_eq!(digits("+55 (11) 99999-0000"), "5511999990000");
    }
}
