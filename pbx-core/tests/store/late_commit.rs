//! A database whose answer to a COMMIT does not come: whether it was carried out, its revision tells.

use crate::import::{SAMPLE, acme, import, import_with};
use crate::support::{configuration, fresh_database_by_tls, on_postgres};
use pbx_core::change::Refusal;
use pbx_core::change::import::ImportOptions;
use pbx_core::store::{Place, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of the next COMMIT: it passes, its answer is lost, or it is lost itself.
const PASSES: u8 = 0;
const ANSWER_IS_LOST: u8 = 1;
const IS_LOST: u8 = 2;

/// Stands between server and database. Answers with its port.
async fn relay(database: u16, next: Arc<AtomicU8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", database)).await.unwrap();
            tokio::spawn(carry(client, server, next.clone()));
        }
    });
    port
}

/// Carries bytes both ways, until a COMMIT has its fate.
async fn carry(mut client: TcpStream, mut server: TcpStream, next: Arc<AtomicU8>) {
    let (mut asked, mut told) = ([0; 8192], [0; 8192]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(count @ 1..) = read else { return };
                let is_commit = asked[..count].windows(7).any(|part| part == b"COMMIT\0");
                let fate = if is_commit { next.swap(PASSES, Relaxed) } else { PASSES };
                if fate == IS_LOST || server.write_all(&asked[..count]).await.is_err() {
                    return;
                }
                if fate == ANSWER_IS_LOST {
                    let _ = server.read(&mut told).await;
                    return;
                }
            }
            read = server.read(&mut told) => {
                let Ok(count @ 1..) = read else { return };
                if client.write_all(&told[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[test]
fn change_whose_commit_is_acknowledged_late_is_in_effect_and_one_that_was_lost_is_not() {
    on_postgres(|_| async {
        let url = fresh_database_by_tls().url;
        let (host, name) = url.rsplit_once('/').unwrap();
        let database = host.rsplit(':').next().unwrap().parse().unwrap();
        let next = Arc::new(AtomicU8::new(PASSES));
        let port = relay(database, next.clone()).await;
        let place = Place::Postgres(format!("postgres://ringdown@127.0.0.1:{port}/{name}?sslmode=disable"));
        let store = Store::open(&place).await.unwrap();
        let configuration = configuration(&store).await;
        next.store(ANSWER_IS_LOST, Relaxed);
        let applied = import(&configuration, SAMPLE, false).await.unwrap();
        assert_eq!((applied.revision, configuration.snapshot().revision), (1, 1));
        assert!(configuration.snapshot().tenant(acme()).is_some());
        next.store(IS_LOST, Relaxed);
        let text = "tenants: [{id: acme, name: Other}]";
        let now = crate::support::at(9);
        let lost =
            configuration.import("import", now, &mut crate::support::rng(), text, ImportOptions::default()).await;
        assert!(matches!(lost, Err(Refusal::Store(_))), "{lost:?}");
        assert_ne!(configuration.snapshot().tenant(acme()).unwrap().name, "Other");
        let again = import_with(&configuration, text, ImportOptions::default()).await.unwrap();
        assert_eq!((again.revision, again.diff.objects.len()), (2, 1));
        assert_eq!(configuration.snapshot().tenant(acme()).unwrap().name, "Other");
    });
}
