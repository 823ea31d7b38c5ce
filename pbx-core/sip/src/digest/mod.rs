//! Digest authentication (RFC 7616, RFC 8760; RFC 3261 §22), both sides of it.
//!
//! The server keeps nothing between challenge and answer: a nonce is its time of issue, a salt and a keyed hash over
//! both, the client's address and the realm ([`Nonces`]), so that any engine with the same key knows it again. [`check`]
//! says whether the answer is right; whether it was seen before is another question, asked later ([`NonceCounts`]),
//! because a retransmission is no replay and only the transaction layer can tell them apart.
//!
//! ```
//! use pbx_sip::digest::{Algorithm, Challenge, Credentials, Ha1, Nonces, Question, DigestVerdict, check};
//!
//! let nonces = Nonces::new([7; 32], "ringdown", 60);
//! let alice = Ha1::of("alice", "ringdown", "wonderland");
//!
//! // The server challenges, the phone answers.
//! let client = std::net::IpAddr::from([192, 0, 2, 7]);
//! let challenge = Challenge::new("ringdown", nonces.issue(client, 1_000, 42), Algorithm::Sha256, false);
//! let answer = challenge.answer("alice", "wonderland", "REGISTER", "sip:example.com", "c0ffee", 1);
//!
//! // The server, which remembers nothing but its key, knows who it is.
//! let credentials = Credentials::parse(&answer.to_string())?;
//! let question = Question { credentials: &credentials, method: "REGISTER", ha1: Some(&alice), client, now: 1_030 };
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
