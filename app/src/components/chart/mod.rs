//! Stacked columns, as a picture that the server draws.
//!
//! A crate for charts was tried and left out: what it draws has its colours written into it, so that it is right in the
//! light or in the dark, and its text is a part of a picture of fixed width, which nobody can read when a phone shrinks
//! it. Here places across are shares of the width and places down are pixels, so nothing is stretched, and colours are
//! classes of the style sheet.

mod scale;

use super::grouped;
use leptos::prelude::*;
use scale::Scale;

/// Height of the columns' room, and of what is above and below it, in pixels.
const HEIGHT: f64 = 160.0;
const ABOVE: f64 = 8.0;
const BELOW: f64 = 26.0;
/// What something that is not nothing has at least, so that it is seen.
const LEAST: f64 = 1.5;
/// The part of its room that a column fills.
const FILLED: f64 = 0.76;

/// A column of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it stands for.
    pub name: String,
    /// What stands below it, if anything does, and whether it is left out where there is little room.
    pub tick: Option<(String, bool)>,
    /// How much of each series.
    pub values: Vec<u64>,
}

impl Column {
    fn total(&self) -> u64 {
        self.values.iter().sum()
    }
}

/// How many series can be told apart.
pub(crate) const TONES: usize = 6;

/// What fills the columns of all charts of a page: each tone has a pattern of its own, so that colour is not needed to
/// tell them apart. Once on a page, before the first chart.
#[component]
pub fn ChartTones() -> impl IntoView {
    const MARKS: [&str; TONES] = [
        "",
        "M-1 7 7-1M-1 1 1-1M5 7 7 5",
        "M2 3h2",
        "M0 3h6",
        "M0 0 6 6M6 0 0 6",
        "M3 0v6",
    ];
    let patterns = MARKS
        .into_iter()
        .enumerate()
        .map(|(tone, mark)| {
            view! {
                <pattern id=format!("tone-{tone}") width="6" height="6" patternUnits="userSpaceOnUse">
                    <rect class=format!("tone-{tone}") width="6" height="6" />
                    <path class="tone-mark" d=mark />
                </pattern>
            }
        })
        .collect_view();
    view! { <svg class="unseen" aria-hidden="true" width="0" height="0"><defs>{patterns}</defs></svg> }
}

/// A chart, its legend, and the same numbers as a table.
#[component]
pub fn Chart(
    /// What it shows, in a sentence for those who do not see it.
    summary: String,
    /// What the rows of the table stand for.
    row: &'static str,
    /// What is stacked, the lowest first. Not more than can be told apart.
    series: Vec<String>,
    /// In order.
    columns: Vec<Column>,
) -> impl IntoView {
    let most = columns.iter().map(Column::total).max().unwrap_or_default();
    let scale = Scale::for_most(most);
    let values = scale
        .values()
        .map(|value| view! { <li>{grouped(value)}</li> })
        .collect_view();
    let legend = series
        .iter()
        .enumerate()
        .map(|(tone, name)| {
            let fill = fill(tone);
            view! {
                <li>
                    <svg width="14" height="14" aria-hidden="true"><rect width="14" height="14" rx="3" fill=fill /></svg>
                    {name.clone()}
                </li>
            }
        })
        .collect_view();
    view! {
        <figure class="chart">
            <ul class="legend chart-legend" aria-label="What is stacked, from below">{legend}</ul>
            <div class="chart-body">
                <ol class="chart-scale" aria-hidden="true">{values}</ol>
                <Plot summary series=series.clone() columns=columns.clone() scale />
            </div>
            <Numbers row series columns />
        </figure>
    }
    .into_any()
}

fn fill(tone: usize) -> String {
    format!("url(#tone-{})", tone.min(TONES - 1))
}

fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

fn pixels(length: f64) -> String {
    format!("{length:.1}")
}

/// A length for people need not be exact.
#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of this size are some pixels high"
)]
const fn float(number: u64) -> f64 {
    number as f64
}

