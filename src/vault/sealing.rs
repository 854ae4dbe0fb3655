//! Sealing: what stands under a reference, and what is known to stand there.

use super::{
    Database, PersonalFields, REMEMBERED, Sealing, Vault, VaultError, bound_to,
    keys::{self, Cipher},
    noted::{self, Answered, Noted},
    plain, read_fields,
};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use std::{
    collections::{HashMap, HashSet},
    sync::{MutexGuard, PoisonError},
};

/// When fields are sealed under a reference where others stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Replacing {
    /// Always: the latest stands.
    Always,
    /// Only where a name comes to stand where none did.
    Unnamed,
}

/// What sealing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sealed {
    /// It stands there, as it did before or where nothing did.
    Stands,
    /// Others stand there, and stay.
    Kept,
    /// It stands there where others did.
    Replaced,
}

impl Vault {
    /// Seals many: all of them, or on an error none. What is settled waits no more.
    pub fn seal_all(&self, sealings: &[Sealing<'_>], settled: &[Noted]) -> Result<(), VaultError> {
        let sealings: Vec<_> = sealings.iter().map(|sealing| (*sealing, None)).collect();
        self.seal_many(&sealings, Replacing::Always, &self.answered(settled))
    }

    /// Seals what is not known yet, some of it as a record has it, by its `ORG/ID` and the hash of its content: a document
    /// without a name does not cover a name, and no name another one, but waits for what becomes of its record. While a name
    /// waits, so does every other one that the person is given. All of them, or on an error none.
    pub fn seal_new(&self, sealings: &[(Sealing<'_>, Option<(&str, u64)>)]) -> Result<(), VaultError> {
        self.seal_many(sealings, Replacing::Unnamed, &[])
    }

    /// Notes what is answered now, and tells what need not wait any more.
    fn answered(&self, now: &[Noted]) -> Vec<Noted> {
        let mut noted = self.noted();
        for answered in now {
            if let Some(known) = noted.get_mut(answered) {
                *known = Answered(true);
            }
        }
        let waits = |one: &Noted| {
            let mut of_the_same = noted.iter().filter(|(other, _)| other.is_of(&one.subject, &one.reference));
            of_the_same.any(|(_, answered)| !answered.0)
        };
        now.iter()
            .filter(|one| !noted.is_empty() && !waits(one))
            .flat_map(|one| noted.keys().filter(|other| other.is_of(&one.subject, &one.reference)))
            .cloned()
            .collect()
    }

    /// Whether names wait that a person is given under a reference.
    fn waits(&self, sealing: &Sealing<'_>) -> bool {
        self.noted().keys().any(|noted| noted.is_of(sealing.subject, sealing.reference))
    }

    /// Whether names wait for what becomes of their records.
    pub fn has_noted(&self) -> bool {
        !self.noted().is_empty()
    }

    /// Whether this name waits.
    pub fn is_noted(&self, noted: &Noted) -> bool {
        self.noted().contains_key(noted)
    }

    /// All names that wait.
    pub fn noted_names(&self) -> Result<Vec<(Noted, PersonalFields)>, VaultError> {
        self.noted_where(|_| true)
    }

    /// The names of a person that wait.
    pub fn noted_names_of(&self, subject: &str) -> Result<Vec<PersonalFields>, VaultError> {
        let names = self.noted_where(|noted| noted.subject == subject)?;
        Ok(names.into_iter().map(|(_, fields)| fields).collect())
    }

    /// Who was erased has none. What was damaged stays, for a backup may have it whole.
    fn noted_where(&self, is_asked_for: impl Fn(&Noted) -> bool) -> Result<Vec<(Noted, PersonalFields)>, VaultError> {
        let asked_for: Vec<Noted> = self.noted().keys().filter(|noted| is_asked_for(noted)).cloned().collect();
        let mut names = Vec::new();
        if asked_for.is_empty() {
            return Ok(names);
        }
        let mut reader = self.reader()?;
        let moment = reader.transaction()?;
        for noted in asked_for {
            let opened = self.subject_cipher(&moment, &noted.subject).and_then(|cipher| match cipher {
                Some(cipher) => noted::open(&moment, &cipher, &noted),
                None => Ok(None),
            });
            match opened {
                Err(error @ VaultError::Damaged { .. }) => tracing::warn!(%error, "a name that waits for its record"),
                opened => names.extend(opened?.map(|fields| (noted, fields))),
            }
        }
        drop(moment);
        self.give_back(reader);
        Ok(names)
    }

    fn seal_many(
        &self,
        sealings: &[(Sealing<'_>, Option<(&str, u64)>)],
        replacing: Replacing,
        settled: &[Noted],
    ) -> Result<(), VaultError> {
        if sealings.is_empty() && settled.is_empty() {
            return Ok(());
        }
        let hashes: Vec<[u8; 16]> = sealings.iter().map(|(sealing, _)| self.hash(sealing)).collect();
        let mut database = self.database();
        let Database { connection, version } = &mut *database;
        // Nobody else writes from here to the commit, so what is remembered under this version holds.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let now = written(&transaction)?;
        if now != *version || self.remembered().len() + sealings.len() > REMEMBERED {
            self.remembered().clear();
        }
        // What stands there now and is not remembered, and what waits.
        let (mut standing, mut waiting) = (Vec::new(), Vec::<Noted>::new());
        for ((sealing, record), hash) in sealings.iter().zip(hashes) {
            let is_of_the_same = |noted: &Noted| noted.is_of(sealing.subject, sealing.reference);
            let another_waits = record.is_some() && (waiting.iter().any(is_of_the_same) || self.waits(sealing));
            if !another_waits && self.remembered().contains(&hash) {
                continue;
            }
            let sealed = self.seal_one(&transaction, sealing, replacing)?;
            if let Some((record, content)) = *record
                && (another_waits || sealed == Sealed::Kept)
                && sealing.fields.name.is_some()
                && let Some(cipher) = self.subject_cipher(&transaction, sealing.subject)?
            {
                let noted = Noted::new(sealing.subject, sealing.reference, record, content);
                noted::note(&transaction, &cipher, &noted, sealing.fields)?;
                waiting.push(noted);
            }
            match sealed {
                Sealed::Stands => standing.push(hash),
                Sealed::Kept => {}
                Sealed::Replaced => {
                    // What stood there before may be remembered, or come earlier in this batch.
                    self.remembered().clear();
                    standing.clear();
                    standing.push(hash);
                }
            }
        }
        settled.iter().try_for_each(|noted| noted::forget(&transaction, noted))?;
        transaction.commit()?;
        *version = (now.0, connection.total_changes());
        self.remembered().extend(standing);
        let mut noted = self.noted();
        noted.extend(waiting.into_iter().map(|noted| (noted, Answered(false))));
        for settled in settled {
            noted.remove(settled);
        }
        Ok(())
    }

    /// Whether just these fields are known to stand sealed there. Where that is not known, they may all the same.
    pub fn standing(&self, sealings: &[Sealing<'_>]) -> Result<Vec<bool>, VaultError> {
        let database = self.database();
        if written(&database.connection)? != database.version {
            return Ok(vec![false; sealings.len()]);
        }
        Ok(sealings.iter().map(|sealing| self.remembers(sealing)).collect())
    }

    /// Whether just these fields are known to stand sealed there; also if another process has sealed others since.
    pub fn remembers(&self, sealing: &Sealing<'_>) -> bool {
        self.remembered().contains(&self.hash(sealing))
    }

    fn noted(&self) -> MutexGuard<'_, HashMap<Noted, Answered>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remembered(&self) -> MutexGuard<'_, HashSet<[u8; 16]>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of all that is sealed and where.
    fn hash(&self, sealing: &Sealing<'_>) -> [u8; 16] {
        let mut content = bound_to(sealing.subject, sealing.reference);
        content.push(0);
        content.extend(plain(sealing.fields));
        self.keys.fingerprint(&content)
    }

    fn seal_one(
        &self,
        transaction: &Transaction<'_>,
        sealing: &Sealing<'_>,
        replacing: Replacing,
    ) -> Result<Sealed, VaultError> {
        let Sealing { subject, reference, fields } = *sealing;
        let cipher = match self.subject_cipher(transaction, subject)? {
            Some(cipher) => cipher,
            None => self.new_subject_cipher(transaction, subject)?,
        };
        let before = read_fields(transaction, &cipher, subject, reference)?;
        let sealed = match &before {
            None => Sealed::Stands,
            Some(before) if before == fields => return Ok(Sealed::Stands),
            Some(before) if replacing == Replacing::Unnamed && (before.name.is_some() || fields.name.is_none()) => {
                return Ok(Sealed::Kept);
            }
            Some(_) => Sealed::Replaced,
        };
        let text = cipher.seal(&plain(fields), &bound_to(subject, reference)).map_err(VaultError::Random)?;
        transaction
            .prepare_cached("INSERT OR REPLACE INTO fields (subject, reference, sealed) VALUES (?1, ?2, ?3)")?
            .execute(params![subject, reference, text])?;
        Ok(sealed)
    }

    fn new_subject_cipher(&self, transaction: &Transaction<'_>, subject: &str) -> Result<Cipher, VaultError> {
        let key = keys::random().map_err(VaultError::Random)?;
        let sealed = self.keys.wrapping.seal(&key, subject.as_bytes()).map_err(VaultError::Random)?;
        // What was sealed under a key that was destroyed can never be read again.
        transaction.prepare_cached("DELETE FROM fields WHERE subject = ?1")?.execute([subject])?;
        transaction.prepare_cached("DELETE FROM noted WHERE subject = ?1")?.execute([subject])?;
        transaction
            .prepare_cached("INSERT INTO subject_keys (subject, sealed) VALUES (?1, ?2)")?
            .execute(params![subject, sealed])?;
        Ok(Cipher::new(key))
    }
}

/// What tells whether anything was written: see [`Database::version`].
fn written(connection: &Connection) -> rusqlite::Result<(i64, u64)> {
    let others: i64 = connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
    Ok((others, connection.total_changes()))
}
