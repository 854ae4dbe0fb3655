//! The file of the embedded log: where it is, what stands in it, and how its connections are set.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, config::DbConfig};

use super::super::{LogError, Offset, Progress, Topic};

/// Version of the file's layout; an older program must not write a newer file. 2: `tasks` knows parts. 3: records have
/// checksums. 4: a row may hold several records.
const FORMAT: i64 = 4;
const FORMAT_OF_CHECKSUMS: i64 = 3;
const FORMAT_OF_BUNDLES: i64 = 4;
/// How long a statement waits for a lock of SQLite before it gives up. Only recovery after a crash and a checkpoint
/// that resets the WAL ever wait.
pub(super) const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Page size of a new file: large pages make fewer frames of the same records.
pub(super) const PAGE_BYTES: i64 = 16 << 10;
/// Page cache of the writer: the right edges of all tables.
const WRITER_CACHE_KIB: i64 = 32 << 10;
/// Length that the WAL keeps when it begins again.
pub(super) const WAL_BYTES_KEPT: i64 = 32 << 20;
/// Prepared statements that the writer keeps beside one for each table.
const FURTHER_STATEMENTS: usize = 16;
const READER_CACHE_KIB: i64 = 1 << 10;

/// The file, once its version and partition count are known.
#[derive(Debug, Clone)]
pub(super) struct Storage {
    file: PathBuf,
    partitions: u16,
    /// As it stands in the file.
    format: i64,
}

/// Takes the directory for this process until the returned file is closed; the kernel releases it if we are killed.
pub(super) fn lock(dir: &Path) -> Result<File, LogError> {
    let path = dir.join("log.lock");
    make_dir(dir).map_err(|e| LogError::Unusable(format!("cannot make {}: {e}", dir.display())))?;
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|e| LogError::Unusable(format!("cannot open {}: {e}", path.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::Unusable(format!(
            "{} is in use by another process; if that is a running server, talk to it over HTTP, or stop it first",
            dir.display()
        ))),
        Err(TryLockError::Error(e)) => Err(LogError::Unusable(format!("cannot lock {}: {e}", path.display()))),
    }
}

/// A new directory is durable only when its parent is.
fn make_dir(dir: &Path) -> std::io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(dir)?;
    match dir.canonicalize()?.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

pub(super) fn file_in(dir: &Path) -> PathBuf {
    dir.join("log.db")
}

impl Storage {
    /// The log of a directory, made if it is not there.
    pub(super) fn create(dir: &Path, partitions: u16) -> Result<Storage, LogError> {
        if partitions == 0 {
            return Err(LogError::Unusable("a log needs at least one partition".into()));
        }
        let storage = Storage { file: file_in(dir), partitions, format: FORMAT };
        let mut conn = storage.open_writer()?;
        let recorded = recorded(&conn)?.map(|(_, partitions)| partitions);
        if let Some(recorded) = recorded.filter(|recorded| *recorded != partitions) {
            return Err(LogError::Unusable(format!(
                "{} has {recorded} partitions, but {partitions} are configured",
                storage.file.display()
            )));
        }
        storage.make_tables(&mut conn).map_err(failure)?;
        Ok(storage)
    }

    /// The log of a directory, which must be there.
    pub(super) fn existing(dir: &Path) -> Result<Storage, LogError> {
        let mut storage = Storage { file: file_in(dir), partitions: 0, format: 0 };
        if !storage.file.is_file() {
            return Err(LogError::Unusable(format!("there is no log in {}", dir.display())));
        }
        let recorded = recorded(&storage.open_reader()?)?;
        let (format, partitions) =
            recorded.ok_or_else(|| LogError::Unusable(format!("{} is not a log", storage.file.display())))?;
        (storage.format, storage.partitions) = (format, partitions);
        Ok(storage)
    }

    pub(super) fn partitions(&self) -> u16 {
        self.partitions
    }

    /// How many tables there are; they are numbered from 0.
    pub(super) fn tables(&self) -> usize {
        Topic::ALL.len() * usize::from(self.partitions)
    }

    /// The number of the table of a topic's partition.
    pub(super) fn table(&self, topic: Topic, partition: u16) -> Result<usize, LogError> {
        if partition >= self.partitions {
            let count = self.partitions;
            return Err(LogError::Unusable(format!("no partition {partition}: the log has {count}")));
        }
        let place = Topic::ALL.iter().position(|each| *each == topic).expect("Topic::ALL names every topic");
        Ok(place * usize::from(self.partitions) + usize::from(partition))
    }

    /// The topic and partition of a table.
    fn place(&self, table: usize) -> (Topic, usize) {
        let partitions = usize::from(self.partitions);
        (Topic::ALL[table / partitions], table % partitions)
    }

    /// Whether a table keeps every record.
    pub(super) fn is_whole(&self, table: usize) -> bool {
        !self.place(table).0.compacted()
    }

    /// The quoted name of a table.
    pub(super) fn name(&self, table: usize) -> String {
        let (topic, partition) = self.place(table);
        format!("\"{}/{partition}\"", topic.name())
    }

