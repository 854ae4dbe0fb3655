//! Reads the cells of one row by field, and collects everything that is wrong with them: a clerk wants to correct a
//! row once.

use super::{
    cells::Cells,
    error::{Code, Problem},
    field::Field,
    headings::HeadingMap,
    limits::{MAX_PROBLEMS_PER_ROW, SUSPICIOUS_TEN_THOUSANDS, SUSPICIOUS_WHEN_TEXT_SAYS_YUAN},
    text::{self, DateCell, Unit},
};
use chengxin_projections::{date::Date, money::Money};

/// What stands for a cell with a formula of which the file has no value: no program that calculates has saved it.
pub(super) const NOT_CALCULATED: &str = "#CALC!";

pub(super) struct Reading<'a> {
    pub(super) cells: &'a Cells,
    pub(super) map: &'a HeadingMap,
    /// A clerk put 是 into 已核对.
    pub(super) confirmed: bool,
    pub(super) problems: Vec<Problem>,
    /// Things to know that keep nothing out.
    pub(super) warnings: Vec<Problem>,
}

/// The end of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End(pub(super) Option<Date>);

impl<'a> Reading<'a> {
    pub(super) fn new(cells: &'a Cells, map: &'a HeadingMap) -> Reading<'a> {
        let confirmed = map.column(Field::Confirmed).is_some_and(|column| is_yes(cells.get(column)));
        Reading { cells, map, confirmed, problems: Vec::new(), warnings: Vec::new() }
    }

    pub(super) fn problem(&mut self, code: Code, field: Field, reason: impl Into<String>) {
        let column = self.map.heading(field).to_owned();
        self.problem_in(code, column, reason.into());
    }

    pub(super) fn problem_in(&mut self, code: Code, column: String, reason: String) {
        let problem = Problem { code, column, reason };
        if code.confirmable() && self.confirmed {
            self.warnings.push(problem);
        } else if self.problems.len() < MAX_PROBLEMS_PER_ROW {
            self.problems.push(problem);
        }
    }

    pub(super) fn warn(&mut self, code: Code, field: Field, reason: impl Into<String>) {
        let column = self.map.heading(field).to_owned();
        self.warnings.push(Problem { code, column, reason: reason.into() });
    }

    /// The cell as it is, unless it holds nothing.
    pub(super) fn raw(&self, field: Field) -> Option<&'a str> {
        let cell = self.cells.get(self.map.column(field)?);
        if cell.is_empty() || text::is_placeholder(text::trim(cell)) { None } else { Some(cell) }
    }

    fn limit(&mut self, field: Field, text: &str) {
        let most = field.max_chars(self.map.kind());
        if text.len() > most {
            let count = text.chars().count();
            if count > most {
                self.problem(Code::TooLong, field, format!("共{count}个字，最多{most}个"));
            }
        }
    }

    /// A text of one line.
    pub(super) fn line(&mut self, field: Field) -> Option<String> {
        let text = text::line(self.raw(field)?);
        self.limit(field, &text);
        Some(text.into_owned())
    }

    /// A text of one line in which a rounded number would be a mistake.
    pub(super) fn number_line(&mut self, field: Field) -> Option<String> {
        let text = self.line(field)?;
        if text::lost_its_digits(&text) {
            self.problem(Code::DigitsLost, field, "号码已变成科学计数，末位数字丢失");
        }
        Some(text)
    }

    /// A text of any length, with line breaks.
    pub(super) fn prose(&mut self, field: Field) -> Option<String> {
        let text = text::prose(self.raw(field)?);
        self.limit(field, &text);
        Some(text.into_owned())
    }

    /// A code or number; none with a problem where a spreadsheet has rounded it.
    pub(super) fn identifier(&mut self, field: Field) -> Option<String> {
        let text = text::identifier(self.raw(field)?);
        // 000000000000000000 even passes the check of a USCC.
        if text.bytes().all(|b| matches!(b, b'0' | b'X' | b'-' | b'/' | b'*')) {
            return None;
        }
        if text::lost_its_digits(&text) {
            self.problem(Code::DigitsLost, field, "号码已变成科学计数，末位数字丢失");
            return None;
        }
        Some(text.into_owned())
    }

    /// An identifier of which only the length is known.
    pub(super) fn other_number(&mut self, field: Field) -> Option<String> {
        let text = self.identifier(field)?;
        self.limit(field, &text);
        Some(text)
    }

    /// The document number, without which no record has a name.
    pub(super) fn document_no(&mut self) -> Option<String> {
        let Some(raw) = self.raw(Field::DocumentNo) else {
            self.problem(Code::RequiredMissing, Field::DocumentNo, "未填写");
            return None;
        };
        let text = text::document_number(raw);
        if text::lost_its_digits(&text) {
            self.problem(Code::DigitsLost, Field::DocumentNo, "文号已变成科学计数，末位数字丢失");
            return None;
        }
        self.limit(Field::DocumentNo, &text);
        Some(text.into_owned())
    }

    /// The day of the decision: never defaulted.
    pub(super) fn decided(&mut self, today: Option<Date>) -> Option<Date> {
        let cell = self.map.column(Field::Decided).map_or("", |column| self.cells.get(column));
        let (code, reason) = match text::date(cell) {
            DateCell::Day(day) if day < earliest_decision() => (Code::DateOutOfRange, "决定日期过早"),
            DateCell::Day(day) if today.is_some_and(|today| day > today) => (Code::DateInFuture, "决定日期晚于今天"),
            DateCell::Day(day) => return Some(day),
            DateCell::NoEnd => (Code::DateOutOfRange, "“无期限”不能作决定日期"),
            DateCell::Empty => (Code::RequiredMissing, "未填写"),
            DateCell::Invalid => (Code::DateInvalid, "不是日期，或没有这一天"),
        };
        self.problem(code, Field::Decided, reason);
        None
    }

    /// Another day; "no end" is none.
    pub(super) fn day(&mut self, field: Field) -> Option<Date> {
        match text::date(self.raw(field)?) {
            DateCell::Day(day) => Some(day),
            DateCell::NoEnd | DateCell::Empty => None,
            DateCell::Invalid => {
                self.problem(Code::DateInvalid, field, "不是日期，或没有这一天");
                None
            }
        }
    }

    /// The end of a period, which is not before its beginning.
    pub(super) fn end(&mut self, field: Field, beginning: Option<Date>) -> End {
        let end = self.day(field);
        if let (Some(end), Some(beginning)) = (end, beginning)
            && end < beginning
        {
            self.problem(Code::PeriodReversed, field, "止期早于起期或决定日期");
        }
        End(end)
    }

    /// An amount in 10,000 yuan, or in yuan where the heading or the cell says so.
    pub(super) fn money(&mut self, field: Field, in_yuan: Field, content: Option<&str>) -> Option<Money> {
        let (field, unit) = match (self.raw(field), self.raw(in_yuan)) {
            (Some(_), Some(_)) => {
                self.problem(Code::AmountInvalid, in_yuan, "同一金额填了两列");
                return None;
            }
            (Some(_), None) => (field, Unit::TenThousandYuan),
            (None, Some(_)) => (in_yuan, Unit::Yuan),
            (None, None) => return None,
        };
        let Ok((amount, whole)) = text::money(self.raw(field)?, unit) else {
            self.problem(Code::AmountInvalid, field, "不是金额，或超出范围");
            return None;
        };
        if let Some(whole) = whole {
            let said_in_yuan = || content.is_some_and(|content| says_yuan(content, whole));
            if whole >= SUSPICIOUS_TEN_THOUSANDS {
                self.problem(Code::SuspiciousAmount, field, format!("按万元计为{whole}万元，疑似把元填成了万元"));
            } else if whole >= SUSPICIOUS_WHEN_TEXT_SAYS_YUAN && said_in_yuan() {
                self.problem(Code::SuspiciousAmount, field, format!("正文写的是{whole}元，该列按万元计为{whole}万元"));
            }
        }
        Some(amount)
    }

    /// Control characters, damaged bytes and spreadsheet errors of every cell, whether we import its column or not.
    pub(super) fn check_characters(&mut self) {
        let bad = |c: char| c == char::REPLACEMENT_CHARACTER || text::is_forbidden(c);
        if text::may_hold_forbidden(self.cells.text()) && self.cells.text().chars().any(bad) {
            for column in 0..self.cells.len() {
                let cell = self.cells.get(column);
                if self.map.field(column) == Some(Field::Quarantine) {
                    continue;
                }
                let heading = || self.map.headings().get(column).cloned().unwrap_or_default();
                if cell.contains(char::REPLACEMENT_CHARACTER) {
                    self.problem_in(Code::InvalidEncoding, heading(), "含有无法识别的字节".to_owned());
                }
                if let Some(c) = cell.chars().find(|c| text::is_forbidden(*c)) {
                    self.problem_in(
                        Code::ControlCharacter,
                        heading(),
                        format!("含有不可见字符 U+{:04X}", u32::from(c)),
                    );
                }
            }
        }
        if self.cells.text().contains('#') {
            for column in 0..self.cells.len() {
                let reason = match self.cells.get(column) {
                    NOT_CALCULATED => "单元格是公式，文件里没有它的值",
                    "#REF!" | "#N/A" | "#NAME?" | "#VALUE!" | "#DIV/0!" | "#NULL!" | "#NUM!" => "单元格是公式错误",
                    _ => continue,
                };
                let heading = self.map.headings().get(column).cloned().unwrap_or_default();
                self.problem_in(Code::CellError, heading, reason.to_owned());
            }
        }
    }
}

