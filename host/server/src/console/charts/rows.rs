//! Rows: one bar for each channel, its name and number written above it.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::drawing::{Area, Bar, DrawingError, LETTERS, bar, cut};
use super::series::Part;

/// The height of a row.
pub(super) const HEIGHT: u32 = 48;

/// Of it, for what is written above the bar.
const WRITTEN: i32 = 24;

/// How high a bar is.
const BAR: i32 = 14;

/// About as wide as a letter.
const LETTER: u32 = 8;

/// Draws them; `count` writes numbers.
pub(super) fn draw(
    area: &Area<'_>,
    parts: &[Part],
    count: &dyn Fn(u64) -> String,
) -> Result<Vec<Bar>, DrawingError> {
    let (width, _) = area.dim_in_pixel();
    let right = i32::try_from(width).unwrap_or(i32::MAX) - 1;
    let greatest = parts.iter().map(|part| part.total).max().unwrap_or_default().max(1);
    let at = |h_pos| TextStyle::from(LETTERS).pos(Pos::new(h_pos, VPos::Top));
    let mut bars = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let top = i32::try_from(number).unwrap_or_default() * i32::try_from(HEIGHT).unwrap_or(48);
        let total = count(part.total);
        let room = (width / LETTER) as usize;
        let name = cut(&part.name, room.saturating_sub(total.chars().count() + 3));
        area.draw(&Text::new(name, (1, top + 4), at(HPos::Left)))?;
        area.draw(&Text::new(total.clone(), (right, top + 4), at(HPos::Right)))?;
        if part.total > 0 {
            let share = part.total as f64 / greatest as f64;
            let end = (f64::from(right) * share).round() as i32;
            bar(area, [1, top + WRITTEN, end.max(3), top + WRITTEN + BAR])?;
            bars.push(Bar {
                classes: part.classes.clone(),
                pattern: part.pattern,
                tip: format!("{}: {total}", part.name),
            });
        }
    }
    Ok(bars)
}
