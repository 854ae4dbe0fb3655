//! What became of a file, in Chinese for the clerk.

use crate::{
    import::Code,
    importer::{self, LINES_TOLD, Report},
};
use std::{collections::BTreeMap, fmt::Write, path::Path};

/// The summary of one file.
pub(super) fn text(file: &Path, report: &Report) -> String {
    let mut text = String::new();
    // Writing to a text does not fail.
    let _ = write(&mut text, file, report);
    text
}

fn write(out: &mut String, file: &Path, report: &Report) -> std::fmt::Result {
    writeln!(out, "{}", file.display())?;
    writeln!(out, "  共 {} 行", report.rows)?;
    writeln!(out, "  已登记 {} 行", report.applied)?;
    writeln!(out, "  以前已导入，未作改动 {} 行", report.duplicates)?;
    if report.repeated > 0 {
        writeln!(out, "  文件内重复，只登记一次 {} 行", report.repeated)?;
    }
    writeln!(out, "  未获登记（按规则拒绝） {} 行", report.refused)?;
    writeln!(out, "  隔离待核实 {} 行", report.held_back)?;
    if report.rows > 0 && report.rows == report.duplicates + report.repeated {
        writeln!(out, "  文件内容以前已全部导入，本次没有任何改动。")?;
    }
    counts(out, "未导入的原因", &report.problems, &report.problem_lines)?;
    counts(out, "已登记但请留意", &report.warnings, &report.warned_lines)?;
    if !report.unknown_columns.is_empty() {
        writeln!(out, "  不认识的列（未导入）：{}", report.unknown_columns.join("、"))?;
    }
    if !report.other_sheets.is_empty() {
        writeln!(out, "  未读取的其他工作表：{}", report.other_sheets.join("、"))?;
    }
    if let Some(path) = &report.quarantine {
        writeln!(out, "  隔离文件：{}", path.display())?;
        match path.extension().is_some_and(|extension| extension == "ndjson") {
            true => writeln!(out, "  请逐行改正 raw 中的内容，保存后再次导入该隔离文件。")?,
            false => writeln!(
                out,
                "  请用表格软件打开，按“隔离_处理办法”一列改正原单元格（经核实无误的在“已核对”列填“是”），保存后再次导入该隔离文件。"
            )?,
        }
    }
    Ok(())
}

fn counts(
    out: &mut String,
    title: &str,
    counts: &BTreeMap<String, u64>,
    lines: &BTreeMap<String, Vec<u64>>,
) -> std::fmt::Result {
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {title}：")?;
    let mut counts: Vec<(&String, &u64)> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (code, count) in counts {
        let lines = lines.get(code).map(|lines| told(lines, *count)).unwrap_or_default();
        let known = Code::ALL.iter().find(|known| known.as_str() == code);
        let meaning = known.map_or_else(|| importer::meaning(code), |known| known.remedy());
        writeln!(out, "    {code} {count}{lines}：{meaning}")?;
    }
    Ok(())
}

/// Where a clerk finds them in the file.
fn told(lines: &[u64], count: u64) -> String {
    let all: Vec<String> = lines.iter().map(u64::to_string).collect();
    // A line may have the same problem twice.
    let more = if lines.len() >= LINES_TOLD && (lines.len() as u64) < count { "等" } else { "" };
    format!("（第 {} 行{more}）", all.join("、"))
}
