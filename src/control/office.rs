//! Answers the command line's questions from the data folder.

use super::{Line, Request, Response, head};
use crate::terminal::on_one_line;
use admin_ui::Language;
use admin_ui::words::{self, Nameless, Names, WithVersions};
use pbx_core::cdr::CallRecord;
use pbx_core::change::import::{ImportOptions, Unnamed};
use pbx_core::change::{Applied, Configuration, Refusal};
use pbx_core::ids::TenantId;
use pbx_core::net::{Clock, Promises};
use pbx_core::sip_log::SipLog;
use pbx_core::store::{CallQuery, Store, StoreError};
use std::sync::Arc;

/// How many calls are read from the database at once.
const PAGE: u16 = 500;

/// What the answers are made from.
pub struct Office {
    /// The configuration.
    pub configuration: Arc<Configuration>,
    /// The database.
    pub store: Store,
    /// The SIP messages of calls.
    pub sip_log: Arc<SipLog>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The promises of a running server: an answer waits until SQL has what was promised a moment ago, so that it is never
    /// behind.
    pub promises: Option<Promises>,
}

impl Office {
    /// Answers a request. One that cannot be answered says why.
    pub async fn answer(&self, request: Request) -> Response {
        if let Some(promises) = &self.promises {
            promises.caught_up(None).await;
        }
        let answer = match request {
            Request::Import { file, text, dry_run, prune, prune_tenants } => {
                self.import(&file, &text, ImportOptions { dry_run, prune, prune_tenants }).await
            }
            Request::Export { tenant: Some(tenant) } => self.export(&tenant).await,
            Request::Export { tenant: None } => Ok(Response::said(self.configuration.export_all().await)),
            Request::Calls { tenant, limit, json } => self.calls(tenant.as_deref(), limit, json).await,
            Request::Explain { call, language, json } => self.explain(&call, &language, json).await,
            Request::Lend => self.lend().await,
            Request::TakeBack => self.take_back().await,
        };
        answer.unwrap_or_else(|fault| Response::failed(fault.to_string()))
    }

    async fn import(&self, file: &str, text: &str, options: ImportOptions) -> anyhow::Result<Response> {
        match self.bring_in("import", text, options).await? {
            Ok(applied) => Ok(Response::lines(told(&applied, options))),
            Err(Refusal::Faults(faults)) => {
                let lines = faults.iter().map(|fault| on_one_line(&format!("{file}: {fault}")) + "\n");
                Ok(Response::failed(lines.collect::<String>()))
            }
            Err(other) => Err(other.into()),
        }
    }

    pub(super) async fn bring_in(
        &self,
        actor: &str,
        text: &str,
        options: ImportOptions,
    ) -> anyhow::Result<Result<Applied, Refusal>> {
        let mut rng = pbx_core::net::rng()?;
        Ok(self.configuration.import(actor, self.clock.now().wall, &mut rng, text, options).await)
    }

    async fn export(&self, slug: &str) -> anyhow::Result<Response> {
        let exported = match self.tenant(slug) {
            Some(tenant) => self.configuration.export(tenant).await,
            None => None,
        };
        Ok(exported.map_or_else(|| Response::failed(format!("there is no tenant {slug}")), Response::said))
    }

    async fn calls(&self, slug: Option<&str>, limit: Option<usize>, json: bool) -> anyhow::Result<Response> {
        let tenant = match slug {
            Some(slug) => match self.tenant(slug) {
                Some(tenant) => Some(tenant),
                None => return Ok(Response::failed(format!("there is no tenant {slug}"))),
            },
            None => None,
        };
        let directory = self.configuration.snapshot();
        let mut lines = Vec::new();
        let mut left = limit.unwrap_or(usize::MAX);
        let mut query = CallQuery { limit: PAGE, ..CallQuery::default() };
        while left > 0 {
            let page = match tenant {
                Some(tenant) => self.store.calls(tenant, &query).await?,
                None => self.store.calls_anywhere(&query).await?,
            };
            for row in page.rows.iter().take(left) {
                let line = Line::of(row, &directory);
                lines.push(if json { serde_json::to_string(&line)? } else { line.words() });
            }
            left = left.saturating_sub(page.rows.len());
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        if !json {
            lines.insert(0, if lines.is_empty() { "no calls".to_owned() } else { head() });
        }
        Ok(Response::lines(lines))
    }

    async fn explain(&self, call: &str, language: &str, json: bool) -> anyhow::Result<Response> {
        let Some(record) = self.record(call).await? else {
            return Ok(Response::failed(format!("there is no call {call}")));
        };
        if json {
            return Ok(Response::said(serde_json::to_string_pretty(&record)? + "\n"));
        }
        let directory = self.configuration.snapshot();
        let today: &(dyn Names + Sync) = directory.tenant(record.tenant).map_or(&Nameless, |tenant| &**tenant);
        let names = WithVersions::of(&self.store, &record, today).await?;
        let language = Language::of_tag(language).unwrap_or_default();
        let mut sentences = words::explain(&record, &names, language);
        let (log, tenant, call) = (self.sip_log.clone(), record.tenant, record.id);
        let ladder = tokio::task::spawn_blocking(move || log.read(tenant, call)).await??;
        sentences.extend(words::overlooked_in(&ladder, language));
        Ok(Response::lines(sentences))
    }

    async fn record(&self, call: &str) -> Result<Option<CallRecord>, StoreError> {
        self.store.call_anywhere(call).await
    }

    fn tenant(&self, slug: &str) -> Option<TenantId> {
        self.configuration.snapshot().tenants().find(|t| t.slug == slug).map(|t| t.id)
    }
}

/// The tenants that a pruned file does not name: what goes with them, or how they would go.
fn left_out(unnamed: &[Unnamed], they_go: bool) -> Vec<String> {
    if unnamed.is_empty() {
        return Vec::new();
    }
    let number = unnamed.len();
    let head = if they_go {
        "note: with all that was kept of them:".to_owned()
    } else {
        format!("note: not named, and kept; --prune-tenants={number} removes what stands here:")
    };
    let line = |tenant: &Unnamed| format!("  {tenant}");
    std::iter::once(head).chain(unnamed.iter().map(line)).collect()
}

/// What changed, what was made, and what to know.
fn told(applied: &Applied, options: ImportOptions) -> Vec<String> {
    let mut lines: Vec<String> = applied.diff.objects.iter().map(ToString::to_string).collect();
    if lines.is_empty() {
        lines.push("nothing to change".to_owned());
    }
    lines.extend(left_out(&applied.unnamed, options.prune_tenants.is_some()));
    if !options.dry_run {
        let made = applied.minted.iter();
        lines.extend(
            made.map(|made| format!("made for {}: password {} (shown once)", made.name, made.password.expose())),
        );
    }
    let short = applied.short.iter();
    lines.extend(short.map(|email| format!("note: the password of {email} is short enough to be guessed")));
    let locked_out = applied.locked_out.iter();
    lines.extend(locked_out.map(|email| format!("note: {email} can't log in: no password was ever given")));
    lines
}
