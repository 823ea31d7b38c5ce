//! PostgreSQL: reached by TLS where it is on another machine, and owned by one server at a time.

use super::layout;
use crate::store::StoreError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The number of the lock, the same in every database: `ringdown` in ASCII.
const LOCK: i64 = i64::from_be_bytes(*b"ringdown");
/// Connections that read and write.
const CONNECTIONS: u32 = 8;

/// Connections to a database that this process owns.
#[derive(Clone, Debug)]
pub(super) struct Postgres {
    pub(super) pool: PgPool,
    owned: Arc<Owned>,
}

/// The connection that the lock lives and dies with.
#[derive(Debug)]
struct Owned {
    options: PgConnectOptions,
    connection: Mutex<Option<PgConnection>>,
}

impl Postgres {
    /// Connects, owns the database, and brings its layout up to date.
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let options = private(PgConnectOptions::from_str(url)?);
        let owned = Arc::new(Owned { connection: Mutex::new(Some(locked(&options).await?)), options });
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).connect_with(owned.options.clone()).await?;
        layout::postgres().run(&pool).await?;
        Ok(Self { pool, owned })
    }

    /// Makes sure that the database is still ours: the lock went with its connection, and may be another server's since.
    pub(super) async fn still_ours(&self) -> Result<(), StoreError> {
        let mut connection = self.owned.connection.lock().await;
        if let Some(open) = connection.as_mut()
            && open.ping().await.is_ok()
        {
            return Ok(());
        }
        *connection = None;
        *connection = Some(locked(&self.owned.options).await?);
        Ok(())
    }

    /// Ends every connection, and gives the database back.
    pub(super) async fn close(&self) {
        self.pool.close().await;
        if let Some(connection) = self.owned.connection.lock().await.take() {
            // An error means that it has ended already.
            let _ = connection.close().await;
        }
    }
}

/// Connects and takes the lock.
async fn locked(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let mut connection = options.connect().await?;
    // The server notices within half a minute that we are gone even where a power cut let us say nothing.
    for patience in ["tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 4"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("SET {patience}"))).execute(&mut connection).await?;
    }
    let ours: bool =
        sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut connection).await?;
    if ours { Ok(connection) } else { Err(StoreError::NotOurs) }
}

/// On another machine only by TLS, unless the URL says `sslmode=disable`: password hashes and records would be read on the way.
fn private(options: PgConnectOptions) -> PgConnectOptions {
    // The host of an IPv6 address comes with its brackets.
    let host = options.get_host().trim_matches(['[', ']']);
    let is_loopback = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let is_here = options.get_socket().is_some() || host.starts_with('/') || is_loopback;
    match options.get_ssl_mode() {
        PgSslMode::Allow | PgSslMode::Prefer if !is_here => options.ssl_mode(PgSslMode::Require),
        _ => options,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> String {
        format!("{:?}", private(PgConnectOptions::from_str(url).unwrap()).get_ssl_mode())
    }

    #[test]
    fn database_of_another_machine_is_spoken_to_by_tls_unless_the_url_says_otherwise() {
        for url in [
            "postgres://u@db.example/x",
            "postgres://u@192.0.2.1/x?sslmode=prefer",
            "postgres://u@[2001:db8::1]/x?sslmode=allow",
        ] {
            assert_eq!(mode(url), "Require", "{url}");
        }
        assert_eq!(mode("postgres://u@db.example/x?sslmode=disable"), "Disable");
        assert_eq!(mode("postgres://u@db.example/x?sslmode=verify-full"), "VerifyFull");
        for url in
            ["postgres://u@localhost/x", "postgres://u@127.0.0.1/x", "postgres://u@[::1]/x", "postgres://u@%2Ftmp/x"]
        {
            assert_eq!(mode(url), "Prefer", "{url}");
        }
    }
}
