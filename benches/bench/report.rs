//! One table, and the same as JSON.

use crate::{
    Result,
    settings::{Settings, target_directory},
};
use serde::Serialize;

/// Something measured.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    figure: String,
    value: Option<f64>,
    unit: &'static str,
    /// The raw limit that it is put next to.
    ratio_to: Option<String>,
    ratio: Option<f64>,
    #[serde(skip)]
    floors: Vec<Floor>,
    #[serde(skip)]
    note: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Floor {
    AtLeast(f64),
    AtMost(f64),
    RatioAtLeast(f64),
    RatioAtMost(f64),
}

impl Floor {
    fn holds(self, figure: &Figure) -> bool {
        match self {
            Floor::AtLeast(floor) => figure.value.is_some_and(|value| value >= floor),
            Floor::AtMost(most) => figure.value.is_some_and(|value| value <= most),
            Floor::RatioAtLeast(floor) => figure.ratio.is_some_and(|ratio| ratio >= floor),
            Floor::RatioAtMost(most) => figure.ratio.is_some_and(|ratio| ratio <= most),
        }
    }

    fn text(self) -> String {
        match self {
            Floor::AtLeast(floor) => format!("≥ {}", number(floor)),
            Floor::AtMost(most) => format!("≤ {}", number(most)),
            Floor::RatioAtLeast(floor) => format!("≥ {floor} ×"),
            Floor::RatioAtMost(most) => format!("≤ {most} ×"),
        }
    }
}

impl Figure {
    pub(crate) fn new(figure: impl Into<String>, value: f64, unit: &'static str) -> Figure {
        let (ratio_to, ratio, floors, note) = (None, None, Vec::new(), None);
        Figure { figure: figure.into(), value: Some(value), unit, ratio_to, ratio, floors, note }
    }

    /// What could not be measured, and why.
    pub(crate) fn missing(figure: impl Into<String>, unit: &'static str, why: impl Into<String>) -> Figure {
        Figure { value: None, note: Some(why.into()), ..Figure::new(figure, 0.0, unit) }
    }

    pub(crate) fn next_to(mut self, raw: impl Into<String>, limit: f64) -> Figure {
        self.ratio_to = Some(raw.into());
        self.ratio = self.value.map(|value| value / limit);
        self
    }

    pub(crate) fn floor(mut self, floor: Floor) -> Figure {
        self.floors.push(floor);
        self
    }

    fn verdict(&self) -> &'static str {
        match &self.floors[..] {
            _ if self.value.is_none() => "not measured",
            [] => "",
            floors if floors.iter().all(|floor| floor.holds(self)) => "ok",
            _ => "MISSED",
        }
    }
}

/// The figures so far.
pub(crate) struct Report {
    title: String,
    figures: Vec<Figure>,
}

impl Report {
    pub(crate) fn new(settings: &Settings) -> Report {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let title = format!(
            "{} events over {} subjects, {} partitions, {cores} cores",
            number(settings.events as f64),
            number(settings.subjects as f64),
            crate::settings::PARTITIONS
        );
        Report { title, figures: Vec::new() }
    }

    pub(crate) fn add(&mut self, figure: Figure) {
        let note = figure.note.as_deref().unwrap_or_default();
        let value = figure.value.map_or_else(|| format!("not measured: {note}"), number);
        crate::progress(&format!("  {}: {value} {}", figure.figure, figure.unit));
        self.figures.push(figure);
    }

    pub(crate) fn all_held(&self) -> bool {
        self.figures.iter().all(|figure| figure.floors.iter().all(|floor| floor.holds(figure)))
    }

    /// Prints the table and writes `target/bench.json`.
    pub(crate) fn finish(&self) -> Result<()> {
        println!("{}\n", self.title);
        let rows: Vec<[String; 7]> = self.figures.iter().map(row).collect();
        let heads = ["figure", "value", "unit", "raw limit", "ratio", "floor", ""].map(str::to_owned);
        let width = |column: usize| {
            rows.iter().chain([&heads]).map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let widths: [usize; 7] = std::array::from_fn(width);
        for row in std::iter::once(&heads).chain(&rows) {
            let cell = |(column, text): (usize, &String)| {
                let gap = " ".repeat(widths[column] - text.chars().count());
                // Numbers end, words begin under each other.
                if column == 1 || column == 4 { format!("{gap}{text}") } else { format!("{text}{gap}") }
            };
            let line: Vec<String> = row.iter().enumerate().map(cell).collect();
            println!("{}", line.join("  ").trim_end());
        }
        for figure in &self.figures {
            if let Some(note) = &figure.note {
                println!("{}: not measured: {note}", figure.figure);
            }
        }
        let path = target_directory()?.join("bench.json");
        std::fs::write(&path, serde_json::to_vec_pretty(&self.figures)?)?;
        Ok(())
    }
}

fn row(figure: &Figure) -> [String; 7] {
    let floors: Vec<String> = figure.floors.iter().map(|floor| floor.text()).collect();
    [
        figure.figure.clone(),
        figure.value.map_or("–".to_owned(), number),
        figure.unit.to_owned(),
        figure.ratio_to.clone().unwrap_or_default(),
        figure.ratio.map_or(String::new(), |ratio| format!("{ratio:.2} ×")),
        floors.join(", "),
        figure.verdict().to_owned(),
    ]
}

/// Large numbers in groups of three digits.
pub(crate) fn number(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
