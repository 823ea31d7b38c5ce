//! Joins the exchange's ports to the rooms that fill them.

use admin_ui::{Broken, Logged, Messages};
use async_trait::async_trait;
use pbx_core::call::io::{Answer, AnswerResult, Query};
use pbx_core::directory::Source;
use pbx_core::ids::{CallId, TenantId};
use pbx_core::net::{DataSources, Inbox, ScriptHost};
use pbx_core::script::ScriptJob;
use pbx_core::sip_log::{Entry, SipLog, Way};
use std::sync::Arc;
use templates::pool::Pool;
use templates::source::Fetcher;
use tokio::runtime::Handle;

/// The pool of script threads, as the exchange sees it.
pub(crate) struct Scripts(pub(crate) Pool);

impl ScriptHost for Scripts {
    fn submit(&self, job: ScriptJob) {
        self.0.submit(job);
    }
}

/// The HTTP client for data sources, as the exchange sees it.
pub(crate) struct Sources {
    pub(crate) fetcher: Arc<Fetcher>,
    pub(crate) runtime: Handle,
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
        self.runtime.spawn(async move { inbox.answer(fetcher.fetch(&source, &query).await) });
    }
}

/// The ring of SIP messages, as the console sees it.
pub(crate) struct Ladders(pub(crate) Arc<SipLog>);

#[async_trait]
impl Messages for Ladders {
    async fn messages(&self, tenant: TenantId, call: CallId) -> Result<Vec<Logged>, Broken> {
        let log = self.0.clone();
        let read = tokio::task::spawn_blocking(move || log.read(tenant, call)).await;
        let ladder = read.map_err(|e| Broken(e.to_string()))?.map_err(|e| Broken(e.to_string()))?;
        Ok(ladder.messages.into_iter().map(logged).collect())
    }
}

fn logged(entry: Entry) -> Logged {
    Logged {
        at: entry.at,
        sent: entry.way == Way::Out,
        local: entry.local.to_string(),
        remote: entry.remote.to_string(),
        transport: entry.transport.as_via().to_owned(),
        text: String::from_utf8_lossy(&entry.bytes).into_owned(),
    }
}
