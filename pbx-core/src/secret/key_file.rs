//! The server's one key, in a file that only its user can read. Every other key is derived from it.

use super::{Plain, Sealed, Unsealable};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use uuid::Uuid;

/// The keys of this server.
#[derive(Clone)]
pub struct Keys {
    master: [u8; 32],
}

/// The reason why the key file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file can't be read or written.
    #[error("key file: {0}")]
    Io(#[from] io::Error),
    /// The file is not 32 bytes long.
    #[error("the key file is {0} bytes long instead of 32: restore it from a backup")]
    Length(usize),
    /// Other users could read the file: its mode is not 0600.
    #[error("the key file can be read by others (mode {0:o}): chmod 600")]
    Mode(u32),
}

impl Keys {
    /// Takes these bytes as the key, for tests and for clusters that bring their own.
    pub fn from_master(master: [u8; 32]) -> Self {
        Self { master }
    }

    /// Reads the key file; returns `None` if there is no file.
    ///
    /// # Errors
    /// When the file can't be used.
    pub fn open_file(file: &Path) -> Result<Option<Self>, KeyFileError> {
        match std::fs::File::open(file) {
            Ok(open) => Self::read(open).map(Some),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why.into()),
        }
    }

    /// Makes the key file with these random bytes.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn create(file: &Path, random: [u8; 32]) -> Result<Self, KeyFileError> {
        // Written beside and renamed: a crash leaves no half key.
        let draft = file.with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        let mut open = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        open.write_all(&random)?;
        open.sync_all()?;
        std::fs::rename(&draft, file)?;
        Ok(Self { master: random })
    }

    fn read(mut open: std::fs::File) -> Result<Self, KeyFileError> {
        let mode = open.metadata()?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Mode(mode));
        }
        let mut bytes = Vec::new();
        open.read_to_end(&mut bytes)?;
        let master = bytes.as_slice().try_into().map_err(|_| KeyFileError::Length(bytes.len()))?;
        Ok(Self { master })
    }

    /// Returns a key for one purpose, the same after every start: HMAC-SHA-256 of the label.
    pub fn derive(&self, label: &str) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.master).expect("any length");
        mac.update(label.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Returns the mark by which a database knows its key: it tells keys apart and gives none away.
    pub fn fingerprint(&self, instance: Uuid) -> [u8; 32] {
        self.derive(&format!("fingerprint for {instance}"))
    }

    /// Returns the key of the To-tags of stateless answers.
    pub fn tag_key(&self) -> [u8; 32] {
        self.derive("sip tag")
    }

    /// Returns the key of console cookies and forms.
    pub fn session_key(&self) -> [u8; 32] {
        self.derive("console session")
    }

    /// Seals a secret for its owner. The owner's name (tenant and device) is authenticated, so that
    /// a row can't be moved.
    ///
    /// # Errors
    /// When the secret is longer than the cipher takes (256 GiB).
    pub fn seal(&self, owner: &str, plain: &Plain, nonce: [u8; 12]) -> Result<Sealed, Unsealable> {
        let payload = Payload { msg: plain.expose().as_bytes(), aad: owner.as_bytes() };
        let sealed = self.cipher().encrypt(Nonce::from_slice(&nonce), payload).map_err(|_| Unsealable)?;
        Ok(Sealed::from_bytes([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens a secret for its owner.
    ///
    /// # Errors
    /// When it was sealed with another key or for another owner.
    pub fn open(&self, owner: &str, sealed: &Sealed) -> Result<Plain, Unsealable> {
        let (nonce, msg) = sealed.as_bytes().split_at_checked(12).ok_or(Unsealable)?;
        let payload = Payload { msg, aad: owner.as_bytes() };
        let plain = self.cipher().decrypt(Nonce::from_slice(nonce), payload).map_err(|_| Unsealable)?;
        String::from_utf8(plain).map(Plain::new).map_err(|_| Unsealable)
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(Key::from_slice(&self.derive("secrets at rest")))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_secret_opens_for_its_owner_alone() {
        let keys = Keys::from_master([7; 32]);
        let sealed = keys.seal("acme/desk", &Plain::new("hunter2"), [1; 12]).unwrap();
        assert_eq!(keys.open("acme/desk", &sealed).unwrap().expose(), "hunter2");
        assert_eq!(keys.open("globex/desk", &sealed), Err(Unsealable));
        assert_eq!(Keys::from_master([8; 32]).open("acme/desk", &sealed), Err(Unsealable));
        assert!(!sealed.as_bytes().windows(7).any(|window| window == b"hunter2"));
    }

    #[test]
    fn every_prefix_of_a_sealed_secret_is_refused() {
        let keys = Keys::from_master([7; 32]);
        let sealed = keys.seal("a", &Plain::new("hunter2"), [1; 12]).unwrap();
        for length in 0..sealed.as_bytes().len() {
            assert_eq!(keys.open("a", &Sealed::from_bytes(sealed.as_bytes()[..length].to_vec())), Err(Unsealable));
        }
    }

    #[test]
    fn nothing_secret_shows_in_debug() {
        let keys = Keys::from_master([7; 32]);
        let plain = Plain::new("hunter2");
        let sealed = keys.seal("a", &plain, [1; 12]).unwrap();
        let shown = format!("{keys:?} {plain:?} {sealed:?}");
        assert_eq!(shown, "Keys(secret) Plain(secret) Sealed(secret)");
    }

    #[test]
    fn keys_differ_by_purpose_and_stay_after_a_restart() {
        let keys = Keys::from_master([7; 32]);
        assert_ne!(keys.tag_key(), keys.session_key());
        assert_eq!(keys.tag_key(), Keys::from_master([7; 32]).tag_key());
    }
}
