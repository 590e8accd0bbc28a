//! Menus: how they are shown, and which option an answer means.

use crate::document::{Menu, MenuOption};
use crate::words::folded;

/// The menu as a text.
pub(crate) fn shown(menu: &Menu) -> String {
    let mut text = menu.text.trim_end().to_owned();
    text.push('\n');
    for (place, option) in menu.options.iter().enumerate() {
        text.push_str(&format!("\n{}. {}", sign(place, option), option.label));
    }
    text
}

/// What stands before an option's label.
fn sign(place: usize, option: &MenuOption) -> String {
    let key = option.key.trim();
    let is_number = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { key.to_owned() } else { (place + 1).to_string() }
}

/// The option that an answer means: the one with this key, or else this number, or else
/// this label.
pub(crate) fn chosen(menu: &Menu, answer: &str) -> Option<usize> {
    let answer = folded(answer);
    // "2.", "2)" and "2 -" are what people copy from the list; "Yes." is how they write.
    let bare = answer.trim_end_matches(['.', ')', '-', ':', ' ']);
    let place = |is: &dyn Fn(&MenuOption) -> bool| menu.options.iter().position(is);
    let said = |sign: &dyn Fn(&MenuOption) -> String| {
        let with =
            |words: &str| place(&|option| sign(option) == words).filter(|_| !words.is_empty());
        with(&answer).or_else(|| with(bare))
    };
    said(&|option| folded(&option.key))
        .or_else(|| {
            let number: usize = bare.parse().ok()?;
            (1..=menu.options.len()).contains(&number).then(|| number - 1)
        })
        .or_else(|| said(&|option| folded(&option.label)))
}

/// The menu at a path of options' places, as a session keeps it.
pub(crate) fn at<'a>(menu: &'a Menu, path: &[usize]) -> Option<&'a Menu> {
    path.iter().try_fold(menu, |menu, place| match &menu.options.get(*place)?.then {
        crate::OptionAction::Submenu(menu) => Some(menu),
        _ => None,
    })
}
