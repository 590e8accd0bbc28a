//! Menus and their options.

use std::collections::HashMap;

use super::{Findings, queue_name, texts};
use crate::document::{AfterAnswer, Menu, OptionAction};
use crate::limits::{
    LONGEST_KEY, LONGEST_LABEL, LONGEST_TEXT, MOST_DEPTH, MOST_MENUS, MOST_OPTIONS, MOST_RETRIES,
};
use crate::menu as shown;
use crate::words::folded;

pub(super) fn check(menu: &Menu, found: &mut Findings) {
    let mut menus = 0;
    let ways = walk("/menu", menu, 1, &mut menus, found);
    found.too_many("/menu", menus, MOST_MENUS, "menus");
    if ways == Ways::default() && !menu.options.is_empty() {
        found.error(
            "/menu/options",
            "loop_without_way_out",
            "every option leads back to a menu: whoever only chooses gets nowhere",
            "Let at least one option lead to a queue, or answer and close.",
        );
    } else if !ways.person && !menu.options.is_empty() {
        found.warning(
            "/menu/options",
            "no_option_for_a_person",
            "no option leads to a person; only answers that are none of the options do",
            "Add an option that leads to a queue.",
        );
    }
}

/// Where the options of a menu, and of those under it, lead.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Ways {
    person: bool,
    end: bool,
}

impl Ways {
    fn or(self, other: Self) -> Self {
        Self { person: self.person || other.person, end: self.end || other.end }
    }
}

fn walk(pointer: &str, menu: &Menu, depth: usize, menus: &mut usize, found: &mut Findings) -> Ways {
    *menus += 1;
    if depth > MOST_DEPTH {
        found.error(
            pointer,
            "menu_too_deep",
            format!("it is under {} menus, and {MOST_DEPTH} levels are the most", depth - 1),
            "Put its options into a menu above.",
        );
        return Ways { person: true, end: true };
    }
    let Menu { text, options, retries, invalid } = menu;
    texts::text(&format!("{pointer}/text"), text, LONGEST_TEXT, found);
    if let Some(invalid) = invalid {
        texts::text(&format!("{pointer}/invalid"), invalid, LONGEST_TEXT, found);
    }
    if *retries > MOST_RETRIES {
        let message = format!("expected 0 to {MOST_RETRIES} tries more");
        let pointer = format!("{pointer}/retries");
        found.error(pointer, "invalid_retries", message, "Correct the number.");
    }
    let list = format!("{pointer}/options");
    if options.is_empty() {
        let message = "there is nothing to choose from";
        let action = "Add an option, or leave the menu out.";
        found.error(&list, "empty_menu", message, action);
    }
    found.too_many(&list, options.len(), MOST_OPTIONS, "options");
    if options.len() > MOST_OPTIONS {
        return Ways { person: true, end: true };
    }
    signs(&list, menu, found);
    let mut ways = Ways::default();
    let mut leads_on = false;
    for (place, option) in options.iter().enumerate() {
        let pointer = format!("{list}/{place}");
        texts::text(&format!("{pointer}/key"), &option.key, LONGEST_KEY, found);
        texts::text(&format!("{pointer}/label"), &option.label, LONGEST_LABEL, found);
        let then = format!("{pointer}/then");
        let led = match &option.then {
            OptionAction::Queue(queue) => {
                queue_name(&format!("{then}/queue"), queue.as_deref(), found);
                Ways { person: true, end: false }
            }
            OptionAction::Answer(answer) => {
                let contents = format!("{then}/answer/contents");
                texts::needed(&contents, &answer.contents, "an answer says something", found);
                match &answer.then {
                    AfterAnswer::Menu => Ways::default(),
                    AfterAnswer::Close => Ways { person: false, end: true },
                    AfterAnswer::Queue(queue) => {
                        let pointer = format!("{then}/answer/then/queue");
                        queue_name(&pointer, queue.as_deref(), found);
                        Ways { person: true, end: false }
                    }
                }
            }
            OptionAction::Submenu(submenu) => {
                walk(&format!("{then}/submenu"), submenu, depth + 1, menus, found)
            }
            OptionAction::Back if depth == 1 => {
                let message = "the first menu is under no other one";
                let action = "Let it lead elsewhere, or take the option out.";
                found.error(&then, "back_from_first_menu", message, action);
                Ways::default()
            }
            OptionAction::Back => {
                leads_on = true;
                Ways::default()
            }
        };
        ways = ways.or(led);
    }
    // Who cannot leave a submenu cannot use what is above it.
    if depth > 1 && !leads_on && ways == Ways::default() && !options.is_empty() {
        found.error(
            &list,
            "loop_without_way_out",
            "every option leads back to this menu: whoever only chooses gets nowhere",
            "Add an option that goes `back`, leads to a queue, or answers and closes.",
        );
    }
    ways
}

/// The three ways to choose an option must not be those of two options.
fn signs(list: &str, menu: &Menu, found: &mut Findings) {
    let mut keys: HashMap<String, usize> = HashMap::new();
    let mut labels: HashMap<String, usize> = HashMap::new();
    for (place, option) in menu.options.iter().enumerate() {
        let pointer = format!("{list}/{place}");
        let (key, label) = (folded(&option.key), folded(&option.label));
        if let Some(first) = keys.get(&key) {
            let message = format!("option {} has this key, so nobody gets here by it", first + 1);
            found.error(format!("{pointer}/key"), "duplicate_key", message, "Choose another key.");
        } else if !key.is_empty() && shown::chosen(menu, &option.key) != Some(place) {
            let message = "its key means another option";
            found.error(
                format!("{pointer}/key"),
                "unreachable_option",
                message,
                "Choose another key.",
            );
        }
        if let Some(first) = labels.get(&label) {
            let message =
                format!("option {} has this label: contacts cannot tell them apart", first + 1);
            let action = "Choose another label.";
            found.error(format!("{pointer}/label"), "duplicate_label", message, action);
        } else if !label.is_empty() && shown::chosen(menu, &option.label) != Some(place) {
            let message =
                "who types its label gets another option, which has it as its key or number";
            let action = "Choose another label, or another key there.";
            found.error(format!("{pointer}/label"), "unreachable_option", message, action);
        }
        keys.entry(key).or_insert(place);
        labels.entry(label).or_insert(place);
    }
    // A number in the list that is another option's key shows two things.
    for (place, option) in menu.options.iter().enumerate() {
        let Some(key) = folded(&option.key).parse::<usize>().ok() else { continue };
        let numbered = key.checked_sub(1).and_then(|other| Some((other, menu.options.get(other)?)));
        let Some((other, numbered)) = numbered.filter(|(other, _)| *other != place) else {
            continue;
        };
        if folded(&numbered.key).parse::<usize>().is_err() {
            found.error(
                format!("{list}/{place}/key"),
                "unreachable_option",
                format!("its key is the number under which option {} is listed", other + 1),
                "Choose another key, or give that option a number of its own as key.",
            );
        }
    }
}
