//! Laying JSON text out without reading its values: numbers of any size stay
//! digit for digit, keys stay in their order.

/// JSON text on one line. The text must be JSON.
pub(super) fn compact(text: &str) -> String {
    lay_out(text, None)
}

/// JSON text with an entry to a line. The text must be JSON.
pub(super) fn pretty(text: &str) -> String {
    lay_out(text, Some(0))
}

/// `depth` is none where all goes on one line.
fn lay_out(text: &str, mut depth: Option<usize>) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let (mut in_string, mut escaped) = (false, false);
    // A bracket was opened, and it is not known yet whether anything is in it.
    let mut opened = false;
    for char in text.chars() {
        if in_string {
            out.push(char);
            in_string = escaped || char != '"';
            escaped = !escaped && char == '\\';
            continue;
        }
        match char {
            ' ' | '\t' | '\n' | '\r' => continue,
            '}' | ']' => {
                depth = depth.map(|depth| depth.saturating_sub(1));
                if !opened {
                    new_line(&mut out, depth);
                }
                opened = false;
            }
            _ if opened => {
                new_line(&mut out, depth);
                opened = false;
            }
            _ => {}
        }
        out.push(char);
        match char {
            '"' => in_string = true,
            '{' | '[' => {
                depth = depth.map(|depth| depth + 1);
                opened = true;
            }
            ',' => new_line(&mut out, depth),
            ':' if depth.is_some() => out.push(' '),
            _ => {}
        }
    }
    out
}

fn new_line(out: &mut String, depth: Option<usize>) {
    if let Some(depth) = depth {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    }
}

#[cfg(test)]
mod tests {
    use super::{compact, pretty};

    #[test]
    fn values_stay_as_they_are() {
        for (text, expected) in [
            (
                "{ \"b\" : 12345678901234567890123.10 ,\n\"a\":[ ] }",
                r#"{"b":12345678901234567890123.10,"a":[]}"#,
            ),
            (r#"[ "a \" : , { b\\" , "\\" ]"#, r#"["a \" : , { b\\","\\"]"#),
            (" null ", "null"),
            ("{\r\n}", "{}"),
        ] {
            assert_eq!(compact(text), expected);
            assert_eq!(compact(&pretty(text)), expected);
        }
    }

    #[test]
    fn an_entry_has_a_line() {
        assert_eq!(
            pretty(r#"{"a":[1,{"b":"x: y"}],"c":{}}"#),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x: y\"\n    }\n  ],\n  \"c\": {}\n}"
        );
    }
}
