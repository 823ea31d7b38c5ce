//! PostgreSQL by TLS.

use crate::support::{encrypted_sessions, fresh_database_by_tls, on_postgres};
use pbx_core::store::{Place, Store};

#[test]
fn every_connection_is_encrypted_and_the_certificate_is_checked_where_the_url_wants_it() {
    on_postgres(|_| async {
        let database = fresh_database_by_tls();
        let checked = format!("{}?sslmode=verify-full&sslrootcert={}", database.url, database.authority.display());
        let store = Store::open(&Place::Postgres(checked)).await.unwrap();
        assert_eq!(store.revision().await.unwrap(), 0);
        let (encrypted, all) = encrypted_sessions(&database.url);
        assert!(encrypted == all && all >= 2, "{encrypted} of {all}");
        store.close().await;
        // Signed by nobody that this machine knows.
        let refused = Store::open(&Place::Postgres(format!("{}?sslmode=verify-full", database.url))).await.unwrap_err();
        assert!(refused.to_string().contains("certificate"), "{refused}");
        assert!(!refused.may_pass(), "waiting makes no certificate good");
    });
}
