//! What the tests share: both databases, a catalogue, and small makers of records.

mod catalogue;
mod folder;
mod postgres;
mod records;

pub(crate) use catalogue::Shelf;
pub(crate) use folder::Folder;
pub(crate) use postgres::{encrypted_sessions, end_sessions, fresh_database_by_tls};
pub(crate) use records::{binding, party, record, started};

use pbx_core::base::time::Wall;
use pbx_core::change::Configuration;
use pbx_core::secret::Keys;
use pbx_core::store::{Place, Store};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::future::Future;
use std::sync::Arc;

/// An empty store.
pub(crate) struct Fresh {
    pub(crate) name: &'static str,
    pub(crate) store: Store,
}

/// Runs a test on a fresh store of each database.
pub(crate) fn on_both<F: Future<Output = ()>>(test: impl Fn(Fresh) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = Folder::new();
        let store = Store::open(&Place::Sqlite(folder.path().join("db.sqlite"))).await.unwrap();
        test(Fresh { name: "SQLite", store }).await;
        let store = Store::open(&Place::Postgres(postgres::fresh_database())).await.unwrap();
        test(Fresh { name: "PostgreSQL", store }).await;
    });
}

/// Runs a test with the URL of a fresh PostgreSQL database.
pub(crate) fn on_postgres<F: Future<Output = ()>>(test: impl Fn(String) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test(postgres::fresh_database()));
}

/// A configuration on a store.
pub(crate) async fn configuration(store: &Store) -> Configuration {
    let keys = Keys::from_master([7; 32]);
    Configuration::open(store.clone(), keys, "ringdown".to_owned(), Arc::new(Shelf::new())).await.unwrap()
}

/// The same randomness in every run.
pub(crate) fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(1)
}

/// 2026-11-20 09:00 UTC and these seconds.
pub(crate) fn at(seconds: i64) -> Wall {
    Wall::from_micros(1_795_165_200_000_000 + seconds * 1_000_000)
}
