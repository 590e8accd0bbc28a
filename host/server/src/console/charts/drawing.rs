//! Drawings: plotters lays them out and writes the SVG, and what it cannot say is put
//! in afterwards: classes, so that the style sheet gives channels and texts their
//! colours in both themes, patterns, and what each bar stands for.

use std::fmt::Write;

use askama::filters::{Html, HtmlSafe, escape};
use axum::http::StatusCode;
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::problem::ApiProblem;

/// What is drawn on.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A drawing that failed. It is made in memory, where nothing does.
pub(super) type DrawingError = DrawingAreaErrorKind<std::io::Error>;

/// The ink of bars, by which they are found again; it is never seen.
const INK: RGBColor = RGBColor(1, 2, 3);
const INK_WRITTEN: &str = "fill=\"#010203\"";

/// How many patterns there are; the first is none.
pub(super) const PATTERNS: usize = 6;

/// What is written in; the style sheet decides on its colour and font.
pub(super) const LETTERS: (&str, f64) = ("sans-serif", 15.0);

/// A bar, in the order in which they are drawn.
pub(super) struct Bar {
    /// What the style sheet knows it by.
    pub(super) classes: String,
    /// Which pattern lies over its colour.
    pub(super) pattern: usize,
    /// What it stands for, shown to who points at it.
    pub(super) tip: String,
}

/// Puts a bar there: left, top, right and bottom.
pub(super) fn bar(
    area: &Area<'_>,
    [left, top, right, bottom]: [i32; 4],
) -> Result<(), DrawingError> {
    area.draw(&Rectangle::new([(left, top), (right, bottom)], INK.filled()))
}

/// A finished drawing: SVG, in which all texts are escaped.
pub(super) struct Svg(String);

impl HtmlSafe for Svg {}

impl std::fmt::Display for Svg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a drawing is called, and shows.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    /// Unique on its page.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
}

/// Makes a drawing of this width and height; `draw` tells what it has drawn.
pub(super) fn svg(
    named: Named<'_>,
    (width, height): (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Result<Vec<Bar>, DrawingError>,
) -> Result<Svg, ApiProblem> {
    let failed = |error: &dyn std::fmt::Display| {
        let detail = format!("a chart cannot be drawn: {error}");
        ApiProblem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    };
    let mut drawn = String::new();
    let area = SVGBackend::with_string(&mut drawn, (width, height)).into_drawing_area();
    let bars = draw(&area).map_err(|error| failed(&error))?;
    area.present().map_err(|error| failed(&error))?;
    drop(area);
    let body = drawn.split_once('\n').map_or("", |(_, body)| body);
    let body = body.trim_end().strip_suffix("</svg>").unwrap_or(body);
    let Named { id, title, description } = named;
    let size = format!("viewBox=\"0 0 {width} {height}\"");
    written(body, &bars, id, &size, [title, description]).map_err(|error| failed(&error))
}

/// One element stands on each line, but for texts, which have three.
fn written(
    body: &str,
    bars: &[Bar],
    id: &str,
    size: &str,
    [title, description]: [&str; 2],
) -> Result<Svg, std::fmt::Error> {
    let safe = |text| escape(text, Html).map_err(|_| std::fmt::Error);
    let mut svg = String::with_capacity(body.len() * 2);
    write!(svg, "<svg role=\"img\" aria-labelledby=\"{id}-title {id}-description\" {size}>")?;
    write!(svg, "<title id=\"{id}-title\">{}</title>", safe(title)?)?;
    writeln!(svg, "<desc id=\"{id}-description\">{}</desc>", safe(description)?)?;
    let mut bars = bars.iter();
    for line in body.lines() {
        if !(line.starts_with("<rect ") && line.contains(INK_WRITTEN)) {
            writeln!(svg, "{line}")?;
            continue;
        }
        let Some(bar) = bars.next() else { continue };
        let place = line.trim_start_matches("<rect ").split(" opacity=").next().unwrap_or_default();
        write!(
            svg,
            "<g><title>{}</title><rect class=\"bar {}\" {place}/>",
            safe(&bar.tip)?,
            bar.classes
        )?;
        if bar.pattern > 0 {
            write!(svg, "<rect {place} fill=\"url(#pattern-{})\"/>", bar.pattern)?;
        }
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>");
    Ok(Svg(svg))
}

/// A text that has room: what is more is cut off, and three dots say so.
pub(super) fn cut(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_names_classes_and_nothing_that_was_not_escaped() {
        let named = Named { id: "c", title: "A <b>", description: "\"x\" & y" };
        let drawing = svg(named, (100, 50), |area| {
            bar(area, [1, 2, 11, 22])?;
            bar(area, [1, 30, 11, 40])?;
            area.draw(&Text::new("fill=\"#010203\" <i>", (5, 5), LETTERS))?;
            let one = |pattern| Bar { classes: "channel-a".into(), pattern, tip: "<u>".into() };
            Ok(vec![one(0), one(2)])
        });
        let svg = drawing.unwrap().to_string();
        for expected in [
            "aria-labelledby=\"c-title c-description\" viewBox=\"0 0 100 50\">",
            "<title id=\"c-title\">A &#60;b&#62;</title>",
            "<desc id=\"c-description\">&#34;x&#34; &#38; y</desc>",
            "<title>&#60;u&#62;</title><rect class=\"bar channel-a\" x=\"1\" y=\"2\" width=\"10\" height=\"20\"/></g>",
            "height=\"10\"/><rect x=\"1\" y=\"30\" width=\"10\" height=\"10\" fill=\"url(#pattern-2)\"/></g>",
            "fill=&quot;#010203&quot; &lt;i&gt;",
        ] {
            assert!(svg.contains(expected), "{expected}: {svg}");
        }
        assert!(!svg.contains("style=") && !svg.contains("http://"), "{svg}");
        assert_eq!((svg.matches("<svg").count(), svg.matches("</svg>").count()), (1, 1));
    }

    #[test]
    fn long_names_are_cut_between_letters() {
        assert_eq!(cut("São João", 8), "São João");
        assert_eq!(cut("São João", 4), "São…");
        assert_eq!(cut("ações", 3), "açõ…");
    }
}
