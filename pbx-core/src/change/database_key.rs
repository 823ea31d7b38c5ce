//! The key of a database: the one that its secrets are sealed with, and no other. None is made where secrets are sealed already.

use super::edit::owner;
use crate::secret::{KeyFileError, Keys};
use crate::store::{DatabaseOwner, Store, StoreError};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Why a database and a key can't be worked with together.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseKeyError {
    /// The key file can't be used.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The store can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is data, and no key.
    #[error(
        "the database holds data, and the key that its secrets are sealed with is not here: name the folder that has it \
         with --data, or put it back from a backup as {}", .0.display()
    )]
    Missing(PathBuf),
    /// The data belongs to another key.
    #[error(
        "{} is not the key that the secrets of this database are sealed with: name the folder that has that one with \
         --data, or put it back from a backup", .0.display()
    )]
    Wrong(PathBuf),
}

/// Fresh randomness for a server that is new.
#[derive(Clone, Copy, Debug)]
pub struct Fresh {
    /// For a new key.
    pub key: [u8; 32],
    /// For the name of a new database.
    pub instance: [u8; 16],
}

/// The keys of the file, which are those of the database. An untouched database takes whatever key there is, or a new one.
///
/// # Errors
/// When the key is missing or another one, or when file or store refuse.
pub async fn keys_of(store: &Store, file: &Path, fresh: Fresh) -> Result<Keys, DatabaseKeyError> {
    let keys = match Keys::open_file(file)? {
        Some(keys) => keys,
        None if store.is_untouched().await? => Keys::create(file, fresh.key)?,
        None => return Err(DatabaseKeyError::Missing(file.to_owned())),
    };
    let fits = match store.owner().await? {
        Some(owner) => keys.fingerprint(owner.instance) == owner.fingerprint,
        None => {
            let fits = opens_what_is_sealed(store, &keys).await?;
            if fits {
                adopt(store, &keys, Uuid::from_bytes(fresh.instance)).await?;
            }
            fits
        }
    };
    if fits { Ok(keys) } else { Err(DatabaseKeyError::Wrong(file.to_owned())) }
}

/// A database that knows no key yet: the secrets in it tell, if there are any.
async fn opens_what_is_sealed(store: &Store, keys: &Keys) -> Result<bool, StoreError> {
    let devices = store.everything().await?.devices;
    let mut sealed = devices
        .iter()
        .filter_map(|(tenant, device)| Some(keys.open(&owner(*tenant, device.id), device.secret.as_ref()?).is_ok()))
        .peekable();
    Ok(sealed.peek().is_none() || sealed.any(|opens| opens))
}

async fn adopt(store: &Store, keys: &Keys, instance: Uuid) -> Result<(), StoreError> {
    let mut work = store.begin().await?;
    work.set_owner(&DatabaseOwner { instance, fingerprint: keys.fingerprint(instance) }).await?;
    work.commit().await
}
