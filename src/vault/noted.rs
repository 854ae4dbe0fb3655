//! Names that records on their way to the log give to persons who are called otherwise. Whether such a record has an effect is
//! known later, perhaps only to the next process: until then the name waits here, sealed like the others.

use super::{PersonalFields, VaultError, bound_to, keys::Cipher, opened, plain};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::HashMap;

/// Where a name waits: under a reference of a subject, for what becomes of a record, by its `ORG/ID` and the hash of what it
/// says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Noted {
    pub subject: String,
    pub reference: String,
    pub record: String,
    pub content: u64,
}

/// Whether what became of its record is known. Until that is known of all the names of a person that wait, all of them stay:
/// the last one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answered(pub(super) bool);

impl Noted {
    pub(super) fn new(subject: &str, reference: &str, record: &str, content: u64) -> Noted {
        let [subject, reference, record] = [subject, reference, record].map(str::to_owned);
        Noted { subject, reference, record, content }
    }

    pub(super) fn is_of(&self, subject: &str, reference: &str) -> bool {
        self.subject == subject && self.reference == reference
    }

    /// What it is sealed under.
    fn place(&self) -> Vec<u8> {
        bound_to(&self.subject, &format!("{} by {} {:x}", self.reference, self.record, self.content))
    }
}

pub(super) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS noted (
        subject TEXT NOT NULL, reference TEXT NOT NULL, record TEXT NOT NULL, content INTEGER NOT NULL,
        sealed BLOB NOT NULL, PRIMARY KEY (subject, reference, record, content)
    ) WITHOUT ROWID;
";

/// Of two names that the same record comes with the first waits.
pub(super) fn note(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    noted: &Noted,
    fields: &PersonalFields,
) -> Result<(), VaultError> {
    let Noted { subject, reference, record, content } = noted;
    let sealed = cipher.seal(&plain(fields), &noted.place()).map_err(VaultError::Random)?;
    transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO noted (subject, reference, record, content, sealed) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![subject, reference, record, content.cast_signed(), sealed])?;
    Ok(())
}

pub(super) fn forget(transaction: &Transaction<'_>, noted: &Noted) -> rusqlite::Result<()> {
    let Noted { subject, reference, record, content } = noted;
    transaction
        .prepare_cached("DELETE FROM noted WHERE subject = ?1 AND reference = ?2 AND record = ?3 AND content = ?4")?
        .execute(params![subject, reference, record, content.cast_signed()])?;
    Ok(())
}

/// All of them, none of which is known to be answered.
pub(super) fn all(database: &Connection) -> rusqlite::Result<HashMap<Noted, Answered>> {
    let mut statement = database.prepare("SELECT subject, reference, record, content FROM noted")?;
    let row = |row: &rusqlite::Row<'_>| {
        let content = row.get::<_, i64>(3)?.cast_unsigned();
        Ok((Noted { subject: row.get(0)?, reference: row.get(1)?, record: row.get(2)?, content }, Answered(false)))
    };
    statement.query_map([], row)?.collect()
}

/// What waits there.
pub(super) fn open(
    database: &Connection,
    cipher: &Cipher,
    noted: &Noted,
) -> Result<Option<PersonalFields>, VaultError> {
    let Noted { subject, reference, record, content } = noted;
    let sealed: Option<Vec<u8>> = database
        .prepare_cached(
            "SELECT sealed FROM noted WHERE subject = ?1 AND reference = ?2 AND record = ?3 AND content = ?4",
        )?
        .query_row(params![subject, reference, record, content.cast_signed()], |row| row.get(0))
        .optional()?;
    sealed.map(|sealed| opened(cipher, &sealed, &noted.place(), subject, reference)).transpose()
}
