//! The HTTP client: hyper's own, with nothing on top. A source is asked on the way of a call, and what more comfortable clients
//! do for a request (redirects, retries, URLs read again) cost as much as the question.

use super::resolver::{Resolver, was_private};
use super::{Failure, Refusal};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Builder};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use pbx_core::secret::Plain;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;
use url::Url;

/// Connections to one source that are kept open for the next question. A busy tenant asks many at once, turn by turn.
const IDLE: usize = 64;

/// A header that a source knows the company by.
pub(super) struct Credential(HeaderName, HeaderValue);

impl Credential {
    /// None: these are no header.
    pub(super) fn new(name: &str, secret: &Plain) -> Option<Self> {
        let mut value = HeaderValue::from_str(secret.expose()).ok()?;
        value.set_sensitive(true);
        Some(Self(HeaderName::from_bytes(name.as_bytes()).ok()?, value))
    }
}

/// A client with its open connections.
pub(super) struct Client(legacy::Client<HttpsConnector<HttpConnector<Resolver>>, Empty<Bytes>>);

impl Client {
    /// A guarded one resolves no name to a private address.
    pub(super) fn new(tls: ClientConfig, guarded: bool) -> Self {
        let mut plain = HttpConnector::new_with_resolver(Resolver { guarded });
        plain.enforce_http(false);
        plain.set_nodelay(true);
        let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let mut client = Builder::new(TokioExecutor::new());
        client.pool_timer(TokioTimer::new()).pool_max_idle_per_host(IDLE);
        Self(client.build(https.wrap_connector(plain)))
    }

    /// Asks, and gives the head of the answer. It follows no redirect.
    pub(super) async fn get(&self, url: &Url, secret: Option<Credential>) -> Result<Response<Incoming>, Failure> {
        let mut request = Request::get(url.as_str()).header(ACCEPT, "application/json").header(USER_AGENT, "ringdown");
        if let Some(Credential(name, value)) = secret {
            request = request.header(name, value);
        }
        let request = request.body(Empty::new()).map_err(|_| Refusal::BadUrl)?;
        self.0.request(request).await.map_err(|error| failure(&error))
    }
}

/// What a source's certificate is believed by.
pub(super) fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
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

/// What an error of the client means.
fn failure(error: &legacy::Error) -> Failure {
    if was_private(error) {
        Refusal::PrivateAddress.into()
    } else if error.is_connect() {
        Refusal::Connect.into()
    } else {
        Refusal::Broken.into()
    }
}
