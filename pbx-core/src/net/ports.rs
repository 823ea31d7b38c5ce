//! What the exchange needs of other rooms to run: the composition root hands these in.

use crate::directory::Source;
use crate::engine::io::Query;
use crate::script::ScriptJob;

/// A runner of scripts; replies come back through [`super::Inbox::script`].
pub trait ScriptHost: Send + Sync {
    /// Takes jobs without waiting for them. All that a turn of an engine has come at once, so that
    /// the host is woken once.
    fn submit(&self, jobs: Vec<ScriptJob>);
}

/// A client of data sources; answers come back through [`super::Inbox::answer`].
pub trait DataSources: Send + Sync {
    /// Asks without waiting for the answer. No source: the tenant has none of that name.
    fn ask(&self, source: Option<Source>, query: Query);
}
