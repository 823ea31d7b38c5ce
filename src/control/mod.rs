//! Questions that the command line asks of a data folder, answered the same whether a server runs on it or not, and long
//! answers in parts: a running server must not hold all calls of a year in memory.
//!
//! A running server listens on a socket in its folder; without one the command opens the folder itself.

mod lend;
mod line;
mod office;
mod socket;

use crate::terminal::on_one_line;
use line::{Line, head};
pub use office::Office;
pub use socket::{Answer, ask, listen};

use serde::{Deserialize, Serialize};

/// A question or command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Bring a configuration file into effect.
    Import {
        /// The file's name, for messages.
        file: String,
        /// The file's text.
        text: String,
        /// Show what would change, and change nothing.
        dry_run: bool,
        /// Remove what the file does not mention.
        prune: bool,
        /// Remove exactly so many tenants that the file does not name, too.
        prune_tenants: Option<usize>,
    },
    /// Write configuration as an import file.
    Export {
        /// A tenant's slug; none: everything.
        tenant: Option<String>,
    },
    /// List calls, newest first.
    Calls {
        /// Only the calls of the tenant with this slug.
        tenant: Option<String>,
        /// The most calls that are listed; `None`: all.
        limit: Option<usize>,
        /// Whether each call is a line of JSON.
        json: bool,
    },
    /// Say why a call went where it went.
    Explain {
        /// The exchange's id of the call, or SIP's Call-ID.
        call: String,
        /// The language of the words (BCP 47).
        language: String,
        /// Whether the whole record is given as JSON.
        json: bool,
    },
    /// Lend two accounts for a self-test.
    Lend,
    /// Take the accounts of a self-test back, and remove their tenant.
    TakeBack,
}

impl Request {
    /// Whether the request only reads, so that it must not make a data folder.
    pub const fn only_reads(&self) -> bool {
        match self {
            Self::Import { dry_run, .. } => *dry_run,
            Self::Export { .. } | Self::Calls { .. } | Self::Explain { .. } => true,
            Self::Lend | Self::TakeBack => false,
        }
    }
}

/// The answer, or a part of it: what to print, and whether it went well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// For standard output.
    pub text: String,
    /// For standard error; empty: all went well.
    pub fault: String,
    /// Whether another part follows.
    #[serde(default)]
    pub more: bool,
}

impl Response {
    /// The request went well: prints `text`.
    pub fn said(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// The request went well: prints each of these on one line, control characters escaped.
    pub fn lines<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> Self {
        Self::said(lines.into_iter().map(|line| on_one_line(line.as_ref()) + "\n").collect::<String>())
    }

    /// The request failed: prints `fault` on standard error.
    pub fn failed(fault: impl Into<String>) -> Self {
        Self { fault: fault.into(), ..Self::default() }
    }
}
