//! The canonical picture of a subject on a day: sorted lines of text.

use crate::{
    entries::Span,
    view::{Record, View},
};
use chengxin_projections::{date::Date, event::List};

impl View<'_> {
    pub fn picture(self, subject: &str, day: Date) -> Vec<String> {
        let mut lines = Vec::new();
        for record in self.records_of(subject) {
            if record.designation().is_some() {
                lines.push(self.entry_line(&record, day));
                lines.extend(self.watch_line(&record, day).filter(|_| !self.is_withdrawn(&record)));
            } else {
                lines.push(self.record_line(&record, day));
            }
        }
        let implications = self.implications(subject);
        lines.extend(implications.iter().filter_map(|record| self.watch_line(record, day)));
        lines.extend(self.measure_lines(subject, day));
        for flag in self.flags(subject).into_iter().filter(|flag| flag.stands(day)) {
            let cause = flag.cause.map(|cause| format!(" cause {cause}")).unwrap_or_default();
            lines.push(format!("flag {} {} since {}{cause}", flag.flag, flag.record, flag.since));
        }
        lines.extend(self.duty_lines(subject, day));
        lines.extend(self.lines_about_itself(subject));
        lines.push(self.green_line(subject, day));
        lines.sort();
        lines
    }

    fn entry_line(self, record: &Record, day: Date) -> String {
        let data = record.designation().expect("it is an entry");
        let list = match data.list {
            List::Red => "red",
            List::Black => "black",
        };
        let span = self.span(record);
        if self.is_withdrawn(record) {
            return format!("entry {list} {} {span} withdrawn", record.name);
        }
        let mut line = format!("entry {list} {} {span} {}", record.name, state(span, day));
        // A mark tells how an entry stands that is on its list.
        if span.contains(day) && self.is_disputed(record, day) {
            line.push_str(" disputed");
        }
        if span.contains(day) && self.is_basis_lost(record, day) {
            line.push_str(" basis-lost");
        }
        line
    }

    fn watch_line(self, record: &Record, day: Date) -> Option<String> {
        let watch = self.watch(record)?;
        Some(format!("entry watch {} {watch} {}", record.name, state(watch, day)))
    }

    /// (十一) On the red list, or without a bad record for some years.
    fn green_line(self, subject: &str, day: Date) -> String {
        let records = self.records_of(subject);
        let names = |which: &dyn Fn(&Record) -> bool| {
            let names = records.iter().filter(|record| !self.is_withdrawn(record) && which(record));
            names.map(|record| record.name.clone()).collect::<Vec<_>>().join("+")
        };
        let red = names(&|record| record.is_on(List::Red) && self.span(record).contains(day));
        if !red.is_empty() {
            return format!("green yes red-listed {red}");
        }
        let months = 12 * self.policy(day).clean_years().expect("the terms are published");
        // What lies full years back does not count any more.
        let within = |last: Date| last.plus_months(months) > day;
        let bad = names(&|record| {
            let span = if record.is_on(List::Black) { self.span(record) } else { one_day(record.first()) };
            let bad = record.penalty().is_some() || record.is_on(List::Black);
            bad && span.from <= day && span.from <= span.last() && within(span.last())
        });
        if bad.is_empty() { "green yes clean".to_owned() } else { format!("green no {bad}") }
    }
}

fn one_day(day: Date) -> Span {
    Span { from: day, to: day, through: true }
}

fn state(span: Span, day: Date) -> &'static str {
    match () {
        () if day < span.from => "pending",
        () if span.contains(day) => "active",
        () if span.through => "expired",
        () => "exited",
    }
}
