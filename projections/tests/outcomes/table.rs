//! Tables in Markdown: what is accepted in some of the states as rows; what is the same in all of them, or never accepted,
//! in lines below.

use std::fmt;

pub const APPLIED: &str = "✓";

pub struct Table {
    pub columns: Vec<String>,
    /// A label, and an outcome for each column.
    pub rows: Vec<(String, Vec<String>)>,
}

impl Table {
    /// A line that says the whole row: the outcome, and where it is another one. None if the row is better read as a row.
    fn in_words(&self, outcomes: &[String]) -> Option<String> {
        let count = |outcome: &String| outcomes.iter().filter(|other| *other == outcome).count();
        let usual = outcomes.iter().max_by_key(|outcome| count(outcome))?;
        let others: Vec<usize> = (0..outcomes.len()).filter(|column| outcomes[*column] != *usual).collect();
        if others.is_empty() {
            return Some(usual.clone());
        }
        if others.len() > 3 || outcomes.iter().any(|outcome| outcome == APPLIED) {
            return None;
        }
        let exceptions = others.iter().map(|column| format!("{}: {}", self.columns[*column], outcomes[*column]));
        Some(format!("{usual} ({})", exceptions.collect::<Vec<_>>().join("; ")))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
        let mut rows = Vec::new();
        for (label, outcomes) in &self.rows {
            match self.in_words(outcomes) {
                None => rows.push((label, outcomes)),
                Some(words) => match lines.iter_mut().find(|(known, _)| *known == words) {
                    Some((_, labels)) => labels.push(label),
                    None => lines.push((words, vec![label])),
                },
            }
        }
        if !rows.is_empty() {
            line(f, "event", &self.columns)?;
            line(f, ":--", &vec!["--".to_owned(); self.columns.len()])?;
            for (label, outcomes) in rows {
                line(f, label, outcomes)?;
            }
            writeln!(f)?;
        }
        for (words, labels) in lines {
            writeln!(f, "- **{words}** — {}", labels.join(", "))?;
        }
        Ok(())
    }
}

fn line(f: &mut impl fmt::Write, label: &str, cells: &[String]) -> fmt::Result {
    writeln!(f, "| {label} | {} |", cells.join(" | "))
}

/// One table of several kinds of record: in each cell the outcomes over the states of the kind, each once.
pub fn by_kind(kinds: &[(String, Table)]) -> String {
    let labels =
        kinds.first().map(|(_, table)| table.rows.iter().map(|(label, _)| label.clone())).into_iter().flatten();
    let rows = labels.enumerate().map(|(row, label)| {
        let cells = kinds.iter().map(|(_, table)| {
            let mut outcomes: Vec<&str> = Vec::new();
            for outcome in &table.rows[row].1 {
                if !outcomes.contains(&outcome.as_str()) {
                    outcomes.push(outcome);
                }
            }
            outcomes.join(" / ")
        });
        (label, cells.collect())
    });
    let rows = rows.collect();
    Table { columns: kinds.iter().map(|(name, _)| name.clone()).collect(), rows }.to_string()
}
