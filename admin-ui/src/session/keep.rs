//! tower-sessions' sessions, kept in our store: a ready SQL session store would bring a second sqlx.

use super::spare::Spare;
use crate::assets::hex;
use crate::ports::Ports;
use async_trait::async_trait;
use axum_login::tower_sessions::SessionStore;
use axum_login::tower_sessions::cookie::time::OffsetDateTime;
use axum_login::tower_sessions::session::{Id, Record};
use axum_login::tower_sessions::session_store::{Error, Result};
use pbx_core::base::time::Wall;
use pbx_core::store::{StoreError, StoredSession};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::sync::broadcast;

/// How many ends of sessions an open page may miss before it has to look whether its own is one of them.
const LAG: usize = 256;

/// Keeps sessions. The store holds a hash of the session's id, so that its reader cannot become anybody.
#[derive(Clone, Debug)]
pub(crate) struct KeptSessions {
    ports: Ports,
    ended: broadcast::Sender<Id>,
    spare: Arc<Spare>,
}

impl KeptSessions {
    pub(crate) fn new(ports: Ports) -> Self {
        Self { ports, ended: broadcast::Sender::new(LAG), spare: Arc::default() }
    }

    /// Tells of every session that is ended from now on. Of one that runs out nobody is told.
    pub(crate) fn ended(&self) -> broadcast::Receiver<Id> {
        self.ended.subscribe()
    }

    /// Who runs a server whose disk is full must be able to log in and look.
    fn keep_in_memory(&self, session: StoredSession, error: &StoreError) {
        tracing::error!(%error, "the database refused a session; it is kept in memory");
        self.spare.put(session);
    }
}

fn key(id: Id) -> String {
    hex(&Sha256::digest(id.0.to_le_bytes()))
}

#[async_trait]
impl SessionStore for KeptSessions {
    /// Whoever logs in sweeps out the sessions that nobody can use any more.
    async fn create(&self, record: &mut Record) -> Result<()> {
        let store = &self.ports.records.store;
        if let Err(error) = store.remove_expired_sessions(self.ports.now().wall).await {
            tracing::warn!(%error, "sessions that are over could not be swept out");
        }
        loop {
            match store.add_session(&kept(record)?).await {
                Ok(true) => return Ok(()),
                Ok(false) => record.id = Id::default(),
                Err(error) => {
                    self.keep_in_memory(kept(record)?, &error);
                    return Ok(());
                }
            }
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let session = kept(record)?;
        match self.ports.records.store.put_session(&session).await {
            Ok(()) => self.spare.forget(&session.id),
            Err(error) => self.keep_in_memory(session, &error),
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let (id_key, now) = (key(*id), self.ports.now().wall);
        let kept = match self.spare.find(&id_key, now) {
            Some(spare) => Some(spare),
            None => self.ports.records.store.session(&id_key, now).await.map_err(broken)?,
        };
        let Some(kept) = kept else { return Ok(None) };
        let data = serde_json::from_str(&kept.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(i128::from(kept.expires.micros()) * 1000)
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.spare.forget(&key(*id));
        self.ports.records.store.remove_session(&key(*id)).await.map_err(broken)?;
        // No page of it may be open.
        let _ = self.ended.send(*id);
        Ok(())
    }
}

fn kept(record: &Record) -> Result<StoredSession> {
    let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    let expires = i64::try_from(record.expiry_date.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX);
    Ok(StoredSession { id: key(record.id), data, expires: Wall::from_micros(expires) })
}

fn broken(error: StoreError) -> Error {
    Error::Backend(error.to_string())
}
