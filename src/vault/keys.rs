//! The keys of the vault: one master key in a file, and what is derived from it.

use super::VaultError;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

const KEY_BYTES: usize = 32;
/// Long enough that random nonces under one key never meet.
const NONCE_BYTES: usize = 24;
/// Length of the hashes given out.
const HASH_BYTES: usize = 16;

/// Everything derived from the master key; the master key itself is not kept.
pub(super) struct Keys {
    ids: Hmac<Sha256>,
    contents: Hmac<Sha256>,
    /// Seals the keys of subjects.
    pub(super) wrapping: Cipher,
    /// Seals what goes out and comes back.
    pub(super) texts: Cipher,
    /// Stored to recognise the key; tells nothing about the others.
    pub(super) check_value: [u8; HASH_BYTES],
}

impl Keys {
    /// Reads the key file, or makes one if nothing was sealed before.
    pub(super) fn load_or_create(path: &Path, sealed_before: bool) -> Result<Keys, VaultError> {
        let in_file = |source| VaultError::File { path: path.into(), source };
        match fs::read(path) {
            Ok(bytes) => match <[u8; KEY_BYTES]>::try_from(bytes) {
                Ok(master) => Ok(Keys::derive(&master)),
                Err(bytes) => Err(VaultError::KeyDamaged { key: path.into(), length: bytes.len() }),
            },
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(in_file(e)),
            Err(_) if sealed_before => Err(VaultError::KeyMissing { key: path.into() }),
            Err(_) => {
                let master = random().map_err(VaultError::Random)?;
                write_durably(path, &master).map_err(in_file)?;
                Ok(Keys::derive(&master))
            }
        }
    }

    fn derive(master: &[u8; KEY_BYTES]) -> Keys {
        let derived =
            |purpose: &str| <[u8; KEY_BYTES]>::from(keyed(master).chain_update(purpose).finalize().into_bytes());
        Keys {
            ids: keyed(&derived("chengxin vault: ids of persons")),
            contents: keyed(&derived("chengxin vault: fingerprints of contents")),
            wrapping: Cipher::new(derived("chengxin vault: keys of subjects")),
            texts: Cipher::new(derived("chengxin vault: texts that come back")),
            check_value: shortened(keyed(&derived("chengxin vault: check"))),
        }
    }

    pub(super) fn person(&self, document_kind: &str, number: &str) -> [u8; HASH_BYTES] {
        shortened(self.ids.clone().chain_update(document_kind).chain_update([0]).chain_update(number))
    }

    pub(super) fn fingerprint(&self, content: &[u8]) -> [u8; HASH_BYTES] {
        shortened(self.contents.clone().chain_update(content))
    }
}

fn keyed(key: &[u8; KEY_BYTES]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn shortened(hash: Hmac<Sha256>) -> [u8; HASH_BYTES] {
    let full = <[u8; 32]>::from(hash.finalize().into_bytes());
    std::array::from_fn(|i| full[i])
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A sealed value is its nonce, then the text enciphered and authenticated.
pub(super) struct Cipher(XChaCha20Poly1305);

impl Cipher {
    pub(super) fn new(key: [u8; KEY_BYTES]) -> Cipher {
        Cipher(XChaCha20Poly1305::new(&key.into()))
    }

    pub(super) fn seal(&self, plain: &[u8], bound_to: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let sealed = self.0.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: bound_to });
        Ok([&nonce[..], &sealed.expect("only texts of 256 GiB are too long")].concat())
    }

    /// `None` if it was sealed under another key, bound to something else, or changed.
    pub(super) fn open(&self, sealed: &[u8], bound_to: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        self.0.decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: bound_to }).ok()
    }
}

/// Under another name first: a crash never leaves half a key.
fn write_durably(path: &Path, key: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("key.unfinished");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
