//! The database file of the vault, and how its connections are set.

use super::{VaultError, keys::Keys, noted};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
use std::{path::Path, time::Duration};

/// Memory for pages of the database, in KiB.
const PAGES_KIB: i64 = 32 << 10;
/// Pages in the journal at which it is copied into the database: persons come in no order, so a page that is written
/// again and again is copied once.
const CHECKPOINT_PAGES: i64 = 8_192;
/// How long one process waits for another that writes to the same vault.
const BUSY: Duration = Duration::from_secs(10);

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS subject_keys (subject TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS fields (
        subject TEXT NOT NULL, reference TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (subject, reference)
    ) WITHOUT ROWID;
";

/// A connection that writes; none where the database belongs to another key.
pub(super) fn open(path: &Path, keys: &Keys) -> Result<Option<Connection>, VaultError> {
    let mut database = Connection::open(path)?;
    make_durable(&database)?;
    database.execute_batch(TABLES)?;
    database.execute_batch(noted::TABLE)?;
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !check_key(&transaction, keys)? {
        return Ok(None);
    }
    transaction.commit()?;
    Ok(Some(database))
}

/// Whether a vault was ever begun in this file, as far as it and its journal tell.
pub(super) fn is_begun(path: &Path) -> bool {
    let known = |reader: Connection| {
        reader.query_row("SELECT count(*) FROM meta WHERE name = 'key-check'", [], |row| row.get::<_, i64>(0))
    };
    path.exists() && open_reader(path).and_then(|reader| Ok(known(reader)?)).is_ok_and(|found| found > 0)
}

/// A connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, VaultError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(path, flags)?;
    reader.busy_timeout(BUSY)?;
    Ok(reader)
}

/// Sets what durability rests on and reads it back: SQLite ignores what it cannot do.
fn make_durable(database: &Connection) -> Result<(), VaultError> {
    database.busy_timeout(BUSY)?;
    let journal: String = database.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    database.execute_batch("PRAGMA synchronous = FULL")?;
    database.pragma_update(None, "cache_size", -PAGES_KIB)?;
    database.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    let synchronous: i64 = database.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    match (&*journal, synchronous) {
        ("wal", 2) => Ok(()),
        ("wal", _) => Err(VaultError::NotDurable("synchronous = FULL")),
        _ => Err(VaultError::NotDurable("journal_mode = WAL")),
    }
}

/// Whether these are the keys of the database; a new database remembers them from now on.
fn check_key(transaction: &Transaction<'_>, keys: &Keys) -> Result<bool, VaultError> {
    let known: Option<Vec<u8>> =
        transaction.query_row("SELECT value FROM meta WHERE name = 'key-check'", [], |row| row.get(0)).optional()?;
    if let Some(known) = known {
        return Ok(known == keys.check_value);
    }
    transaction.execute("INSERT INTO meta (name, value) VALUES ('key-check', ?1)", params![keys.check_value])?;
    Ok(true)
}
