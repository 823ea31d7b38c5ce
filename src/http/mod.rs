//! The HTTP server around the console: what a connection may cost, and for how long.
//!
//! A head has ten seconds to arrive, and so has the next request of an idle connection; a request has
//! thirty seconds to be read and answered; a reader that takes nothing for thirty seconds is gone.
//! Connections are bounded in all and by source ([`Limits`]), so that files are left for media ports,
//! phones and the journal.

mod connection;
mod places;
mod stalled;

pub use places::Limits;

use axum::Router;
use axum::http::StatusCode;
use pbx_core::base::network::Network;
use pbx_core::net::pause;
use places::Places;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower_http::timeout::TimeoutLayer;

/// How long a request may take from its head to the head of its answer, its body included.
const REQUEST: Duration = Duration::from_secs(30);

/// How long we wait where the machine has no file left for a connection.
const NO_FILE: Duration = Duration::from_millis(100);

/// Serves the router until it is dropped, every connection with it. Connections of `proxies` count as
/// their server's, not as one source's: many people stand behind each.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, proxies: Vec<Network>) {
    let router = router.layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST));
    let places = Arc::new(Places::new(limits));
    let mut connections = JoinSet::new();
    loop {
        let (stream, peer) = match accept(&listener).await {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                tracing::warn!(%error, "no connection to the console can be taken");
                pause(NO_FILE).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        let source = peer.ip().to_canonical();
        let shared = proxies.iter().any(|proxy| proxy.contains(source));
        let Some(place) = places.enter((!shared).then_some(source)) else { continue };
        connections.spawn(connection::serve(stream, peer, place, router.clone()));
    }
}

async fn accept(listener: &TcpListener) -> std::io::Result<(tokio::net::TcpStream, SocketAddr)> {
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer))
}

/// Returns whether the error concerns a connection that is gone already, not the listener.
fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, InvalidInput, NotConnected};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | InvalidInput | NotConnected)
}
