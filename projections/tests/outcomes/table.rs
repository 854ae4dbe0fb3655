//! Tables in Markdown: what differs between the columns as rows, what is the same in all of them in a line.

use std::fmt;

pub struct Table {
    pub columns: Vec<String>,
    /// A label, and an outcome for each column.
    pub rows: Vec<(String, Vec<String>)>,
}

impl Table {
    fn is_same(outcomes: &[String]) -> bool {
        outcomes.windows(2).all(|pair| pair[0] == pair[1])
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_single = self.columns.len() == 1;
        let differing: Vec<_> = self.rows.iter().filter(|(_, outcomes)| !Table::is_same(outcomes)).collect();
        if !differing.is_empty() {
            line(f, "event", &self.columns)?;
            line(f, ":--", &vec!["--".to_owned(); self.columns.len()])?;
            for (label, outcomes) in differing {
                line(f, label, outcomes)?;
            }
            writeln!(f)?;
        }
        let mut same: Vec<(&str, Vec<&str>)> = Vec::new();
        for (label, outcomes) in self.rows.iter().filter(|(_, outcomes)| Table::is_same(outcomes)) {
            match same.iter_mut().find(|(outcome, _)| *outcome == outcomes[0]) {
                Some((_, labels)) => labels.push(label),
                None => same.push((&outcomes[0], vec![label])),
            }
        }
        if !same.is_empty() && !is_single {
            writeln!(f, "In every one of these states:\n")?;
        }
        for (outcome, labels) in same {
            writeln!(f, "- {outcome}: {}", labels.join(", "))?;
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