#[component]
fn Plot(summary: String, series: Vec<String>, columns: Vec<Column>, scale: Scale) -> impl IntoView {
    let room = 1.0 / float(columns.len().max(1) as u64);
    let top = float(scale.top());
    let lines = scale
        .values()
        .map(|value| {
            let y = pixels(ABOVE + HEIGHT * (1.0 - float(value) / top));
            view! { <line class="chart-line" x1="0" x2="100%" y1=y.clone() y2=y /> }
        })
        .collect_view();
    let drawn = columns
        .into_iter()
        .enumerate()
        .map(|(at, column)| {
            let left = float(at as u64) * room;
            let middle = percent(left + room / 2.0);
            let tick = column.tick.clone().map(|(text, is_minor)| {
                let y = pixels(ABOVE + HEIGHT + 18.0);
                let class = if is_minor { "chart-tick minor" } else { "chart-tick" };
                view! { <text class=class x=middle y=y text-anchor="middle">{text}</text> }
            });
            let bars = stacked(&column, top)
                .into_iter()
                .map(|(tone, y, height)| {
                    let x = percent(left + room * (1.0 - FILLED) / 2.0);
                    let width = percent(room * FILLED);
                    view! { <rect x=x y=pixels(y) width=width height=pixels(height) fill=fill(tone) /> }
                })
                .collect_view();
            let told = told(&column, &series);
            view! {
                <g class="chart-column">
                    <title>{told}</title>
                    <rect class="chart-room" x=percent(left) y=pixels(ABOVE) width=percent(room) height=pixels(HEIGHT) />
                    {bars}
                </g>
                {tick}
            }
        })
        .collect_view();
    view! {
        <svg class="chart-plot" role="img" aria-label=summary width="100%" height=pixels(ABOVE + HEIGHT + BELOW)>
            {lines}
            {drawn}
        </svg>
    }
    .into_any()
}

/// What is drawn of a column: the series, where it begins from above, and how high it is.
fn stacked(column: &Column, top: f64) -> Vec<(usize, f64, f64)> {
    let mut ground = ABOVE + HEIGHT;
    let values = column.values.iter().enumerate();
    values
        .filter(|(_, value)| **value > 0)
        .map(|(tone, value)| {
            let height = (HEIGHT * float(*value) / top).max(LEAST);
            ground -= height;
            (tone, ground, height)
        })
        .collect()
}

/// A column in words: `14:00: default 12, ci 3`.
fn told(column: &Column, series: &[String]) -> String {
    let values = column.values.iter().zip(series);
    let told: Vec<String> = values
        .filter(|(value, _)| **value > 0)
        .map(|(value, name)| format!("{name} {}", grouped(*value)))
        .collect();
    if told.is_empty() {
        return format!("{}: nothing", column.name);
    }
    format!("{}: {}", column.name, told.join(", "))
}

#[component]
fn Numbers(row: &'static str, series: Vec<String>, columns: Vec<Column>) -> impl IntoView {
    let heads = series
        .into_iter()
        .map(|name| view! { <th scope="col" class="number">{name}</th> })
        .collect_view();
    let rows = columns
        .into_iter()
        .filter(|column| column.total() > 0)
        .map(|column| {
            let cells = column
                .values
                .iter()
                .map(|value| view! { <td class="number">{grouped(*value)}</td> })
                .collect_view();
            view! { <tr><th scope="row">{column.name}</th>{cells}</tr> }
        })
        .collect_view();
    view! {
        <details class="rotate">
            <summary>"The numbers"</summary>
            <div class="scroll chart-numbers" tabindex="0" role="region" aria-label="The numbers">
                <table class="table">
                    <thead><tr><th scope="col">{row}</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="muted">"Times are UTC. Where nothing happened there is no row."</p>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[u64]) -> Column {
        Column {
            name: "14:00".into(),
            tick: None,
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_column_is_stacked_from_the_ground_and_what_is_little_is_seen() {
        let drawn = stacked(&column(&[50, 0, 100]), 200.0);
        assert_eq!(drawn, [(0, 128.0, 40.0), (2, 48.0, 80.0)]);
        let drawn = stacked(&column(&[1]), 1_000_000.0);
        assert_eq!(drawn, [(0, 166.5, 1.5)]);
    }

    #[test]
    fn a_column_is_told_by_what_there_is_in_it() {
        let series = ["default".to_owned(), "ci".into(), "old".into()];
        assert_eq!(
            told(&column(&[1_200, 0, 3]), &series),
            "14:00: default 1,200, old 3"
        );
        assert_eq!(told(&column(&[0, 0, 0]), &series), "14:00: nothing");
    }
}
