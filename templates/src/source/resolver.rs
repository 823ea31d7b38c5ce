//! How the names of sources become addresses: resolved here, so that the address that was looked at is the one that is
//! connected to.

use super::address;
use super::share::PLACE;
use hyper_util::client::legacy::connect::dns::Name;
use std::error::Error;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use thiserror::Error;
use tower::Service;

/// The system's resolver; a guarded one refuses names that lead to a private address.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    pub(super) guarded: bool,
}

/// Why a name was not resolved.
#[derive(Debug, Error)]
pub(super) enum NotResolved {
    /// The system does not know it.
    #[error("the name is not known: {0}")]
    Unknown(#[from] io::Error),
    /// It is known, and none of the source's business.
    #[error("the name leads to a private address")]
    Private,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = NotResolved;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, NotResolved>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NotResolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guarded = self.guarded;
        Box::pin(async move {
            // The system's resolver goes on when nobody waits for it any more, and so does the question's place.
            let place = PLACE.try_with(Arc::clone).ok();
            let found = tokio::task::spawn_blocking(move || {
                let found = (name.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<SocketAddr>>);
                drop(place);
                found
            });
            let found = found.await.map_err(io::Error::other)??;
            // One is enough to refuse: a name that is half private is somebody trying.
            if guarded && found.iter().any(|found| address::is_private(found.ip())) {
                return Err(NotResolved::Private);
            }
            Ok(found.into_iter())
        })
    }
}

/// Whether an error came from such a refusal.
pub(super) fn was_private(error: &(dyn Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error: &&'_ (dyn Error + 'static)| (*error).source());
    causes.filter_map(|cause| cause.downcast_ref()).any(|cause| matches!(cause, NotResolved::Private))
}
