//! The two databases as one: a pool to read, a transaction to write.

use super::layout;
use super::postgres::Postgres as Owned;
use super::query::{Arg, Row};
use crate::store::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, Postgres, SqlSafeStr, SqlStr, Sqlite, SqlitePool, Transaction};
use std::path::PathBuf;
use std::time::Duration;

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Place {
    /// A file, made if it is not there.
    Sqlite(PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
}

/// The database, shared by clones.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
}

#[derive(Clone, Debug)]
enum Pool {
    /// One connection writes: SQLite lets no two of them, and its caches stay warm.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(Owned),
}

/// One transaction: all of it or nothing. Dropped without [`Work::commit`]: nothing.
#[derive(Debug)]
pub struct Work {
    tx: Tx,
}

#[derive(Debug)]
enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Arg::Int(int) => query.bind(int),
                Arg::Text(text) => query.bind(text.map(storable)),
                Arg::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

impl Store {
    /// Opens the database and brings its layout up to date.
    ///
    /// # Errors
    /// When it can't be reached, is another server's, or a migration fails.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        let pool = match place {
            Place::Sqlite(file) => {
                let options = SqliteConnectOptions::new()
                    .filename(file)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // Full: a segment of the journal goes once it is here, so a power cut must not undo a commit.
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(10))
                    // A record and its rows fit into one page. A database of before keeps its pages.
                    .page_size(8192);
                // What one batch of a busy second writes to fits, and is written once: pages that do not fit go out in the
                // middle of it, and in again. By SIP's Call-ID, which is random, every call goes to pages of its own.
                let writer = options.clone().pragma("cache_size", "-8192").pragma("wal_autocheckpoint", "2000");
                // A disk that refuses a COMMIT leaves sqlx's connection in a transaction that SQLite has ended: it would take no
                // other.
                let write = SqlitePoolOptions::new()
                    .max_connections(1)
                    .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
                    .connect_with(writer)
                    .await?;
                layout::sqlite().run(&write).await?;
                let read = SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await?;
                Pool::Sqlite { read, write }
            }
            Place::Postgres(url) => Pool::Postgres(Owned::open(url).await?),
        };
        Ok(Self { pool })
    }

    /// Begins to write.
    ///
    /// # Errors
    /// When the database can't be reached or is another server's, or somebody else writes for too long.
    pub async fn begin(&self) -> Result<Work, StoreError> {
        let tx = match &self.pool {
            // Immediate: a transaction that reads first and writes later would fail at the write.
            Pool::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pool::Postgres(owned) => {
                owned.still_ours().await?;
                Tx::Postgres(owned.pool.begin().await?)
            }
        };
        Ok(Work { tx })
    }

    /// Ends every connection, once what runs is done.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pool::Postgres(owned) => owned.close().await,
        }
    }

    pub(super) async fn rows<R: Row>(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<R>, StoreError> {
        Ok(match &self.pool {
            Pool::Sqlite { read, .. } => bound!(sqlx::query_as::<Sqlite, R>(sql), args).fetch_all(read).await?,
            Pool::Postgres(owned) => bound!(sqlx::query_as::<Postgres, R>(sql), args).fetch_all(&owned.pool).await?,
        })
    }

    pub(super) async fn row<R: Row>(&self, sql: &'static str, args: Vec<Arg>) -> Result<Option<R>, StoreError> {
        Ok(match &self.pool {
            Pool::Sqlite { read, .. } => bound!(sqlx::query_as::<Sqlite, R>(sql), args).fetch_optional(read).await?,
            Pool::Postgres(owned) => {
                bound!(sqlx::query_as::<Postgres, R>(sql), args).fetch_optional(&owned.pool).await?
            }
        })
    }

    /// Runs one statement; gives the number of rows that it touched.
    pub(super) async fn run(&self, sql: &'static str, args: Vec<Arg>) -> Result<u64, StoreError> {
        Ok(match &self.pool {
            Pool::Sqlite { write, .. } => {
                bound!(sqlx::query::<Sqlite>(sql), args).execute(write).await?.rows_affected()
            }
            Pool::Postgres(owned) => {
                bound!(sqlx::query::<Postgres>(sql), args).execute(&owned.pool).await?.rows_affected()
            }
        })
    }
}

impl Work {
    /// Commits the transaction.
    ///
    /// # Errors
    /// When the database refuses; then nothing was done.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.tx {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    pub(super) async fn rows<R: Row>(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<R>, StoreError> {
        Ok(match &mut self.tx {
            Tx::Sqlite(tx) => bound!(sqlx::query_as::<Sqlite, R>(sql), args).fetch_all(&mut **tx).await?,
            Tx::Postgres(tx) => bound!(sqlx::query_as::<Postgres, R>(sql), args).fetch_all(&mut **tx).await?,
        })
    }

    /// Runs one statement; gives the number of rows that it touched.
    pub(super) async fn run(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<u64, StoreError> {
        self.execute(sql.into_sql_str(), args).await
    }

    /// Writes many rows with few statements: `head` up to and with `VALUES`, `columns` arguments a row, `tail` after them.
    pub(super) async fn write_rows(
        &mut self,
        head: &'static str,
        tail: &'static str,
        rows: Vec<Vec<Arg>>,
    ) -> Result<(), StoreError> {
        let mut rows = rows.into_iter().peekable();
        while let Some(first) = rows.peek() {
            let columns = first.len();
            // Powers of two only, so that the prepared statements stay few.
            let size = 1 << rows.len().min(MANY).ilog2();
            let values = match &self.tx {
                Tx::Sqlite(_) => nameless(columns, size),
                Tx::Postgres(_) => numbered(columns, size),
            };
            let text = format!("{head} {values} {tail}");
            let args = rows.by_ref().take(size).flatten().collect();
            self.execute(AssertSqlSafe(text).into_sql_str(), args).await?;
        }
        Ok(())
    }

    async fn execute(&mut self, sql: SqlStr, args: Vec<Arg>) -> Result<u64, StoreError> {
        Ok(match &mut self.tx {
            Tx::Sqlite(tx) => bound!(sqlx::query::<Sqlite>(sql), args).execute(&mut **tx).await?.rows_affected(),
            Tx::Postgres(tx) => bound!(sqlx::query::<Postgres>(sql), args).execute(&mut **tx).await?.rows_affected(),
        })
    }
}

/// PostgreSQL's TEXT holds every character but NUL, which callers may write into names; kept alike in both databases, so that
/// what is written is found again.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text }
}

/// Most rows in one INSERT statement.
const MANY: usize = 128;
/// Connections that read a SQLite database.
const READERS: u32 = 3;

/// Placeholders for many rows: `($1, $2), ($3, $4)`.
fn numbered(columns: usize, rows: usize) -> String {
    let row = |row: usize| {
        let names: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", names.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Placeholders for many rows, without names: `(?, ?), (?, ?)`. SQLite looks a name up by walking over all of them, which
/// is most of the work when there are hundreds.
fn nameless(columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row.as_str(); rows].join(", ")
}