    /// Whether records that are written to a table together stand in one row, as a [`super::bundle`]: those that come again
    /// from the events if they are lost, and that nobody takes away one by one.
    pub(super) fn bundles(&self, table: usize) -> bool {
        self.is_whole(table) && self.place(table).0 != Topic::Events
    }

    fn records(&self) -> &'static str {
        if self.format >= FORMAT_OF_BUNDLES { "records" } else { "NULL" }
    }

    /// What reads the rows of a table from the one that holds an offset, if there is one, or from the one before it.
    pub(super) fn select(&self, table: usize) -> String {
        let checksum = if self.format >= FORMAT_OF_CHECKSUMS { "checksum" } else { "NULL" };
        let (name, records) = (self.name(table), self.records());
        let first = if self.bundles(table) {
            format!("ifnull((SELECT max(offset) FROM {name} WHERE offset <= ?1), ?1)")
        } else {
            "?1".to_owned()
        };
        format!(
            "SELECT offset, key, value, {checksum}, {records} FROM {name} WHERE offset >= {first} ORDER BY offset LIMIT ?2"
        )
    }

    /// What is told of a record that is not as it was written.
    pub(super) fn damaged(&self, table: usize, offset: Offset) -> LogError {
        let (topic, partition) = self.place(table);
        LogError::Unusable(format!(
            "the record {partition}-{offset} of {} in {} is not as it was written: the file is damaged; restore it from a copy",
            topic.name(),
            self.file.display()
        ))
    }

    /// The offset behind the last record of a table.
    pub(super) fn end(&self, conn: &Connection, table: usize) -> Result<Offset, LogError> {
        let (name, records) = (self.name(table), self.records());
        let sql = format!("SELECT offset, {records} FROM {name} ORDER BY offset DESC LIMIT 1");
        let mut statement = conn.prepare_cached(&sql).map_err(failure)?;
        let last = statement.query_row([], |r| Ok(end_of_row(offset(r.get(0)?), r.get(1)?)));
        Ok(last.optional().map_err(failure)?.unwrap_or(0))
    }

    pub(super) fn open_writer(&self) -> Result<Connection, LogError> {
        let conn = Connection::open(&self.file).map_err(failure)?;
        conn.busy_timeout(BUSY_WAIT).map_err(failure)?;
        conn.pragma_update(None, "page_size", PAGE_BYTES).map_err(failure)?;
        conn.pragma_update(None, "cache_size", -WRITER_CACHE_KIB).map_err(failure)?;
        // What takes a statement back that fails half-way: a file of its own for each of them otherwise.
        conn.pragma_update(None, "temp_store", "MEMORY").map_err(failure)?;
        conn.set_prepared_statement_cache_capacity(self.tables() + FURTHER_STATEMENTS);
        // What a burst has made of the WAL is given back when it begins again.
        conn.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT).map_err(failure)?;
        // The writer checkpoints by itself, after it has answered.
        conn.pragma_update(None, "wal_autocheckpoint", 0).map_err(failure)?;
        let mode: String = conn.pragma_update_and_check(None, "journal_mode", "WAL", |r| r.get(0)).map_err(failure)?;
        conn.pragma_update(None, "synchronous", "FULL").map_err(failure)?;
        // Read back: SQLite ignores what it cannot do, and an acknowledged event would hang on it.
        let synchronous: i64 = conn.pragma_query_value(None, "synchronous", |r| r.get(0)).map_err(failure)?;
        if mode != "wal" || synchronous != 2 {
            let file = self.file.display();
            return Err(LogError::Unusable(format!(
                "{file} cannot be made durable: journal_mode={mode}, synchronous={synchronous}"
            )));
        }
        // A killed process may have left commits that are in memory alone. Nothing must be told of them before they last.
        self.sync_wal().map_err(|e| LogError::Unavailable(format!("{}: {e}", self.file.display())))?;
        Ok(conn)
    }

    /// Waits until the disk has all that was committed. SQLite's own commits do, too, but only those that write.
    pub(super) fn sync_wal(&self) -> std::io::Result<()> {
        let mut wal = self.file.clone().into_os_string();
        wal.push("-wal");
        match File::open(wal) {
            Ok(wal) => wal.sync_data(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()), // nothing was ever written
            Err(e) => Err(e),
        }
    }

    pub(super) fn open_reader(&self) -> Result<Connection, LogError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&self.file, flags).map_err(failure)?;
        conn.busy_timeout(BUSY_WAIT).map_err(failure)?;
        // A statement is planned once. Without this it is planned again for every LIMIT that is bound, which takes longer
        // than to read a few records.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failure)?;
        conn.pragma_update(None, "cache_size", -READER_CACHE_KIB).map_err(failure)?;
        Ok(conn)
    }

    fn make_tables(&self, conn: &mut Connection) -> rusqlite::Result<()> {
        let transaction = conn.transaction()?;
        transaction.execute_batch(
            "CREATE TABLE IF NOT EXISTS log(format INTEGER NOT NULL, partitions INTEGER NOT NULL);
             CREATE TABLE IF NOT EXISTS tasks(task TEXT, partition INTEGER, epoch INTEGER NOT NULL,
                 progress INTEGER NOT NULL, part INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(task, partition)) WITHOUT ROWID;",
        )?;
        let has_column = |table: &str, column: &str| {
            let sql = "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2";
            transaction.query_row(sql, (table, column), |_| Ok(())).optional().map(|found| found.is_some())
        };
        if !has_column("tasks", "part")? {
            transaction.execute_batch("ALTER TABLE tasks ADD COLUMN part INTEGER NOT NULL DEFAULT 0")?;
        }
        // Also for a topic that a newer program has added.
        for table in 0..self.tables() {
            transaction.execute_batch(&format!(
                "CREATE TABLE IF NOT EXISTS {}(offset INTEGER PRIMARY KEY, key BLOB NOT NULL, value BLOB, checksum INTEGER, records INTEGER)",
                self.name(table)
            ))?;
            // What was written before has none.
            for column in ["checksum", "records"] {
                if !has_column(self.name(table).trim_matches('"'), column)? {
                    transaction
                        .execute_batch(&format!("ALTER TABLE {} ADD COLUMN {column} INTEGER", self.name(table)))?;
                }
            }
            // Programs before `compaction.rs` found by it what a record replaces; they make it again.
            let (topic, partition) = self.place(table);
            transaction.execute_batch(&format!("DROP INDEX IF EXISTS \"{}/{partition} by key\"", topic.name()))?;
        }
        transaction.execute("UPDATE log SET format = ?1 WHERE format < ?1", [FORMAT])?;
        transaction
            .execute("INSERT INTO log SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM log)", (FORMAT, self.partitions))?;
        transaction.commit()
    }
}

