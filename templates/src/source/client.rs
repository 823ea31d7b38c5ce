//! The HTTP client: names are resolved here, so that the address that was checked is the one that is connected to.

use super::{Failure, FetcherError, Refusal, address};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// Connections to one source that are kept open for the next question. A busy tenant asks many at once, turn by turn.
const IDLE: usize = 64;

/// A client; a guarded one resolves no name to a private address.
pub(super) fn build(guarded: bool) -> Result<reqwest::Client, FetcherError> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls()?)
        .user_agent("ringdown")
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(IDLE);
    if guarded {
        builder = builder.dns_resolver(PublicOnly);
    }
    Ok(builder.build()?)
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    // A machine without certificates still asks its http sources; an https source then fails as untrusted.
    match builder.clone().with_platform_verifier() {
        Ok(builder) => Ok(builder.with_no_client_auth()),
        Err(error) => {
            tracing::warn!(%error, "no certificates on this machine: https data sources will not be trusted");
            Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
        }
    }
}

/// Resolves names, and refuses those that lead to a private address.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One is enough to refuse: a name that is half private is somebody trying.
            if found.iter().any(|found| address::is_private(found.ip())) {
                return Err(LeadsToPrivate.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[derive(Debug)]
struct LeadsToPrivate;

impl fmt::Display for LeadsToPrivate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads to a private address")
    }
}

impl Error for LeadsToPrivate {}

/// What an error of the client means.
pub(super) fn failure(error: &reqwest::Error) -> Failure {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<LeadsToPrivate>() {
            return Refusal::PrivateAddress.into();
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        Failure::Timeout
    } else if error.is_connect() {
        Refusal::Connect.into()
    } else {
        Refusal::Broken.into()
    }
}
