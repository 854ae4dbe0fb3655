//! Replay: tells from the log alone who was on a list, or what was known of a subject, at any position or instant.
//!
//! It folds the events by the same function as a server, without its views, and shows the result by the same functions
//! as the queries. So it is the proof of what a server answers, also beside that server.

mod explain;
mod fold;
mod print;

pub use explain::{ExplainOptions, explain};

use crate::{
    codec::Codec,
    log::{Log, LogError, Offset, Topic, partition_of},
    query::{
        Page, cleared,
        list::{self, Filter, ListItem},
        listing::Listing,
        position::{self, Moment},
        record::Bodies,
        subject::{self, CreditFileView, Reading},
    },
};
use chengxin_projections::{
    change::ListName,
    date::Date,
    facts::{CreditFile, Known},
};
use fold::{Bound, Folded};
use std::{
    convert::Infallible,
    io::{self, ErrorKind, Write},
    time::Duration,
};

/// Events read at a time to find out when one was recorded.
const READ_EVENTS: usize = 10_000;
/// How long the log may take to give an event that stands in it.
const LOG_WAIT: Duration = Duration::from_secs(10);

/// What is asked of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayOptions {
    /// A position (`2-1041`: the other partitions up to the instant at which that event was recorded), the position of
    /// an answer (`0-12.1-44`), an RFC 3339 instant, or a day, which means its end. By default all there is.
    pub until: Option<String>,
    /// The business date asked about; by default the last day that is open in every partition.
    pub as_of: Option<Date>,
    pub show: Show,
    pub format: Format,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show {
    List(ListName),
    /// By organisation code, USCC, or the id of a person.
    Subject(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, headed in Chinese.
    Table,
    /// The page or the credit file as the server answers it.
    Json,
    Csv,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(
        "{0:?} is no position of this log (PARTITION-OFFSET, or the `position` of an answer), no RFC 3339 instant with \
         offset and no day"
    )]
    NotAMoment(String),
    #[error("no event stands at position {0}-{1}; take the `position` of an outcome or of an answer")]
    NoSuchEvent(u16, Offset),
    #[error("no day had been opened by then; name the day asked about with --as-of YYYY-MM-DD")]
    NoDay,
    #[error("nothing was known of {0}; give an organisation code, a USCC, or the id of a person")]
    UnknownSubject(String),
    #[error("{}", subject::MISTYPED)]
    Mistyped,
    #[error(transparent)]
    NothingToExplain(#[from] chengxin_projections::explain::NothingToExplain),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
    #[error("cannot write: {0}")]
    Csv(#[from] csv::Error),
    #[error("cannot write: {0}")]
    Json(#[from] serde_json::Error),
}

/// Folds the log and prints what is asked for. Progress goes to stderr.
pub fn run(log: &dyn Log, options: &ReplayOptions, out: &mut dyn Write) -> Result<(), ReplayError> {
    match replay(log, options, out) {
        Err(ReplayError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn replay(log: &dyn Log, options: &ReplayOptions, out: &mut dyn Write) -> Result<(), ReplayError> {
    let codec = Codec::new();
    let bounds = bounds(log, &codec, options.until.as_deref())?;
    let show = match &options.show {
        Show::List(list) => Show::List(*list),
        Show::Subject(id) => Show::Subject(subject::key(id)),
    };
    let result = Replayed { codec: &codec, partitions: fold::all(log, &codec, &bounds, &show)?, options };
    match show {
        Show::List(list) => print::list(&result.list(list)?, list, options.format, out),
        Show::Subject(key) => print::subject(&result.subject(key)?, options.format, out),
    }
}

/// How far each partition is folded; the same moments as `known_at` has.
fn bounds(log: &dyn Log, codec: &Codec, until: Option<&str>) -> Result<Vec<Bound>, ReplayError> {
    let partitions = log.partitions();
    let every = |bound: Bound| vec![bound; usize::from(partitions)];
    let Some(until) = until else { return Ok(every(Bound::End)) };
    let moment = position::parse(until, partitions).ok_or_else(|| ReplayError::NotAMoment(until.to_owned()))?;
    Ok(match moment {
        Moment::Instant(instant) => every(Bound::Instant(instant)),
        Moment::Event(partition, offset) => {
            let mut bounds = every(Bound::Instant(recorded(log, codec, partition, offset)?));
            bounds[usize::from(partition)] = Bound::Offset(offset);
            bounds
        }
        Moment::Positions(places) => {
            let mut bounds = every(Bound::Nothing);
            for (partition, offset) in places {
                // The first offset also stands for a partition in which there was nothing yet.
                if offset > 0 && offset >= log.end(Topic::Events, partition)? {
                    return Err(ReplayError::NoSuchEvent(partition, offset));
                }
                bounds[usize::from(partition)] = Bound::Offset(offset);
            }
            bounds
        }
    })
}

/// When the event at a position was recorded: no earlier than what stands before it in the log.
fn recorded(log: &dyn Log, codec: &Codec, partition: u16, offset: Offset) -> Result<i64, ReplayError> {
    let none = || ReplayError::NoSuchEvent(partition, offset);
    if offset >= log.end(Topic::Events, partition)? {
        return Err(none());
    }
    let (mut reader, mut latest) = (log.read(Topic::Events, partition, 0)?, i64::MIN);
    loop {
        let batch = reader.next(READ_EVENTS, LOG_WAIT)?;
        for stored in &batch.records {
            let envelope = codec.envelope(stored.value.as_deref().unwrap_or_default());
            latest = envelope.map_or(latest, |envelope| latest.max(envelope.recorded));
            if stored.offset >= offset {
                return if stored.offset == offset { Ok(latest) } else { Err(none()) };
            }
        }
        if batch.at_end || batch.records.is_empty() {
            return Err(none());
        }
    }
}

/// Every partition, folded as far as was asked.
struct Replayed<'a> {
    codec: &'a Codec,
    partitions: Vec<Folded>,
    options: &'a ReplayOptions,
}

impl Replayed<'_> {
    fn as_of(&self) -> Result<Date, ReplayError> {
        let open = || self.partitions.iter().filter_map(|folded| folded.partition.day).min();
        self.options.as_of.or_else(open).ok_or(ReplayError::NoDay)
    }

    fn position(&self) -> String {
        position::render(self.partitions.iter().map(|folded| folded.at))
    }

    fn known_at(&self) -> String {
        self.options.until.clone().unwrap_or_else(|| self.position())
    }

    fn bodies(&self, folded: &Folded, subject: &str) -> Bodies<'_> {
        Bodies::new(self.codec, folded.bodies.get(subject).cloned().unwrap_or_default())
    }

    /// Everyone on the list, in the order of the server's pages.
    fn list(&self, list: ListName) -> Result<Page<ListItem>, ReplayError> {
        let (as_of, known) = (self.as_of()?, Known::Now);
        let policy = self.partitions.first().map(|folded| folded.partition.policy_at(as_of, known)).unwrap_or_default();
        let mut items: Vec<ListItem> = Vec::new();
        for folded in &self.partitions {
            for (subject, file) in &folded.files.files {
                let entries: Vec<_> = list::on_list(file, list, known, as_of, &Filter::default()).collect();
                if !entries.is_empty() {
                    let bodies = self.bodies(folded, subject);
                    let policies = &folded.partition.history;
                    let reading = Reading { file, bodies, known, as_of, policy: &policy, policies };
                    items.extend(entries.iter().map(|entry| list::item(entry, &reading)));
                }
            }
        }
        items.iter_mut().for_each(|item| self.strike_cleared(&mut item.listing));
        // Stable: the entries of a subject stay in the order of their records.
        items.sort_by(|one, other| one.subject.id.cmp(&other.subject.id));
        Ok(Page { items, next: None, as_of, known_at: self.known_at(), position: self.position() })
    }

    /// Takes the persons whom it names wrongly out of an entry. (二十七)
    fn strike_cleared(&self, listing: &mut Listing) {
        let Ok(()) = cleared::strike_by(listing, |person, record| {
            let says = self.held(person).is_some_and(|(_, file)| cleared::says(file, record, Known::Now));
            Ok::<_, Infallible>(says)
        });
    }

    fn held(&self, key: &str) -> Option<(&Folded, &CreditFile)> {
        let number = partition_of(key.as_bytes(), u16::try_from(self.partitions.len()).unwrap_or(u16::MAX));
        let folded = self.partitions.get(usize::from(number))?;
        Some((folded, folded.files.files.get(key)?))
    }

    /// The file of a subject of whom something was known, and its partition.
    fn file(&self, key: &str) -> Result<(&Folded, &CreditFile), ReplayError> {
        let found = self.held(key);
        found.filter(|(_, file)| file.is_known(Known::Now)).ok_or_else(|| ReplayError::UnknownSubject(key.to_owned()))
    }

    fn subject(&self, key: String) -> Result<CreditFileView, ReplayError> {
        let (as_of, known) = (self.as_of()?, Known::Now);
        let (folded, file) = self.file(&key)?;
        if let Show::Subject(given) = &self.options.show
            && subject::is_mistyped(given, file)
        {
            return Err(ReplayError::Mistyped);
        }
        let policy = folded.partition.policy_at(as_of, known);
        let policies = &folded.partition.history;
        let bodies = self.bodies(folded, &key);
        let reading = Reading { file, bodies, known, as_of, policy: &policy, policies };
        let mut shown = subject::show(&reading, self.known_at(), self.position());
        shown.listings.iter_mut().for_each(|listing| self.strike_cleared(listing));
        Ok(shown)
    }
}
