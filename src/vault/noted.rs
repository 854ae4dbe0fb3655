//! Names that records on their way to the log give to persons who are called otherwise. Whether such a record has an effect is
//! known later, perhaps only to the next process: until then the name waits here, sealed like the others.

use super::{PersonalFields, Sealing, VaultError, bound_to, keys::Cipher, opened, plain};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::HashSet;

/// Where a name waits: under a reference of a subject, for what becomes of a record, by its `ORG/ID`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Noted {
    pub subject: String,
    pub reference: String,
    pub record: String,
}

impl Noted {
    /// What it is sealed under.
    fn place(&self) -> Vec<u8> {
        bound_to(&self.subject, &format!("{} by {}", self.reference, self.record))
    }
}

pub(super) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS noted (
        subject TEXT NOT NULL, reference TEXT NOT NULL, record TEXT NOT NULL, sealed BLOB NOT NULL,
        PRIMARY KEY (subject, reference, record)
    ) WITHOUT ROWID;
";

/// Of two that a record is sent with, before it is judged, the first waits.
pub(super) fn note(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    sealing: &Sealing<'_>,
    record: &str,
) -> Result<Noted, VaultError> {
    let Sealing { subject, reference, fields } = *sealing;
    let noted = Noted { subject: subject.to_owned(), reference: reference.to_owned(), record: record.to_owned() };
    let sealed = cipher.seal(&plain(fields), &noted.place()).map_err(VaultError::Random)?;
    transaction
        .prepare_cached("INSERT OR IGNORE INTO noted (subject, reference, record, sealed) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![subject, reference, record, sealed])?;
    Ok(noted)
}

pub(super) fn forget(transaction: &Transaction<'_>, noted: &Noted) -> rusqlite::Result<()> {
    let Noted { subject, reference, record } = noted;
    transaction
        .prepare_cached("DELETE FROM noted WHERE subject = ?1 AND reference = ?2 AND record = ?3")?
        .execute([subject, reference, record])?;
    Ok(())
}

/// All of them.
pub(super) fn all(database: &Connection) -> rusqlite::Result<HashSet<Noted>> {
    let mut statement = database.prepare("SELECT subject, reference, record FROM noted")?;
    let row = |row: &rusqlite::Row<'_>| Ok(Noted { subject: row.get(0)?, reference: row.get(1)?, record: row.get(2)? });
    statement.query_map([], row)?.collect()
}

/// What waits there.
pub(super) fn open(
    database: &Connection,
    cipher: &Cipher,
    noted: &Noted,
) -> Result<Option<PersonalFields>, VaultError> {
    let Noted { subject, reference, record } = noted;
    let sealed: Option<Vec<u8>> = database
        .prepare_cached("SELECT sealed FROM noted WHERE subject = ?1 AND reference = ?2 AND record = ?3")?
        .query_row([subject, reference, record], |row| row.get(0))
        .optional()?;
    sealed.map(|sealed| opened(cipher, &sealed, &noted.place(), subject, reference)).transpose()
}
