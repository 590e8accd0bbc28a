//! A chart on a page: the drawing in two widths, what its colours and patterns mean,
//! and the numbers behind it.

use askama::Template;
use askama::filters::HtmlSafe;

use super::super::frame::Frame;
use super::columns::{self, Column};
use super::drawing::{Named, Svg, svg};
use super::rows;
use super::series::Part;
use crate::problem::ApiProblem;

/// How wide a chart is drawn, for screens and for phones.
const WIDE: u32 = 800;
const NARROW: u32 = 330;

/// How high columns are drawn.
const HEIGHT: u32 = 260;

/// A chart. Pages write it with `{{ … }}`.
#[derive(Template)]
#[template(path = "charts/figure.html")]
pub(in crate::console) struct Figure {
    id: &'static str,
    title: String,
    /// Nothing was counted: what is said then.
    empty: Option<String>,
    wide: Svg,
    narrow: Svg,
    legend: Vec<Part>,
    table: Table,
}

impl HtmlSafe for Figure {}

/// The numbers behind a chart.
struct Table {
    /// What opens it.
    label: String,
    /// What scrolls, for who cannot see that.
    region: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    foot: Vec<String>,
}

/// The patterns that lie over colours, once on each page with charts.
#[derive(Template)]
#[template(path = "charts/patterns.html")]
pub(in crate::console) struct Patterns;

impl HtmlSafe for Patterns {}

impl Figure {
    /// Columns over time, which `time` names.
    pub(super) fn columns(
        at: &Frame,
        (id, title): (&'static str, String),
        time: String,
        columns: &[Column],
        parts: &[Part],
    ) -> Result<Self, ApiProblem> {
        let count = |number: u64| at.number(number);
        let total: u64 = columns.iter().map(Column::total).sum();
        let most = columns.iter().max_by_key(|column| column.total());
        let described = at.say("chart-described").arg("total", count(total));
        let described = match most.filter(|most| most.total() > 0) {
            Some(most) => {
                let described = described.arg("most", count(most.total()));
                described.arg("when", &most.name).to_string()
            }
            None => at.say("chart-empty").to_string(),
        };
        let draw = |id: &str, width| {
            let named = Named { id, title: &title, description: &described };
            svg(named, (width, HEIGHT), |area| columns::draw(area, columns, parts, &count))
        };
        let (wide, narrow) = (draw(id, WIDE)?, draw(&format!("{id}-narrow"), NARROW)?);
        let many = parts.len() > 1;
        let mut head = vec![time];
        head.extend(parts.iter().filter(|_| many).map(|part| part.name.clone()));
        head.push(at.say("chart-total").to_string());
        let numbers = |name: &str, values: &mut dyn Iterator<Item = u64>, total| {
            let mut row = vec![name.to_owned()];
            row.extend(values.filter(|_| many).map(count));
            row.push(count(total));
            row
        };
        let rows = columns
            .iter()
            .map(|it| numbers(&it.name, &mut it.values.iter().copied(), it.total()))
            .collect();
        let sum = at.say("chart-total").to_string();
        let foot = numbers(&sum, &mut parts.iter().map(|part| part.total), total);
        Ok(Self {
            id,
            empty: (total == 0).then(|| at.say("chart-empty").to_string()),
            wide,
            narrow,
            legend: if many { parts.to_vec() } else { Vec::new() },
            table: Table::new(at, &title, head, rows, foot),
            title,
        })
    }

    /// One bar for each part.
    pub(super) fn rows(
        at: &Frame,
        (id, title): (&'static str, String),
        parts: &[Part],
    ) -> Result<Self, ApiProblem> {
        let count = |number: u64| at.number(number);
        let total: u64 = parts.iter().map(|part| part.total).sum();
        let described = match parts.first() {
            Some(most) => {
                let described = at.say("chart-described").arg("total", count(total));
                described.arg("most", count(most.total)).arg("when", &most.name).to_string()
            }
            None => at.say("chart-empty").to_string(),
        };
        let height = rows::HEIGHT * u32::try_from(parts.len()).unwrap_or_default().max(1);
        let draw = |id: &str, width| {
            let named = Named { id, title: &title, description: &described };
            svg(named, (width, height), |area| rows::draw(area, parts, &count))
        };
        let (wide, narrow) = (draw(id, WIDE)?, draw(&format!("{id}-narrow"), NARROW)?);
        let head = vec![at.say("chart-channel").to_string(), at.say("chart-total").to_string()];
        let rows = parts.iter().map(|part| vec![part.name.clone(), count(part.total)]).collect();
        let foot = vec![at.say("chart-total").to_string(), count(total)];
        Ok(Self {
            id,
            empty: (total == 0).then(|| at.say("chart-empty").to_string()),
            wide,
            narrow,
            // Names stand beside the bars.
            legend: Vec::new(),
            table: Table::new(at, &title, head, rows, foot),
            title,
        })
    }
}

impl Table {
    fn new(
        at: &Frame,
        title: &str,
        head: Vec<String>,
        rows: Vec<Vec<String>>,
        foot: Vec<String>,
    ) -> Self {
        Self {
            label: at.say("chart-table").to_string(),
            region: at.say("chart-table-of").arg("chart", title).to_string(),
            head,
            rows,
            foot,
        }
    }
}
