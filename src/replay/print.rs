//! Prints what a replay found: for people, for programs, for spreadsheets.

use super::{Format, ReplayError};
use crate::query::{Page, list::ListItem, subject::CreditFileView};
use chengxin_projections::change::ListName;
use serde_json::{Value, json};
use std::io::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Cells of a table are cut behind this width.
const MAX_WIDTH: usize = 40;

/// A column: heading for people, name for programs, and where its value stands in an item (JSON pointer).
type Column = (&'static str, &'static str, &'static str);

const LIST: [Column; 12] = [
    ("主体代码", "subject", "/subject/id"),
    ("统一社会信用代码", "uscc", "/subject/uscc"),
    ("名称", "name", "/subject/name"),
    ("名单类别", "kind", "/kind"),
    ("类别名称", "title", "/title"),
    ("认定部门", "authority", "/authority"),
    ("文号", "document_no", "/document_no"),
    ("起", "from", "/from"),
    ("止", "until", "/until"),
    ("异议处理中", "disputed", "/disputed"),
    ("依据灭失", "basis_lost", "/basis_lost"),
    ("记录", "record", "/record"),
];

/// One line for everything in a credit file.
const FILE: [Column; 7] = [
    ("事项", "section", "/section"),
    ("记录", "record", "/record"),
    ("内容", "content", "/content"),
    ("部门", "authority", "/authority"),
    ("起", "from", "/from"),
    ("止", "until", "/until"),
    ("状态", "state", "/state"),
];

/// The sections of a credit file: name for people and programs, and where the columns behind it stand in an item; the
/// first value that is there counts.
const SECTIONS: [(&str, &str, [&[&str]; 6]); 5] = [
    ("名单", "listings", [&["/record"], &["/title", "/kind"], &["/authority"], &["/from"], &["/until"], &["/state"]]),
    ("措施", "measures", [&["/measure"], &["/matter"], &["/implementer"], &["/from"], &["/until"], &["/state"]]),
    (
        "许可",
        "licenses",
        [&["/record"], &["/content", "/category"], &["/authority"], &["/effective"], &["/valid_until"], &["/state"]],
    ),
    (
        "处罚",
        "penalties",
        [
            &["/record"],
            &["/conduct", "/content"],
            &["/authority"],
            &["/effective"],
            &["/publication/until"],
            &["/state"],
        ],
    ),
    ("修复", "repairs", [&["/record"], &["/cause/event"], &["/authority"], &["/granted"], &[], &["/state"]]),
];

pub(super) fn list(
    page: &Page<ListItem>,
    list: ListName,
    format: Format,
    out: &mut dyn Write,
) -> Result<(), ReplayError> {
    if format == Format::Json {
        return print_json(page, out);
    }
    let items: Vec<Value> = page.items.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
    if format == Format::Table {
        let name = match list {
            ListName::Red => "红名单",
            ListName::Black => "黑名单",
            ListName::Watch => "重点监测名单",
        };
        writeln!(out, "{name}　{}　共 {} 条　位置 {}", page.as_of, items.len(), page.position)?;
    }
    rows(&LIST, &items, format, out)
}

pub(super) fn subject(view: &CreditFileView, format: Format, out: &mut dyn Write) -> Result<(), ReplayError> {
    if format == Format::Json {
        return print_json(view, out);
    }
    let file = serde_json::to_value(view)?;
    let items = sections(&file, format);
    if format == Format::Table {
        let (id, name) = (text(file.pointer("/subject/id")), text(file.pointer("/subject/name")));
        writeln!(out, "{}　{}　{}　位置 {}", plain(&id), plain(&name), view.as_of, view.position)?;
    }
    rows(&FILE, &items, format, out)
}

/// Every line of a credit file, by the names of [`FILE`].
fn sections(file: &Value, format: Format) -> Vec<Value> {
    let mut lines = Vec::new();
    for (chinese, name, places) in &SECTIONS {
        let section = if format == Format::Table { chinese } else { name };
        for item in file[name].as_array().into_iter().flatten() {
            let mut line = json!({ "section": section });
            for ((_, column, _), places) in FILE.iter().skip(1).zip(places) {
                let found = places.iter().filter_map(|place| item.pointer(place)).find(|value| !value.is_null());
                line[*column] = found.cloned().unwrap_or_default();
            }
            lines.push(line);
        }
    }
    lines
}

fn print_json(value: &impl serde::Serialize, out: &mut dyn Write) -> Result<(), ReplayError> {
    let text = serde_json::to_string_pretty(value)?;
    Ok(writeln!(out, "{text}")?)
}

fn rows(columns: &[Column], items: &[Value], format: Format, out: &mut dyn Write) -> Result<(), ReplayError> {
    let cells = |item: &Value| columns.iter().map(|(.., place)| text(item.pointer(place))).collect::<Vec<String>>();
    if format == Format::Csv {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(columns.iter().map(|(_, name, _)| name))?;
        for item in items {
            writer.write_record(cells(item))?;
        }
        return Ok(writer.flush()?);
    }
    let headings: Vec<String> = columns.iter().map(|(heading, ..)| (*heading).to_owned()).collect();
    let mut lines = vec![headings];
    let shown = |cell: &String| match &**cell {
        "true" => "是".to_owned(),
        "false" => String::new(),
        text => plain(text),
    };
    lines.extend(items.iter().map(|item| cells(item).iter().map(shown).collect()));
    let widest = |column: usize| lines.iter().map(|line| line[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(widest).collect();
    for line in &lines {
        let padded = line.iter().zip(&widths).map(|(cell, width)| pad(cell, *width));
        writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) => values.iter().map(|value| text(Some(value))).collect::<Vec<_>>().join("、"),
        Some(other) => other.to_string(),
    }
}

/// A text that fits a cell: one line, nothing that a terminal obeys, and no wider than [`MAX_WIDTH`].
fn plain(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.width() <= MAX_WIDTH {
        return clean;
    }
    let mut width = 1;
    let fits = |c: &char| {
        width += c.width().unwrap_or(0);
        width <= MAX_WIDTH
    };
    let mut cut: String = clean.chars().take_while(fits).collect();
    cut.push('…');
    cut
}

/// Blanks up to the width on a terminal, where a Chinese character takes two columns.
fn pad(cell: &str, width: usize) -> String {
    format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_whatever_is_in_them() {
        let columns: [Column; 2] = [("名称", "name", "/name"), ("起", "from", "/from")];
        let items = [
            json!({"name": "伊宁市星河建筑有限公司", "from": "2026-04-20"}),
            json!({"name": "Star\u{1b}[2J\nRiver", "from": null}),
            json!({"name": "很".repeat(60), "from": "2026-04-21"}),
        ];
        let mut out = Vec::new();
        rows(&columns, &items, Format::Table, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        let place = |line: &str, part: &str| line.split(part).next().unwrap().width();
        assert_eq!(place(lines[0], "起"), place(lines[1], "2026"));
        assert_eq!(place(lines[1], "2026"), place(lines[3], "2026"));
        assert!(!text.contains('\u{1b}'));
        assert!(lines[3].contains('…'));
    }

    #[test]
    fn a_spreadsheet_gets_every_value_whole() {
        let columns: [Column; 2] = [("名称", "name", "/name"), ("部门", "authority", "/authority")];
        let items = [json!({"name": "a,\"b\"", "authority": ["x", "y"]})];
        let mut out = Vec::new();
        rows(&columns, &items, Format::Csv, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "name,authority\n\"a,\"\"b\"\"\",x、y\n");
    }
}
