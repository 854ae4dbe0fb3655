//! Double-publicity files.

use super::{
    BATCH_BYTES, BATCH_ROWS, BATCHES_UNDER_WAY, ImportError, Report, Target,
    pipeline::{self, Batch, Item, Sink, Source, Verdict, Watch},
    reason,
};
use crate::{
    import::{
        Cells, Code, Draft, DraftData, DraftSubject, FileError, HolderOf, Personal, Problem, QuarantineWriter,
        QuarantinedRow, Row, Rows, Settings,
    },
    intake::{self, DocumentInput, FieldError, PersonInput, Publisher, Rejection, SubjectInput, document_number},
    vault::Vault,
};
use chengxin_projections::{
    date::Date,
    event::{Data, SubjectKind},
    identifier::Holder,
};
use std::sync::{Arc, Mutex, PoisonError, atomic::Ordering};

/// Why whose numbers a row has cannot be asked any more, once that is so.
pub(super) type Away = Arc<Mutex<Option<ImportError>>>;

/// What the reader needs to know. The hash of a person is that of the intake, so that one person has one id.
pub(super) fn settings(
    target: &Target,
    today: Option<Date>,
    away: Away,
) -> Settings<impl Fn(&str, &str) -> String + Send + use<>> {
    let vault = target.vault.clone();
    Settings {
        organisation: target.publisher.org.clone(),
        today,
        person_key: move |kind: &str, number: &str| vault.person_id(kind, &document_number(number)),
        holder: holder(target, away),
        penalty_kinds: target.intake.penalty_kinds(),
    }
}

/// Asks the views, and again while they are away: a row must not be held back for that. If they stay away, what is answered
/// does not matter, for `away` ends the import.
fn holder(target: &Target, away: Away) -> HolderOf {
    let (intake, retry, stop) = (target.intake.clone(), target.retry, target.stop.clone());
    Box::new(move |numbers| {
        for attempt in 1_u32.. {
            let error = match intake.holder(numbers) {
                Ok(holder) => return holder,
                Err(_) if stop.load(Ordering::SeqCst) => ImportError::Stopped,
                Err(error) if retry.limit.is_some_and(|limit| attempt > limit) => {
                    ImportError::Unavailable { detail: error.to_string() }
                }
                Err(_) => {
                    std::thread::sleep(retry.pause);
                    continue;
                }
            };
            *away.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            break;
        }
        Holder::Nobody
    })
}

/// Publishes the rows of a file; what does not go in is written to the quarantine.
pub fn run<F: Fn(&str, &str) -> String + Send>(
    rows: Rows<F>,
    quarantine: QuarantineWriter,
    target: &Target,
    away: Away,
    watch: &mut Watch,
) -> Result<Report, ImportError> {
    let summary = rows.summary();
    let report = Report {
        unknown_columns: summary.unknown_columns.clone(),
        other_sheets: summary.other_sheets.clone(),
        ..Report::default()
    };
    let mut sink = Table { report, quarantine };
    let mut source = Reading { rows, target, away, failed: None };
    let ended = pipeline::run(&mut source, &mut sink, BATCHES_UNDER_WAY, target, watch);
    let Table { mut report, quarantine } = sink;
    match (quarantine.finish(), ended) {
        (_, Err(error)) => Err(error),
        (Err(error), Ok(())) => Err(error.into()),
        (Ok(path), Ok(())) => {
            report.quarantine = path;
            Ok(report)
        }
    }
}

struct Reading<'t, F> {
    rows: Rows<F>,
    target: &'t Target,
    away: Away,
    /// What ended the reading, told once the rows before it are on their way.
    failed: Option<FileError>,
}

/// What is kept of a row.
enum Kept {
    /// Its draft is being published.
    Row {
        line: u64,
        cells: Cells,
        warnings: Vec<Code>,
    },
    Repeated,
    HeldBack(Box<QuarantinedRow>),
}

impl<F: Fn(&str, &str) -> String + Send> Source<Kept> for Reading<'_, F> {
    fn next(&mut self) -> Result<Option<Batch<Kept>>, ImportError> {
        let mut items = Vec::with_capacity(BATCH_ROWS);
        let (mut bytes, begun) = (0, self.rows.progress().0);
        while items.len() < BATCH_ROWS && bytes < BATCH_BYTES as u64 {
            let next = self.rows.next();
            if let Some(error) = self.away.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return Err(error);
            }
            match next {
                None => break,
                Some(Ok(row)) => items.push(item(row, &self.target.publisher, &self.target.vault)),
                Some(Err(error)) => {
                    self.failed = Some(error);
                    break;
                }
            }
            bytes = self.rows.progress().0 - begun;
        }
        if items.is_empty()
            && let Some(error) = self.failed.take()
        {
            return Err(error.into());
        }
        let (done, total) = self.rows.progress();
        Ok((!items.is_empty()).then_some(Batch { items, done, total }))
    }
}

