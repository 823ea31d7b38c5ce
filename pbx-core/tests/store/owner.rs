//! Whose a database is: one server's at a time, with the key that its secrets are sealed with.

use crate::import::{SAMPLE, import};
use crate::support::{Folder, configuration, end_sessions, on_both, on_postgres};
use pbx_core::change::{DatabaseKeyError, Fresh, keys_of};
use pbx_core::store::{Place, Store, StoreError};

const FRESH: Fresh = Fresh { key: [7; 32], instance: [1; 16] };

#[test]
fn missing_key_is_never_minted_over_data() {
    on_both(|fresh| async move {
        let folder = Folder::new();
        let file = folder.path().join("key");
        keys_of(&fresh.store, &file, FRESH).await.unwrap();
        let made = std::fs::read(&file).unwrap();
        keys_of(&fresh.store, &file, Fresh { key: [9; 32], ..FRESH }).await.unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), made, "the key that is there stays");
        std::fs::remove_file(&file).unwrap();
        let refused = keys_of(&fresh.store, &file, FRESH).await.unwrap_err();
        assert!(matches!(refused, DatabaseKeyError::Missing(_)), "{}: {refused}", fresh.name);
        assert!(!file.exists(), "{}", fresh.name);
    });
}

#[test]
fn wrong_key_is_refused_in_words_and_the_right_one_still_fits() {
    on_both(|fresh| async move {
        let (folder, other) = (Folder::new(), Folder::new());
        let (right, wrong) = (folder.path().join("key"), other.path().join("key"));
        keys_of(&fresh.store, &right, FRESH).await.unwrap();
        write_key(&wrong, [8; 32]);
        let refused = keys_of(&fresh.store, &wrong, FRESH).await.unwrap_err();
        assert!(matches!(refused, DatabaseKeyError::Wrong(_)), "{}: {refused}", fresh.name);
        assert!(refused.to_string().contains("is not the key that the secrets of this database"), "{refused}");
        keys_of(&fresh.store, &right, FRESH).await.unwrap();
    });
}

#[test]
fn database_of_before_takes_the_key_that_opens_its_secrets_and_no_other() {
    on_both(|fresh| async move {
        // Sealed with a key of sevens, by a release that wrote no fingerprint down.
        import(&configuration(&fresh.store).await, SAMPLE, false).await.unwrap();
        let folder = Folder::new();
        let file = folder.path().join("key");
        let missing = keys_of(&fresh.store, &file, FRESH).await.unwrap_err();
        assert!(matches!(missing, DatabaseKeyError::Missing(_)), "{}: {missing}", fresh.name);
        write_key(&file, [8; 32]);
        let wrong = keys_of(&fresh.store, &file, FRESH).await.unwrap_err();
        assert!(matches!(wrong, DatabaseKeyError::Wrong(_)), "{}: {wrong}", fresh.name);
        assert_eq!(fresh.store.owner().await.unwrap(), None, "{}", fresh.name);
        write_key(&file, [7; 32]);
        keys_of(&fresh.store, &file, FRESH).await.unwrap();
        assert!(fresh.store.owner().await.unwrap().is_some());
    });
}

#[test]
fn second_server_on_one_database_is_refused_while_the_first_works() {
    on_postgres(|url| async move {
        let place = Place::Postgres(url);
        let first = Store::open(&place).await.unwrap();
        let refused = Store::open(&place).await.unwrap_err();
        assert!(matches!(refused, StoreError::NotOurs) && refused.may_pass(), "{refused}");
        first.close().await;
        Store::open(&place).await.unwrap();
    });
}

#[test]
fn server_that_lost_its_database_to_another_writes_no_more_until_it_has_it_back() {
    on_postgres(|url| async move {
        let place = Place::Postgres(url.clone());
        let first = Store::open(&place).await.unwrap();
        first.begin().await.unwrap();
        end_sessions(&url);
        first.begin().await.unwrap();
        end_sessions(&url);
        let second = Store::open(&place).await.unwrap();
        let refused = first.begin().await.unwrap_err();
        assert!(matches!(refused, StoreError::NotOurs), "{refused}");
        second.begin().await.unwrap();
        second.close().await;
        first.begin().await.unwrap();
    });
}

fn write_key(file: &std::path::Path, key: [u8; 32]) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(file, key).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}
