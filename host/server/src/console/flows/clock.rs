//! Times as people write them in a form: `8:00–12:00, 13h–18h30`, and minutes.

use serde_json::{Number, Value, json};

/// The spans of a day; what is no time is left for the check to refuse.
pub(super) fn spans(text: &str) -> Value {
    let dashes = text.replace(['–', '—'], "-");
    let tight: Vec<&str> = dashes.split('-').map(str::trim).collect();
    let tight = tight.join("-");
    let each = tight.split([',', ';', ' ', '\n']).map(str::trim).filter(|it| !it.is_empty());
    let span = |it: &str| {
        let (from, to) = it.split_once('-').unwrap_or((it, ""));
        json!({ "from": time(from), "to": time(to) })
    };
    Value::Array(each.map(span).collect())
}

/// `8`, `8h30` and `8:30` as `HH:MM`; anything else stays.
fn time(text: &str) -> String {
    let (hour, minute) = text.split_once([':', 'h']).unwrap_or((text, ""));
    let digits = |it: &str, least| {
        (least..=2).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_digit())
    };
    if digits(hour, 1) && digits(minute, 0) && minute.len() != 1 {
        format!("{hour:0>2}:{minute:0>2}")
    } else {
        text.to_owned()
    }
}

/// The spans as a line of text.
pub(super) fn line(spans: &Value) -> String {
    let text = |span: &Value, key: &str| span[key].as_str().unwrap_or_default().to_owned();
    let one = |span: &Value| match (text(span, "from"), text(span, "to")) {
        (from, to) if to.is_empty() => from,
        (from, to) => format!("{from}–{to}"),
    };
    spans.as_array().into_iter().flatten().map(one).collect::<Vec<_>>().join(", ")
}

/// Minutes, also with a fraction, as seconds; the text where they are none.
pub(super) fn seconds(minutes: &str) -> Value {
    let read = minutes.replace(',', ".").parse::<f64>().ok().filter(|it| it.is_finite());
    match read {
        // A negative number is 0, and more than a `u32` its largest: the check tells of both.
        Some(minutes) => json!((minutes * 60.0).round() as u32),
        None => Value::String(minutes.to_owned()),
    }
}

/// Seconds as minutes.
pub(super) fn minutes(seconds: &Value) -> String {
    match seconds.as_u64() {
        Some(seconds) if seconds % 60 == 0 => (seconds / 60).to_string(),
        Some(seconds) => {
            let minutes = format!("{:.3}", seconds as f64 / 60.0);
            minutes.trim_end_matches('0').to_owned()
        }
        None => match seconds {
            Value::String(text) => text.clone(),
            other => other.as_number().map(Number::to_string).unwrap_or_default(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let said = |text| line(&spans(text));
        assert_eq!(said("8-12, 13:00 – 18h30"), "08:00–12:00, 13:00–18:30");
        assert_eq!(said("20:00-02:00;00:00-24:00"), "20:00–02:00, 00:00–24:00");
        assert_eq!(said("9:00-18:00 19-20"), "09:00–18:00, 19:00–20:00");
        assert_eq!(said("  "), "");
        // What is none is told as it was typed.
        assert_eq!(said("noon-8:5"), "noon–8:5");
        assert_eq!(spans("9"), json!([{ "from": "09:00", "to": "" }]));
    }

    #[test]
    fn minutes_are_seconds() {
        for (text, value) in [("10", 600), ("1,5", 90), ("0.05", 3), ("-1", 0)] {
            assert_eq!(seconds(text), json!(value), "{text}");
        }
        assert_eq!(seconds("NaN"), json!("NaN"));
        assert_eq!(seconds("soon"), json!("soon"));
        assert_eq!(minutes(&json!(600)), "10");
        assert_eq!(minutes(&json!(90)), "1.5");
        assert_eq!(seconds(&minutes(&json!(100))), json!(100));
        assert_eq!(minutes(&json!("soon")), "soon");
    }
}