fn item(row: Row, publisher: &Publisher, vault: &Vault) -> Item<Kept> {
    match row {
        Row::Quarantined(row) => Item { kept: Kept::HeldBack(row), draft: None },
        Row::Duplicate(_) => Item { kept: Kept::Repeated, draft: None },
        Row::Draft(draft) => {
            let Draft { line, id, effective, subject, data, representative, warnings, cells } = *draft;
            let representative = representative.map(person);
            let data = match data {
                DraftData::Penalty(data) => Data::PenaltyImposed(data),
                DraftData::License(data) => Data::LicenseGranted(data),
            };
            let subject = subject_input(subject);
            match intake::draft(publisher, vault, id, effective, &subject, representative.as_ref(), data) {
                Ok(draft) => {
                    let warnings = warnings.into_iter().map(|warning| warning.code).collect();
                    Item { kept: Kept::Row { line, cells, warnings }, draft: Some(Box::new(draft)) }
                }
                Err(rejection) => {
                    let row = QuarantinedRow::refused(line, cells, rejected(&rejection));
                    Item { kept: Kept::HeldBack(Box::new(row)), draft: None }
                }
            }
        }
    }
}

fn rejected(rejection: &Rejection) -> String {
    match rejection {
        Rejection::Malformed(errors) => reason::of_fields(errors),
        other => reason::of("malformed", &other.to_string()),
    }
}

/// A failing check character was confirmed by a clerk, or the reader would have held the row back.
fn subject_input(subject: DraftSubject) -> SubjectInput {
    match subject {
        DraftSubject::Organisation { organisation_code, uscc, name, aliases } => SubjectInput {
            kind: SubjectKind::Organisation,
            id: Some(uscc.unwrap_or(organisation_code)),
            id_verified: true,
            document: None,
            name: Some(name),
            aliases,
        },
        DraftSubject::Person { document_kind, number, name } => SubjectInput {
            kind: SubjectKind::Person,
            id: None,
            id_verified: true,
            document: Some(DocumentInput { kind: document_kind, number }),
            name: Some(name),
            aliases: Vec::new(),
        },
    }
}

fn person(personal: Personal) -> PersonInput {
    let Personal { name, document_kind, document_number } = personal;
    let document = document_kind.zip(document_number).map(|(kind, number)| DocumentInput { kind, number });
    PersonInput { name, document, id_verified: true }
}

struct Table {
    report: Report,
    quarantine: QuarantineWriter,
}

impl Table {
    fn hold(&mut self, row: &QuarantinedRow) -> Result<(), ImportError> {
        for Problem { code, .. } in &row.problems {
            self.report.problem(code.as_str(), row.line);
        }
        Ok(self.quarantine.write(row)?)
    }

    fn refuse(&mut self, line: u64, cells: Cells, code: &str, reason: String) -> Result<(), ImportError> {
        self.report.refused += 1;
        self.report.problem(code, line);
        Ok(self.quarantine.write(&QuarantinedRow::refused(line, cells, reason))?)
    }
}

impl Sink<Kept> for Table {
    fn settle(&mut self, kept: Kept, verdict: Verdict) -> Result<(), ImportError> {
        self.report.rows += 1;
        let (line, cells, warnings) = match kept {
            Kept::Repeated => {
                self.report.repeated += 1;
                return Ok(());
            }
            Kept::HeldBack(row) => {
                self.report.held_back += 1;
                return self.hold(&row);
            }
            Kept::Row { line, cells, warnings } => (line, cells, warnings),
        };
        match verdict {
            Verdict::Applied(also) => {
                self.report.applied += 1;
                also.iter().for_each(|code| self.report.warning(code, line));
                warnings.iter().for_each(|code| self.report.warning(code.as_str(), line));
                Ok(())
            }
            Verdict::NotPublished => {
                self.report.applied += 1;
                Ok(())
            }
            Verdict::Duplicate => {
                self.report.duplicates += 1;
                Ok(())
            }
            Verdict::Refused(code, detail) => self.refuse(line, cells, code, reason::of(code, &detail)),
            Verdict::Malformed(errors) => {
                let code = errors.first().map_or("malformed", |error: &FieldError| error.code);
                self.refuse(line, cells, code, reason::of_fields(&errors))
            }
        }
    }

    fn report(&self) -> &Report {
        &self.report
    }
}