/// The recorded format and number of partitions; none in a new file.
fn recorded(conn: &Connection) -> Result<Option<(i64, u16)>, LogError> {
    let made = "SELECT 1 FROM sqlite_schema WHERE name = 'log'";
    if conn.query_row(made, [], |_| Ok(())).optional().map_err(failure)?.is_none() {
        return Ok(None);
    }
    let row = conn.query_row("SELECT format, partitions FROM log", [], |r| Ok((r.get::<_, i64>(0)?, r.get(1)?)));
    match row.optional().map_err(failure)? {
        None => Ok(None),
        Some((format @ 1..=FORMAT, partitions)) => Ok(Some((format, partitions))),
        Some((format, _)) => Err(LogError::Unusable(format!(
            "the log has format {format}, this program reads format {FORMAT}: use the version that wrote it, or a newer one"
        ))),
    }
}

/// Progress of a task on a partition by whole events; zero if it has never been owned. Also of a file that an older program
/// is writing.
pub(super) fn progress(conn: &Connection, task: &str, partition: u16) -> rusqlite::Result<Offset> {
    let mut statement = conn.prepare_cached("SELECT progress FROM tasks WHERE task = ?1 AND partition = ?2")?;
    Ok(statement.query_row((task, partition), |r| Ok(offset(r.get(0)?))).optional()?.unwrap_or(0))
}

/// Epoch and progress of a task on a partition; zero if it has never been owned.
pub(super) fn task(conn: &Connection, task: &str, partition: u16) -> rusqlite::Result<(i64, Progress)> {
    let sql = "SELECT epoch, progress, part FROM tasks WHERE task = ?1 AND partition = ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let row = statement.query_row((task, partition), |r| {
        Ok((r.get(0)?, Progress { event: offset(r.get(1)?), part: offset(r.get(2)?) }))
    });
    Ok(row.optional()?.unwrap_or((0, Progress::whole(0))))
}

/// What tells whether a row is as it was written: SQLite itself does not look at what is inside of a row.
pub(super) fn checksum(offset: Offset, records: Option<u32>, key: &[u8], value: Option<&[u8]>) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&offset.to_le_bytes());
    if let Some(records) = records {
        hasher.update(&records.to_le_bytes());
    }
    hasher.update(&(key.len() as u64).to_le_bytes());
    hasher.update(key);
    hasher.update(value.unwrap_or_default());
    hasher.finalize()
}

/// The offset behind a row that begins at an offset; without a number of records it is one.
pub(super) fn end_of_row(first: Offset, records: Option<u32>) -> Offset {
    first + Offset::from(records.unwrap_or(1))
}

/// SQLite's integers are signed; ours are never negative.
pub(super) fn offset(stored: i64) -> Offset {
    stored.max(0).cast_unsigned()
}

/// What a failure of SQLite means to the caller: a damaged file needs a person, all else may pass.
pub(super) fn failure(error: rusqlite::Error) -> LogError {
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::CannotOpen | ErrorCode::PermissionDenied,
        ) => LogError::Unusable(error.to_string()),
        _ => LogError::Unavailable(error.to_string()),
    }
}
