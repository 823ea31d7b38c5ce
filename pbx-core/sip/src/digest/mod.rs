//! Digest authentication (RFC 7616, RFC 8760; RFC 3261 §22), both sides of it.
//!
//! The server keeps nothing between challenge and answer: a nonce is its time of issue, a salt and
//! a keyed hash over both, the client's address and the realm ([`Nonces`]), so that any engine with
//! the same key knows it again. [`check`] says whether the answer is right; whether it was seen
//! before is another question, asked later ([`NonceCounts`]), because a retransmission is no replay
//! and only the transaction layer can tell them apart.
//!
//! ```
//! use pbx_sip::digest::{Algorithm, Challenge, Credentials, DigestVerdict, Ha1, Nonces, Question};
//! use pbx_sip::digest::check;
//!
//! let nonces = Nonces::new([7; 32], "ringdown", 60);
//! let alice = Ha1::of("alice", "ringdown", "wonderland");
//!
//! // The server challenges, the phone answers.
//! let client = std::net::IpAddr::from([192, 0, 2, 7]);
//! let nonce = nonces.issue(client, 1_000, 42);
//! let challenge = Challenge::new("ringdown", nonce, Algorithm::Sha256, false);
//! let uri = "sip:example.com";
//! let answer = challenge.answer("alice", "wonderland", "REGISTER", uri, "c0ffee", 1);
//!
//! // The server, which remembers nothing but its key, knows who it is.
//! let credentials = Credentials::parse(&answer.to_string())?;
//! let (ha1, now) = (Some(&alice), 1_030);
//! let question = Question { credentials: &credentials, method: "REGISTER", ha1, client, now };
//! assert!(matches!(check(&nonces, question), DigestVerdict::Fresh { count: 1, .. }));
//! # Ok::<(), pbx_sip::digest::DigestError>(())
//! ```

mod algorithm;
mod challenge;
mod check;
mod counts;
mod credentials;
mod ha1;
mod keyed;
mod nonce;
mod params;

pub use algorithm::Algorithm;
pub use challenge::Challenge;
pub use check::{DigestVerdict, Question, check};
pub use counts::{Count, NonceCounts};
pub use credentials::{Claim, Credentials};
pub use ha1::Ha1;
pub use keyed::Keyed;
pub use nonce::{Age, Nonce, Nonces};
pub use params::DigestError;

#[cfg(test)]
mod tests;
