//! Log-in sessions. Server-wide: a session is known by the secret in its cookie alone.

use super::Store;
use super::query::{args, row};
use crate::base::time::Wall;
use crate::store::{StoreError, StoredSession};

row! {
    struct SessionRow {
        id: String,
        data: String,
        expires: i64,
    }
}

impl Store {
    /// A session that has not expired.
    pub async fn session(&self, id: &str, now: Wall) -> Result<Option<StoredSession>, StoreError> {
        let sql = "SELECT id, data, expires FROM sessions WHERE id = $1 AND expires > $2";
        let row = self.row::<SessionRow>(sql, args![id, now]).await?;
        Ok(row.map(|row| StoredSession { id: row.id, data: row.data, expires: Wall::from_micros(row.expires) }))
    }

    /// Adds a session; false: the id is taken, take another.
    pub async fn add_session(&self, session: &StoredSession) -> Result<bool, StoreError> {
        let sql = "INSERT INTO sessions (id, data, expires) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
        Ok(self.run(sql, args![&session.id, &session.data, session.expires]).await? > 0)
    }

    /// Adds or replaces a session.
    pub async fn put_session(&self, session: &StoredSession) -> Result<(), StoreError> {
        let sql = "INSERT INTO sessions (id, data, expires) VALUES ($1, $2, $3)
            ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires = excluded.expires";
        self.run(sql, args![&session.id, &session.data, session.expires]).await.map(drop)
    }

    /// Ends a session.
    pub async fn remove_session(&self, id: &str) -> Result<(), StoreError> {
        self.run("DELETE FROM sessions WHERE id = $1", args![id]).await.map(drop)
    }

    /// Forgets what has expired; how many sessions that were.
    pub async fn remove_expired_sessions(&self, now: Wall) -> Result<u64, StoreError> {
        self.run("DELETE FROM sessions WHERE expires <= $1", args![now]).await
    }
}
