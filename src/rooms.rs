//! Joins the traits that the exchange declares to the crates that implement them.

use pbx_core::directory::Source;
use pbx_core::engine::io::{Answer, AnswerResult, Query};
use pbx_core::net::{DataSources, Inbox, LookupRuntime, ScriptHost};
use pbx_core::script::ScriptJob;
use std::sync::Arc;
use templates::pool::Pool;
use templates::source::Fetcher;

/// The pool of script threads, as the exchange sees it.
pub(crate) struct Scripts(pub(crate) Pool);

impl ScriptHost for Scripts {
    fn submit(&self, jobs: Vec<ScriptJob>) {
        self.0.submit(jobs);
    }
}

/// The HTTP client for data sources, as the exchange sees it.
pub(crate) struct Sources {
    pub(crate) fetcher: Arc<Fetcher>,
    pub(crate) lookups: LookupRuntime,
    pub(crate) inbox: Inbox,
}

impl DataSources for Sources {
    fn ask(&self, source: Option<Source>, query: Query) {
        let inbox = self.inbox.clone();
        let Some(source) = source else {
            let Query { tenant, call, seq, .. } = query;
            let result = AnswerResult::Failed("no-such-source".to_owned());
            return inbox.answer(Answer { tenant, call, seq, result, took_ms: 0 });
        };
        let fetcher = self.fetcher.clone();
        self.lookups.run(async move { inbox.answer(fetcher.fetch(&source, &query).await) });
    }
}
