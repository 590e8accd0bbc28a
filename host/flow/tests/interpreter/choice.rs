//! Which option an answer means, and how the list of options looks; from docs/flows.md.

use eclusa_flow::Input;
use serde_json::Value;

/// The place of the option which a contact chose, in a menu.
pub(crate) fn of(menu: &Value, input: &Input) -> Option<usize> {
    match input {
        Input::Writes(words) => meant(menu, words),
        Input::Presses { payload, title } => {
            meant(menu, payload).or_else(|| title.as_deref().and_then(|title| meant(menu, title)))
        }
        _ => None,
    }
}

/// By the key, else the number, else the label.
fn meant(menu: &Value, words: &str) -> Option<usize> {
    let said = plain(words);
    let bare = said.trim_end_matches([' ', '.', ')', ':', '-']).to_owned();
    let options = options(menu);
    let with = |field: &str| {
        options.iter().position(|option| {
            let sign = plain(option[field].as_str().unwrap_or_default());
            !said.is_empty() && (sign == said || sign == bare)
        })
    };
    let number = (1..=options.len()).position(|number| number.to_string() == bare);
    with("key").or(number).or_else(|| with("label"))
}

fn options(menu: &Value) -> &[Value] {
    menu["options"].as_array().map_or(&[], Vec::as_slice)
}

/// Without case, accents, and the space around.
fn plain(words: &str) -> String {
    let letter = |letter: char| match letter {
        'á' | 'â' | 'ã' | 'à' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    };
    words.trim().to_lowercase().chars().map(letter).collect()
}

/// One option a line, by its number; a key of digits stands in the number's place.
pub(crate) fn list(menu: &Value) -> String {
    let line = |(place, option): (usize, &Value)| {
        let text = |field: &str| option[field].as_str().unwrap_or_default();
        match text("key").parse::<u64>() {
            Ok(_) => format!("{}. {}", text("key"), text("label")),
            Err(_) => format!("{}. {}", place + 1, text("label")),
        }
    };
    options(menu).iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}
