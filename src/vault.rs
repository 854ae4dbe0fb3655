//! Names and document numbers of natural persons: sealed here, never in the log.
//!
//! A person's subject id is a keyed hash of the document, so the log can speak of a person without saying who it is.
//! What was given besides is sealed under a random key of its subject, and that key is sealed under the master key: to
//! erase a person is to destroy one row of `subject_keys`. Every process that takes events of persons needs the same
//! `vault.key`, or one person gets several ids.

mod database;
mod keys;
mod noted;
mod sealing;
#[cfg(test)]
mod tests;

pub use noted::Noted;

use keys::{Cipher, Keys};
use noted::Answered;
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    fmt, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Sealings that are remembered, so that the same person in one record after another costs no look-up.
const REMEMBERED: usize = 200_000;
/// Connections that are kept for those who only read.
const READERS_KEPT: usize = 8;

/// What is personal about a natural person.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonalFields {
    pub name: Option<String>,
    pub document_kind: Option<String>,
    pub document_number: Option<String>,
}

impl fmt::Debug for PersonalFields {
    /// Says nothing, so that no log line or panic can.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalFields(sealed)")
    }
}

/// Fields to be sealed under a reference of a subject.
#[derive(Debug, Clone, Copy)]
pub struct Sealing<'a> {
    pub subject: &'a str,
    pub reference: &'a str,
    pub fields: &'a PersonalFields,
}

/// Personal fields on their way to the vault.
#[derive(Debug, Clone)]
pub struct ToSeal {
    pub subject: String,
    pub reference: String,
    pub fields: PersonalFields,
}

impl ToSeal {
    pub fn sealing(&self) -> Sealing<'_> {
        Sealing { subject: &self.subject, reference: &self.reference, fields: &self.fields }
    }

    /// Where its name waits for what becomes of a record, if it does.
    pub fn noted(&self, record: &str, content: u64) -> Noted {
        Noted::new(&self.subject, &self.reference, record, content)
    }
}

/// What can go wrong with the vault.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error(
        "{key} is missing, but sealed data exists; put it back from its backup: without it no sealed field can be \
             read and persons get other ids"
    )]
    KeyMissing { key: PathBuf },
    #[error("{key} is not the key that the data beside it was sealed with; put the right one back from its backup")]
    KeyWrong { key: PathBuf },
    #[error("{key} holds {length} bytes where a key has 32; put it back from its backup")]
    KeyDamaged { key: PathBuf, length: usize },
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("vault database: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("the vault database does not keep the setting {0}, so that what it acknowledges could be lost")]
    NotDurable(&'static str),
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    #[error(
        "the sealed fields {reference} of subject {subject} were damaged or moved; restore the vault from its backup"
    )]
    Damaged { subject: String, reference: String },
}

/// The sealed personal data of one installation.
pub struct Vault {
    keys: Keys,
    path: PathBuf,
    database: Mutex<Database>,
    /// Keyed hashes of what is sealed as it stands: sealing it again would change nothing. Who seals holds `database`, too.
    remembered: Mutex<HashSet<[u8; 16]>>,
    /// Names that wait in the database for what becomes of their records.
    noted: Mutex<HashMap<Noted, Answered>>,
    /// Of their own, so that who reads does not wait until what another seals is on the disk.
    readers: Mutex<Vec<Connection>>,
}

struct Database {
    connection: Connection,
    /// Tells whether anything else has written since, another process (SQLite's data version) or this one (rows changed):
    /// then what is remembered is worth nothing.
    version: (i64, u64),
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Opens the vault of a data directory; makes its key and its database at first.
    pub fn open(dir: &Path) -> Result<Vault, VaultError> {
        let (path, key) = (dir.join("vault.db"), dir.join("vault.key"));
        // The key is made durable before the database exists: a database without its key is then never a first start.
        let keys = Keys::load_or_create(&key, path.exists())?;
        let connection = database::open(&path, &keys)?.ok_or(VaultError::KeyWrong { key })?;
        let noted = noted::all(&connection)?;
        let database = Mutex::new(Database { connection, version: (0, 0) });
        Ok(Vault {
            keys,
            path,
            database,
            remembered: Mutex::default(),
            noted: Mutex::new(noted),
            readers: Mutex::default(),
        })
    }

    /// Whether a vault is still to be begun in a directory: at a first start, or where it was lost.
    pub fn is_missing(dir: &Path) -> bool {
        !database::is_begun(&dir.join("vault.db"))
    }

