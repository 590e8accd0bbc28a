//! To whom a message goes.

use eclusa_adapter_sdk::prelude::*;
use eclusa_adapter_sdk::serde_json::{Map, Value};

/// Writes the recipient: a person by number (`to`) or by business-scoped id
/// (`recipient`), or a group.
///
/// `extra.recipient_type` settles it where a group's id looks like a number.
pub(crate) fn write(
    conversation: &str,
    options: Node<'_>,
    body: &mut Map<String, Value>,
) -> Result<(), Problem> {
    let kind = match options.get("recipient_type") {
        None => Kind::of(conversation),
        Some(node) => match node.text()? {
            "group" => Kind::Group,
            "individual" if is_user_id(conversation) => Kind::User,
            "individual" => Kind::Number,
            _ => {
                let mut problem = node.expected("`individual` or `group`");
                problem.pointer = Some("/extra/recipient_type".to_owned());
                return Err(problem);
            }
        },
    };
    let (recipient_type, field) = match kind {
        Kind::Number => ("individual", "to"),
        Kind::User => ("individual", "recipient"),
        Kind::Group => ("group", "to"),
    };
    body.insert("recipient_type".to_owned(), recipient_type.into());
    body.insert(field.to_owned(), conversation.into());
    Ok(())
}

enum Kind {
    Number,
    User,
    Group,
}

impl Kind {
    fn of(conversation: &str) -> Self {
        let digits = conversation.strip_prefix('+').unwrap_or(conversation);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::Number
        } else if is_user_id(conversation) {
            Self::User
        } else {
            Self::Group
        }
    }
}

/// Whether it is a business-scoped user id: `US.13491208655302741918`, or that of
/// a whole business portfolio, `US.ENT.11815799212886844830`.
fn is_user_id(id: &str) -> bool {
    let Some((country, rest)) = id.split_once('.') else { return false };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::{Kind, is_user_id};

    #[test]
    fn people_and_groups_are_told_apart() {
        assert!(matches!(Kind::of("5511999990000"), Kind::Number));
        assert!(matches!(Kind::of("+5511999990000"), Kind::Number));
        assert!(matches!(Kind::of("BR.2081978709342942"), Kind::User));
        assert!(matches!(Kind::of("BR.ENT.9081726354"), Kind::User));
        assert!(matches!(Kind::of("Y2FwaV9ncm91cDo1NTExOTk5OTkwMDAw"), Kind::Group));
        assert!(!is_user_id("BR."));
        assert!(!is_user_id("BRA.1"));
    }
}
