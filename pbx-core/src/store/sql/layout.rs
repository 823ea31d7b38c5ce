//! The layouts of the database: each migration makes the next one of the one before, and none is ever changed.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// The text of a migration for a database, with its name.
macro_rules! migration {
    ($database:literal, $name:literal) => {
        ($name, include_str!(concat!("../../../migrations/", $database, "/", $name, ".sql")))
    };
}

/// The migrations of a database, oldest first, by their files' names.
macro_rules! migrations {
    ($database:literal) => {
        [
            migration!($database, "20261121000001_foundation"),
            migration!($database, "20261121000002_fewer_trees"),
            migration!($database, "20261121000003_source_defaults"),
            migration!($database, "20261122000001_fewer_pages"),
            migration!($database, "20261128000001_refreshes"),
            migration!($database, "20261128000002_source_secrets"),
            migration!($database, "20261201000001_media_roams"),
            migration!($database, "20261201000002_owner"),
            migration!($database, "20261201000003_called_number"),
        ]
    };
}

const SQLITE: [(&str, &str); 9] = migrations!("sqlite");
const POSTGRES: [(&str, &str); 9] = migrations!("postgres");

/// What brings a SQLite database up to date.
pub(super) fn sqlite() -> Migrator {
    migrator(&SQLITE)
}

/// What brings a PostgreSQL database up to date.
pub(super) fn postgres() -> Migrator {
    migrator(&POSTGRES)
}

/// A file is `VERSION_description.sql`, the version a number.
fn migrator(files: &[(&'static str, &'static str)]) -> Migrator {
    let read = |(name, sql): &(&'static str, &'static str)| {
        let (version, about) = name.split_once('_')?;
        let about = about.replace('_', " ");
        let version = version.parse().ok()?;
        Some(Migration::new(version, about.into(), MigrationType::Simple, (*sql).into_sql_str(), false))
    };
    Migrator::with_migrations(files.iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::AssertSqlSafe;
    use sqlx::sqlite::SqlitePoolOptions;
    use std::path::Path;

    #[test]
    fn every_file_is_a_migration() {
        for (folder, migrator) in [("sqlite", sqlite()), ("postgres", postgres())] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
            let files = std::fs::read_dir(folder).unwrap().count();
            assert_eq!(migrator.iter().count(), files);
        }
    }

    #[tokio::test]
    async fn calls_of_the_first_layout_are_there_in_the_last() {
        // Each connection would have a database of its own.
        let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
        migrator(&SQLITE[..1]).run(&pool).await.unwrap();
        for row in [
            "calls VALUES ('t', 'c', 'sip', 'internal', '1', 'A', NULL, '2', 'B', NULL, '2', 1, 2, 3, 'answered',
                'normal', 200, 1, 0, NULL, 'a', '{}')",
            "legs VALUES ('t', 'c', 0, 'l', '1', NULL, NULL, 'sip', 1, 2, 2, 3, 200)",
            "segments VALUES ('t', 'c', 0, 'l', 'm', 2, 3, NULL)",
            "calls VALUES ('t', 'cut', 'cut@phone', 'internal', '1', 'A', NULL, '2', '', NULL, '2', 1, NULL, 3, 'failed',
                'server-restart', 500, 0, 1, NULL, 'a', '{}')",
            "registrations VALUES ('t', 'd', 'k', 9, '{}')",
        ] {
            sqlx::query(AssertSqlSafe(format!("INSERT INTO {row}"))).execute(&pool).await.unwrap();
        }
        sqlite().run(&pool).await.unwrap();
        let sql = "SELECT calls.record, legs.party_number, segments.to_us FROM calls, legs, segments
            WHERE calls.id = 'c' AND legs.call = calls.id AND segments.call = calls.id";
        let found: Vec<(String, String, i64)> = sqlx::query_as(sql).fetch_all(&pool).await.unwrap();
        assert_eq!(found, [("{}".to_owned(), "1".to_owned(), 3)]);
        // A call that was cut before its answer had no leg, and is found by one now.
        let sql = "SELECT sip_call_id, party_number, position FROM legs WHERE call = 'cut'";
        let legs: Vec<(String, String, i64)> = sqlx::query_as(sql).fetch_all(&pool).await.unwrap();
        assert_eq!(legs, [("cut@phone".to_owned(), "1".to_owned(), 0)]);
        let sql = "SELECT key, expires FROM registrations WHERE tenant = 't' AND device = 'd'";
        let kept: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&pool).await.unwrap();
        assert_eq!(kept, [("k".to_owned(), 9)]);
    }
}