    /// Brings everything into `vault.db` itself: a copy of it and of the key is all that a backup needs.
    pub fn settle(&self) -> Result<(), VaultError> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(self.database().connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    /// The subject id of the person with that document, stable for ever. The two texts are taken as they are: the caller
    /// writes a document always in one way.
    pub fn person_id(&self, document_kind: &str, number: &str) -> String {
        format!("P{}", hex::encode(self.keys.person(document_kind, number)))
    }

    /// A keyed hash: tells whether two contents are equal without telling what they are.
    pub fn fingerprint(&self, content: &[u8]) -> [u8; 16] {
        self.keys.fingerprint(content)
    }

    /// The fields last sealed under that reference; none if there are none or they were erased.
    pub fn open_fields(&self, subject: &str, reference: &str) -> Result<Option<PersonalFields>, VaultError> {
        // One statement, for key and fields of one moment.
        let reader = self.reader()?;
        let found: Option<(Vec<u8>, Vec<u8>)> = reader
            .prepare_cached(
                "SELECT subject_keys.sealed, fields.sealed FROM subject_keys JOIN fields USING (subject) \
                 WHERE subject = ?1 AND reference = ?2",
            )?
            .query_row([subject, reference], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        self.give_back(reader);
        let Some((key, fields)) = found else { return Ok(None) };
        opened(&self.unwrapped(&key, subject)?, &fields, &bound_to(subject, reference), subject, reference).map(Some)
    }

    /// Everything that is sealed under a subject, by reference.
    pub fn open_all(&self, subject: &str) -> Result<Vec<(String, PersonalFields)>, VaultError> {
        let mut reader = self.reader()?;
        let all = self.all_of(&reader.transaction()?, subject)?;
        self.give_back(reader);
        Ok(all)
    }

    fn all_of(&self, moment: &Transaction<'_>, subject: &str) -> Result<Vec<(String, PersonalFields)>, VaultError> {
        let Some(cipher) = self.subject_cipher(moment, subject)? else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        let mut statement =
            moment.prepare_cached("SELECT reference, sealed FROM fields WHERE subject = ?1 ORDER BY reference")?;
        let mut rows = statement.query([subject])?;
        while let Some(row) = rows.next()? {
            let (reference, sealed): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let fields = opened(&cipher, &sealed, &bound_to(subject, &reference), subject, &reference)?;
            all.push((reference, fields));
        }
        Ok(all)
    }

    /// Seals a text that goes out and comes back, such as a cursor: nobody else reads it, nor makes one.
    pub fn seal_text(&self, text: &str) -> Result<Vec<u8>, VaultError> {
        self.keys.texts.seal(text.as_bytes(), b"").map_err(VaultError::Random)
    }

    /// `None` if it is no text that was sealed here.
    pub fn open_text(&self, sealed: &[u8]) -> Option<String> {
        String::from_utf8(self.keys.texts.open(sealed, b"")?).ok()
    }

    fn subject_cipher(&self, database: &Connection, subject: &str) -> Result<Option<Cipher>, VaultError> {
        let sealed: Option<Vec<u8>> = database
            .prepare_cached("SELECT sealed FROM subject_keys WHERE subject = ?1")?
            .query_row([subject], |row| row.get(0))
            .optional()?;
        sealed.map(|sealed| self.unwrapped(&sealed, subject)).transpose()
    }

    /// The cipher of a subject, from its sealed key.
    fn unwrapped(&self, sealed: &[u8], subject: &str) -> Result<Cipher, VaultError> {
        let key = self.keys.wrapping.open(sealed, subject.as_bytes()).and_then(|key| key.try_into().ok());
        match key {
            Some(key) => Ok(Cipher::new(key)),
            None => Err(VaultError::Damaged { subject: subject.into(), reference: "key".into() }),
        }
    }

    /// A connection that only reads; one that met an error is not given back.
    fn reader(&self) -> Result<Connection, VaultError> {
        if let Some(reader) = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(reader);
        }
        database::open_reader(&self.path)
    }

    fn give_back(&self, reader: Connection) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS_KEPT {
            readers.push(reader);
        }
    }

    /// A panic elsewhere leaves no transaction open, so the connection behind a poisoned lock is good.
    fn database(&self) -> MutexGuard<'_, Database> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn plain(fields: &PersonalFields) -> Vec<u8> {
    serde_json::to_vec(fields).expect("three optional texts are JSON")
}

fn read_fields(
    database: &Connection,
    cipher: &Cipher,
    subject: &str,
    reference: &str,
) -> Result<Option<PersonalFields>, VaultError> {
    let sealed: Option<Vec<u8>> = database
        .prepare_cached("SELECT sealed FROM fields WHERE subject = ?1 AND reference = ?2")?
        .query_row([subject, reference], |row| row.get(0))
        .optional()?;
    sealed.map(|sealed| opened(cipher, &sealed, &bound_to(subject, reference), subject, reference)).transpose()
}

fn opened(
    cipher: &Cipher,
    sealed: &[u8],
    place: &[u8],
    subject: &str,
    reference: &str,
) -> Result<PersonalFields, VaultError> {
    let plain = cipher.open(sealed, place);
    let fields = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
    fields.ok_or_else(|| VaultError::Damaged { subject: subject.into(), reference: reference.into() })
}

/// What a sealed value is bound to: moved to another place, it does not open. The length keeps the two parts apart.
fn bound_to(subject: &str, reference: &str) -> Vec<u8> {
    [&(subject.len() as u64).to_le_bytes()[..], subject.as_bytes(), reference.as_bytes()].concat()
}