fn is_yes(cell: &str) -> bool {
    matches!(text::trim(cell), "是" | "已核对" | "Y" | "y" | "YES" | "Yes" | "yes" | "√" | "✓" | "1" | "TRUE" | "true")
}

fn earliest_decision() -> Date {
    use std::sync::OnceLock;
    static DAY: OnceLock<Date> = OnceLock::new();
    *DAY.get_or_init(|| super::limits::EARLIEST_DECISION.parse().unwrap_or(Date::MIN))
}

/// Whether the text gives this number with 元 behind it, so that 10,000 yuan was not meant.
fn says_yuan(content: &str, whole: u64) -> bool {
    let digits = whole.to_string();
    let content: String = content.chars().map(text::half_width).filter(|c| !matches!(c, ',' | ' ')).collect();
    content.match_indices(&digits).any(|(at, _)| {
        let before = content[..at].chars().next_back();
        let after = &content[at + digits.len()..];
        let after = after.strip_prefix(".00").or_else(|| after.strip_prefix(".0")).unwrap_or(after);
        !before.is_some_and(|c| c.is_ascii_digit() || c == '.') && after.starts_with('元')
    })
}

#[cfg(test)]
mod tests {
    use super::says_yuan;

    #[test]
    fn a_text_that_names_the_amount_in_yuan_is_believed() {
        assert!(says_yuan("责令改正，罚款人民币２,０００元。", 2000));
        assert!(says_yuan("罚款2000.00元", 2000));
        for text in ["罚款2000万元", "罚款12000元", "罚款2000.5元", "罚款贰仟元", "没收0.2000元"] {
            assert!(!says_yuan(text, 2000), "{text}");
        }
    }
}
