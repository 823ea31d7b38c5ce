//! Asks a tenant's HTTP-JSON sources.
//!
//! A tenant chooses the URL, so it is a way into the operator's network unless it is watched: only the URL's own host and those the
//! source allows, never a private address unless the operator lets it, the checked address is the one that is connected to, no
//! redirect is followed, and size and time are bounded.

mod address;
mod answer;
mod client;
mod resolver;
mod share;
mod target;

use crate::breaker::Breaker;
use crate::vm::Clock;
use client::{Client, Credential};
use pbx_core::base::ids::{SourceId, TenantId};
use pbx_core::base::value::Value;
use pbx_core::directory::Source;
use pbx_core::engine::io::{Answer, AnswerResult, Query};
use pbx_core::secret::Keys;
use share::{PLACE, Shares};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use target::{Frames, Target};
use thiserror::Error;

/// Why a source gave no answer: the stable words of `outcome.code`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Refusal {
    /// The URL is none, or not of http or https.
    #[error("bad-url")]
    BadUrl,
    /// A placeholder has no argument.
    #[error("missing-argument")]
    MissingArgument,
    /// An argument would lead to another path.
    #[error("bad-argument")]
    BadArgument,
    /// The host is not one that the source may reach.
    #[error("host-refused")]
    HostRefused,
    /// The address is private and the operator does not let the source reach such.
    #[error("private-address")]
    PrivateAddress,
    /// Its secret can't be opened with this server's key, or is no header.
    #[error("secret")]
    Secret,
    /// The company has too many questions open already.
    #[error("busy")]
    Busy,
    /// It failed too often of late and is left alone for a while.
    #[error("resting")]
    Resting,
    /// No connection.
    #[error("connect")]
    Connect,
    /// The connection broke.
    #[error("broken")]
    Broken,
    /// It answered with a redirect.
    #[error("redirect")]
    Redirect,
    /// It answered that nothing has changed (304), though nothing from before was named.
    #[error("not-modified")]
    NotModified,
    /// It answered with this HTTP status.
    #[error("status-{0}")]
    Status(u16),
    /// The answer is longer than 256 KiB.
    #[error("too-large")]
    TooLarge,
    /// The answer has no content.
    #[error("empty")]
    Empty,
    /// The answer is compressed, which was not asked for.
    #[error("compressed")]
    Compressed,
    /// The answer is not UTF-8, which JSON is in (RFC 8259 §8.1).
    #[error("not-utf8")]
    NotUtf8,
    /// The answer is HTML or XML: a log-in or an error page, as a rule.
    #[error("markup")]
    Markup,
    /// The answer is not JSON, and nothing else that has a word of its own here.
    #[error("not-json")]
    NotJson,
    /// The answer is nested too deeply or holds too many values.
    #[error("too-complex")]
    TooComplex,
}

/// Why an exchange with a source ended without data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Failure {
    Timeout,
    Unknown,
    Refused(Refusal),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Asks sources; one for the whole server.
pub struct Fetcher {
    /// For sources that may not reach private addresses.
    guarded: Client,
    /// For sources that may.
    open: Client,
    frames: Frames,
    /// What the sources' secrets are sealed with.
    keys: Keys,
    shares: Shares,
    clock: Clock,
    breakers: Mutex<HashMap<(TenantId, SourceId), Breaker>>,
}

impl Fetcher {
    /// A fetcher with its connection pools. The clock measures answers and the pause of a failing source; the keys open the
    /// sources' secrets; `at_once` questions of a company may be open.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(clock: Clock, keys: Keys, at_once: usize) -> Result<Self, rustls::Error> {
        let tls = client::tls()?;
        let (guarded, open) = (Client::new(tls.clone(), true), Client::new(tls, false));
        Ok(Self {
            guarded,
            open,
            frames: Frames::default(),
            keys,
            shares: Shares::new(at_once),
            clock,
            breakers: Mutex::default(),
        })
    }

    /// Asks a source. Always answers, at the latest after the source's time-out.
    pub async fn fetch(&self, source: &Source, query: &Query) -> Answer {
        let began_us = (self.clock)();
        let key = (query.tenant, source.id);
        let result = if self.breakers().entry(key).or_default().allows(began_us) {
            let result = self.ask(source, query).await;
            self.learn(key, &result);
            result
        } else {
            Err(Refusal::Resting.into())
        };
        let took_us = (self.clock)().saturating_sub(began_us);
        Answer {
            tenant: query.tenant,
            call: query.call,
            seq: query.seq,
            result: match result {
                Ok(value) => AnswerResult::Found(value),
                Err(Failure::Unknown) => AnswerResult::Unknown,
                Err(Failure::Timeout) => AnswerResult::Timeout,
                Err(Failure::Refused(refusal)) => AnswerResult::Failed(refusal.to_string()),
            },
            took_ms: u32::try_from(took_us / 1000).unwrap_or(u32::MAX),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the time of a source is part of what it is asked with")]
    async fn ask(&self, source: &Source, query: &Query) -> Result<Value, Failure> {
        let Target { url, own } = self.frames.target(source, &query.args)?;
        let client = if source.allow_private { &self.open } else { &self.guarded };
        if !source.allow_private && address::literal(&url).is_some_and(address::is_private) {
            return Err(Refusal::PrivateAddress.into());
        }
        let secret = if own { self.credential(source, query.tenant)? } else { None };
        let limit = Duration::from_millis(u64::from(source.timeout_ms.clamp(1, 10_000)));
        let place = self.shares.take(query.tenant).ok_or(Refusal::Busy)?;
        let exchange = PLACE.scope(place, async {
            let response = client.get(&url, secret).await?;
            match response.status().as_u16() {
                200..=299 => answer::read(response).await,
                404 => Err(Failure::Unknown),
                304 => Err(Refusal::NotModified.into()),
                300..=399 => Err(Refusal::Redirect.into()),
                status => Err(Refusal::Status(status).into()),
            }
        });
        tokio::time::timeout(limit, exchange).await.unwrap_or(Err(Failure::Timeout))
    }

    /// What the source is told beside the question. It is opened for the question alone.
    fn credential(&self, source: &Source, tenant: TenantId) -> Result<Option<Credential>, Refusal> {
        let Some(sealed) = &source.secret else { return Ok(None) };
        let plain = self.keys.open(&source.sealed_for(tenant), sealed).map_err(|_| Refusal::Secret)?;
        Credential::new(&source.header, &plain).map(Some).ok_or(Refusal::Secret)
    }

    fn breakers(&self) -> MutexGuard<'_, HashMap<(TenantId, SourceId), Breaker>> {
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the breaker makes of a result: only what the source itself did counts.
    fn learn(&self, key: (TenantId, SourceId), result: &Result<Value, Failure>) {
        let now_us = (self.clock)();
        let mut breakers = self.breakers();
        match result {
            Err(Failure::Refused(
                Refusal::BadUrl
                | Refusal::MissingArgument
                | Refusal::BadArgument
                | Refusal::HostRefused
                | Refusal::PrivateAddress
                | Refusal::Secret
                | Refusal::Busy
                | Refusal::Resting,
            )) => {}
            Ok(_) | Err(Failure::Unknown) => {
                breakers.remove(&key);
            }
            Err(_) => breakers.entry(key).or_default().failed(now_us),
        }
        if breakers.get(&key).is_some_and(|breaker| *breaker == Breaker::default()) {
            breakers.remove(&key);
        }
    }
}
