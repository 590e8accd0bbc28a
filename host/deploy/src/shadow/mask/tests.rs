use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{key, value};

fn masked(before: Value) -> Value {
    value("", &before)
}

#[test]
fn letters_and_digits_are_masked_and_the_rest_stays() {
    for (text, expected) in [
        ("Olá, João! +55 (11) 91234-5678", "Aaa, Aaaa! +99 (99) 99999-9999"),
        ("ana.souza@example.com", "aaa.aaaaa@aaaaaaa.aaa"),
        ("https://example.com/Ana?id=7", "aaaaa://aaaaaaa.aaa/Aaa?aa=9"),
        ("{secret:bot-token}", "{aaaaaa:aaa-aaaaa}"),
        ("Привет Ångström", "Aaaaaa Aaaaaaaa"),
        ("中文 日本語 한국어", "aa aaa aaa"),
        ("٣٤٥ ½ Ⅷ", "999 9 9"),
        ("👍🏽 → ok\n\t", "👍🏽 → aa\n\t"),
        ("", ""),
    ] {
        assert_eq!(masked(json!(text)), json!(expected));
    }
}

#[test]
fn long_texts_are_cut() {
    let text = |length: usize| masked(json!("x".repeat(length)));
    assert_eq!(text(200), json!("a".repeat(200)));
    assert_eq!(text(201), json!(format!("{}…", "a".repeat(199))));
    assert_eq!(text(1 << 20), text(201));
    assert_eq!(masked(json!("é".repeat(201))), text(201));
}

#[test]
fn numbers_become_nines() {
    for (number, expected) in [
        (json!(0), json!(9)),
        (json!(-23.5614), json!(-99.9999)),
        (json!(5551112223_u64), json!(9999999999_u64)),
        (json!(1.5e300), json!("9.9e+999")),
        (json!(1e-7), json!(9e-9)),
        (json!(u64::MAX), json!("9".repeat(20))),
        (json!(i64::MIN), json!("-9999999999999999999")),
    ] {
        assert_eq!(masked(number), expected);
    }
}

#[test]
fn words_of_the_contract_stay() {
    let told = json!({
        "type": "message.received", "kind": "unsupported", "state": "delivered",
        "mime": "audio/ogg; codecs=opus", "markup": "plain", "level": "full",
        "code": "told_so", "method": "POST", "status": 404, "mime_type": "video/mp4",
        "content-type": "application/json", "voice": true, "reply_to": null,
        "types": ["document"],
    });
    let mut expected = told.clone();
    expected["types"] = json!(["aaaaaaaa"]);
    assert_eq!(masked(told), expected);
    assert_eq!(value("type", &json!("text")), json!("text"));
    assert_eq!(value("type", &json!(["text", "Ana"])), json!(["text", "Aaa"]));
    assert_eq!(value("body", &json!("text")), json!("aaaa"));
}

#[test]
fn what_is_no_word_of_the_contract_is_masked_at_any_key() {
    for (key, told, expected) in [
        ("type", json!("Ana"), json!("Aaa")),
        ("type", json!("ana souza"), json!("aaa aaaaa")),
        ("state", json!("São Paulo"), json!("Aaa Aaaaa")),
        ("code", json!("482913"), json!("999999")),
        ("code", json!("a1234"), json!("a9999")),
        ("code", json!(482913), json!(999999)),
        ("kind", json!("ana@example.com"), json!("aaa@aaaaaaa.aaa")),
        ("method", json!("ANA"), json!("AAA")),
        ("status", json!(1234), json!(9999)),
        ("status", json!(12), json!(99)),
        ("type", json!("x".repeat(65)), json!("a".repeat(65))),
    ] {
        assert_eq!(value(key, &told), expected, "{key}: {told}");
    }
}

#[test]
fn objects_and_lists_are_masked_at_all_depths() {
    assert_eq!(
        masked(
            json!({"from": {"id": "u1", "name": "Ana"}, "phones": [{"number": "+55"}], "n": [7]})
        ),
        json!({"from": {"id": "a9", "name": "Aaa"}, "phones": [{"number": "+99"}], "n": [9]}),
    );
}

#[test]
fn keys_that_are_data_are_masked() {
    for name in ["order_id", "x-hub-signature-256", "endereço", "$ref", "a/b~c", ""] {
        assert_eq!(key(name), name);
    }
    for (data, expected) in [
        ("5511912345678", "9999999999999"),
        ("ana@example.com", "aaa@aaaaaaa.aaa"),
        ("Ana Souza", "Aaa Aaaaa"),
        ("U024BE7LH", "A999AA9AA"),
    ] {
        assert_eq!(key(data), expected);
        assert_eq!(masked(json!({ data: 1 })), json!({ expected: 9 }));
    }
}

#[test]
fn an_example_has_its_bounds() {
    let shown = masked(json!(vec!["x"; 10_000]));
    let items = shown.as_array().unwrap();
    assert_eq!((items.len(), items.last()), (100, Some(&json!("…"))));
    let fields: serde_json::Map<String, Value> =
        (0..999).map(|n| (format!("k{n}"), json!({"a": n}))).collect();
    let shown = masked(Value::Object(fields));
    assert!(shown.to_string().len() < 2_000, "{shown}");
    assert_eq!(shown["…"], json!("…"));
}

fn documents() -> impl Strategy<Value = Value> {
    let text = "[bcdXYZ23456 äßЖж中٣½@+./_{}-]{0,12}|[b-z_.]{0,8}|[bX7]{195,210}";
    let leaf = prop_oneof![
        text.prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..1_000_u16).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    let keys = "type|code|state|status|method|mime|body|name|[XYZ]{1,3} [bcd]{1,9}|[2-8]{4,12}";
    leaf.prop_recursive(3, 30, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map(keys, inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Panics at whatever could be personal data.
fn assert_masked(name: &str, shown: &Value) {
    const NAMES: [&str; 8] = ["type", "code", "state", "status", "method", "mime", "body", "name"];
    let is_masked = |text: &str| text.chars().all(|c| !c.is_alphanumeric() || "aA9".contains(c));
    match shown {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            let text = number.to_string();
            let status = name == "status" && text.len() == 3;
            let nines = text.chars().all(|c| c == '9' || !c.is_ascii_digit());
            assert!(status || nines, "{name}: {text}");
        }
        Value::String(text) => {
            let number = text.chars().all(|c| "9.e+-".contains(c));
            let word = ["type", "code", "state", "status", "method", "mime"].contains(&name)
                && text
                    .bytes()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"_.+/-".contains(&c))
                && text.bytes().filter(u8::is_ascii_digit).count() < 4;
            assert!(is_masked(text) || number || word, "{name}: {text}");
            assert!(text.chars().count() <= 200);
        }
        Value::Array(items) => items.iter().for_each(|item| assert_masked(name, item)),
        Value::Object(fields) => {
            for (key, field) in fields {
                assert!(NAMES.contains(&key.as_str()) || is_masked(key), "{key}");
                assert_masked(key, field);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_example_holds_no_personal_data(document in documents()) {
        assert_masked("", &masked(document));
    }

    #[test]
    fn masking_twice_changes_nothing(text in ".{0,250}") {
        let once = masked(json!(text));
        prop_assert_eq!(masked(once.clone()), once);
    }
}
