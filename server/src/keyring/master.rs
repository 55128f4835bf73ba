//! The master key: 32 bytes in a file that only its owner reads.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use hmac::Mac as _;
use tempfile::NamedTempFile;

use crate::random;

/// What everything else is derived from. A database without it opens nothing.
pub struct MasterKey([u8; 32]);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// It is not there, and a new one would open nothing of what is.
    #[error(
        "the master key file {0} is missing, and the database was made with one: restore it from your backup"
    )]
    Missing(String),
    /// It cannot be read or written.
    #[error("the master key file {0}: {1}")]
    Io(String, io::Error),
    /// It is not 64 hexadecimal digits.
    #[error("the master key file {0} is damaged: it has to hold 64 hexadecimal digits")]
    Damaged(String),
    /// Others could read it.
    #[error("the master key file {0} can be read by others: chmod 600 it")]
    Open(String),
}

impl MasterKey {
    /// A key that lives as long as the process, for `memory:` databases and tests.
    #[must_use]
    pub fn ephemeral() -> Self {
        Self(random::bytes())
    }

    /// Reads the file; makes it when `may_create` and there is none.
    ///
    /// # Errors
    /// Each one names the file and what to do.
    pub fn load(path: &Path, may_create: bool) -> Result<Self, MasterKeyError> {
        let name = || path.display().to_string();
        match fs::metadata(path) {
            Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
                return Err(MasterKeyError::Open(name()));
            }
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound && may_create => {
                return Self::create(path).map_err(|e| MasterKeyError::Io(name(), e));
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(MasterKeyError::Missing(name()));
            }
            Err(e) => return Err(MasterKeyError::Io(name(), e)),
        }
        let text = fs::read_to_string(path).map_err(|e| MasterKeyError::Io(name(), e))?;
        parse_hex(text.trim())
            .map(Self)
            .ok_or_else(|| MasterKeyError::Damaged(name()))
    }

    /// The file appears under its name when it is whole and on the disk, or not at all.
    fn create(path: &Path) -> io::Result<Self> {
        let key = random::bytes::<32>();
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(folder)?;
        // Made with mode 0600.
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(hex(&key).as_bytes())?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|e| e.error)?;
        File::open(folder)?.sync_all()?;
        Ok(Self(key))
    }

    /// A key of its own for each purpose, so that no two uses ever share one.
    #[must_use]
    pub(super) fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut mac = super::ring::keyed(&self.0);
        mac.update(b"coop-locker ");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Hexadecimal digits, two a byte.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 0xf] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

fn parse_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_readable_by_its_owner_only_and_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/master.key");
        let made = MasterKey::load(&path, true).expect("made");
        let permissions = fs::metadata(&path).expect("there").permissions();
        assert_eq!(permissions.mode() & 0o777, 0o600);
        let read = MasterKey::load(&path, false).expect("read");
        assert_eq!(made.derive("x"), read.derive("x"));
        assert_ne!(read.derive("x"), read.derive("y"));
    }

    #[test]
    fn a_missing_a_damaged_and_an_exposed_file_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        assert!(matches!(
            MasterKey::load(&path, false),
            Err(MasterKeyError::Missing(_))
        ));
        fs::write(&path, "not a key").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        assert!(matches!(
            MasterKey::load(&path, true),
            Err(MasterKeyError::Damaged(_))
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        assert!(matches!(
            MasterKey::load(&path, true),
            Err(MasterKeyError::Open(_))
        ));
    }
}
