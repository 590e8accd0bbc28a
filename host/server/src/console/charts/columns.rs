//! Columns over time, each made of the channels' parts.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::drawing::{Area, Bar, DrawingError, LETTERS, bar};
use super::series::Part;

/// One column: a time, and how many of each part fell into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::console) struct Column {
    /// Below it, where there is room.
    pub(in crate::console) label: String,
    /// The time in full.
    pub(in crate::console) name: String,
    /// A number for each part.
    pub(in crate::console) values: Vec<u64>,
}

impl Column {
    /// All parts together.
    pub(in crate::console) fn total(&self) -> u64 {
        self.values.iter().sum()
    }
}

/// Between two columns, and between two parts.
const GAP: i32 = 2;

/// A part that is there is never thinner than this.
const THINNEST: i32 = 2;

/// About as wide as a letter of a label.
const LETTER: i32 = 8;

/// Draws them; `count` writes numbers.
pub(super) fn draw(
    area: &Area<'_>,
    columns: &[Column],
    parts: &[Part],
    count: &dyn Fn(u64) -> String,
) -> Result<Vec<Bar>, DrawingError> {
    let top = round_top(columns.iter().map(Column::total).max().unwrap_or_default());
    let widest = i32::try_from(count(top).chars().count()).unwrap_or_default();
    let mut chart = ChartBuilder::on(area)
        .margin_top(8)
        .x_label_area_size(24)
        .y_label_area_size(14 + 8 * widest)
        .build_cartesian_2d(0.0..columns.len() as f64, 0.0..top as f64)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .y_labels(5)
        .y_max_light_lines(0)
        .axis_style(TRANSPARENT)
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK)
        .label_style(LETTERS)
        .y_label_formatter(&|value| {
            if value.fract() == 0.0 { count(*value as u64) } else { String::new() }
        })
        .draw()?;
    let place = |x: f64, y: u64| chart.backend_coord(&(x, y as f64));
    let below = TextStyle::from(LETTERS).pos(Pos::new(HPos::Center, VPos::Top));
    let (_, ground) = place(0.0, 0);
    let width = place(1.0, 0).0 - place(0.0, 0).0;
    let letters = columns.iter().map(|column| column.label.chars().count()).max();
    let label = (i32::try_from(letters.unwrap_or_default()).unwrap_or_default() + 2) * LETTER;
    let step = usize::try_from(label / width.max(1)).unwrap_or_default() + 1;
    // Steps in which people read clocks.
    let step = [1, 2, 3, 6, 7, 12, 14].into_iter().find(|it| *it >= step).unwrap_or(step);
    let mut bars = Vec::new();
    for (number, column) in columns.iter().enumerate() {
        let (left, right) = (place(number as f64, 0).0, place(number as f64 + 1.0, 0).0);
        let (mut counted, mut bottom) = (0, ground);
        for (part, value) in parts.iter().zip(&column.values).filter(|(_, value)| **value > 0) {
            counted += value;
            let high = place(0.0, counted).1.min(bottom - THINNEST);
            bar(area, [left + GAP, high, right.max(left + GAP + THINNEST + 1) - 1, bottom])?;
            bars.push(Bar {
                classes: part.classes.clone(),
                pattern: part.pattern,
                tip: format!("{} · {}: {}", column.name, part.name, count(*value)),
            });
            bottom = high - 1;
        }
        if number % step == 0 {
            area.draw(&Text::new(
                column.label.clone(),
                ((left + right) / 2, ground + 6),
                below.clone(),
            ))?;
        }
    }
    Ok(bars)
}

/// The number at the top of the scale: a round one that is not below the greatest.
fn round_top(greatest: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for of_ten in [4, 5, 10, 15, 20, 25, 30, 40] {
            let top = unit.saturating_mul(of_ten);
            if top >= greatest {
                return top;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::round_top;

    #[test]
    fn the_scale_ends_at_a_round_number() {
        for (greatest, top) in
            [(0, 4), (1, 4), (5, 5), (9, 10), (11, 15), (33, 40), (99, 100), (2_600, 3_000)]
        {
            assert_eq!(round_top(greatest), top, "{greatest}");
        }
        assert_eq!(round_top(u64::MAX), u64::MAX);
    }
}
