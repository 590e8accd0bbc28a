//! Names among many: whichever way is taken to them, the same are found.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use rusqlite::{Connection, params};

use super::{COUNTED, by_name};
use crate::sqlite::schema;
use crate::words::{is_beginning, words};

const FIRST: [&str; 5] = ["Ana", "Anabela", "João", "Zé", "Li"];
const LAST: [&str; 4] = ["Silva", "da Silva", "Souza", "de Sá"];

/// More names than are counted; the first ones are rare, and two words never meet.
fn names() -> Vec<String> {
    let name = |at: usize| match at {
        0..10 => "Zulmira Anacleto".to_owned(),
        _ if at.is_multiple_of(3) => format!("Bento Lima {at}"),
        _ => format!("{} {} {}", FIRST[at % FIRST.len()], LAST[at % LAST.len()], at % 90),
    };
    (0..6 * COUNTED as usize).map(name).collect()
}

fn channel(at: usize) -> &'static str {
    ["shop", "bank"][at % 2]
}

fn stored(names: &[String]) -> Connection {
    let mut conn = Connection::open_in_memory().unwrap();
    schema::prepare(&mut conn).unwrap();
    let tx = conn.transaction().unwrap();
    for (at, name) in names.iter().enumerate() {
        let id = at as i64;
        tx.prepare_cached(
            "INSERT INTO attendances (id, protocol, channel, conversation, contact, state, checksum)
             VALUES (?1, ?1, ?2, ?1, ?1, 'open', 0)",
        )
        .unwrap()
        .execute(params![id, channel(at)])
        .unwrap();
        for word in words(name) {
            tx.prepare_cached("INSERT INTO contact_words (word, attendance) VALUES (?1, ?2)")
                .unwrap()
                .execute(params![word, id])
                .unwrap();
        }
    }
    tx.commit().unwrap();
    conn
}

/// What is meant, name by name.
fn fits(name: &str, text: &str) -> bool {
    let its = words(name);
    let fits = |asked: &String| match is_beginning(asked) {
        true => its.iter().any(|it| it.starts_with(asked.as_str())),
        false => its.contains(asked),
    };
    !words(text).is_empty() && words(text).iter().all(fits)
}

#[test]
fn rare_and_common_words_find_the_same_as_all_names_compared() {
    let names = names();
    let conn = stored(&names);
    for text in [
        "zulmira",
        "zulmira ana",
        "ana",
        "ana silva",
        "sil",
        "da",
        "da silva",
        "ze sa",
        "ana bento",
        "ana 17",
        "bento 9999",
        "anab sou",
        "li",
        "xavier",
        "li xavier",
        "",
    ] {
        for of in [None, Some("bank"), Some("none")] {
            for (before, limit) in [(i64::MAX, 50), (COUNTED.into(), 1), (7, 50), (0, 50)] {
                let expected: Vec<i64> = (0..names.len())
                    .rev()
                    .filter(|at| of.is_none_or(|of| of == channel(*at)))
                    .filter(|at| (*at as i64) < before && fits(&names[*at], text))
                    .take(limit as usize)
                    .map(|at| at as i64)
                    .collect();
                let found = by_name(&conn, text, of, before, limit).unwrap();
                assert_eq!(found, expected, "{text:?} {of:?} {before} {limit}");
            }
        }
    }
}
