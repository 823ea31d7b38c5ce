//! Answers the command line's questions from the data folder.

use super::{Request, Response};
use crate::softphone::Account;
use admin_ui::Language;
use admin_ui::words::{self, Nameless, Names, WithVersions};
use pbx_core::cdr::CallRecord;
use pbx_core::change::import::ImportOptions;
use pbx_core::change::{Applied, Configuration};
use pbx_core::ids::TenantId;
use pbx_core::net::{Clock, Promises};
use pbx_core::store::{CallQuery, Store, StoreError};
use rand_chacha::rand_core::RngCore;
use std::fmt::Write;
use std::sync::Arc;

/// How many calls are read from the database at once.
const PAGE: u16 = 500;

/// What the answers are made from.
pub struct Office {
    /// The configuration.
    pub configuration: Arc<Configuration>,
    /// The database.
    pub store: Store,
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
            Request::Import { file, text, dry_run, prune } => {
                self.import(&file, &text, ImportOptions { dry_run, prune }).await
            }
            Request::Export { tenant } => self.export(&tenant).await,
            Request::Calls { tenant, limit, json } => self.calls(tenant.as_deref(), limit, json).await,
            Request::Explain { call, language, json } => self.explain(&call, &language, json).await,
            Request::Lend => self.lend().await,
        };
        answer.unwrap_or_else(|fault| Response::failed(fault.to_string()))
    }

    async fn import(&self, file: &str, text: &str, options: ImportOptions) -> anyhow::Result<Response> {
        let dry_run = options.dry_run;
        match self.bring_in("import", text, options).await {
            Ok(applied) => Ok(Response::said(told(&applied, dry_run))),
            Err(faults) => Ok(Response::failed(
                faults.to_string().lines().map(|fault| format!("{file}: {fault}\n")).collect::<String>(),
            )),
        }
    }

    async fn bring_in(&self, actor: &str, text: &str, options: ImportOptions) -> anyhow::Result<Applied> {
        let mut rng = pbx_core::net::rng()?;
        Ok(self.configuration.import(actor, self.clock.now().wall, &mut rng, text, options).await?)
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
        let mut text = String::new();
        let mut left = limit.unwrap_or(usize::MAX);
        let mut query = CallQuery { limit: PAGE, ..CallQuery::default() };
        while left > 0 {
            let page = match tenant {
                Some(tenant) => self.store.calls(tenant, &query).await?,
                None => self.store.calls_anywhere(&query).await?,
            };
            for row in page.rows.iter().take(left) {
                if json {
                    writeln!(text, "{}", serde_json::to_string(row)?)?;
                } else {
                    writeln!(text, "{}", super::line_of(row))?;
                }
            }
            left = left.saturating_sub(page.rows.len());
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        Ok(Response::said(text))
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
        let sentences = words::explain(&record, &names, Language::of_tag(language).unwrap_or_default());
        Ok(Response::said(sentences.join("\n") + "\n"))
    }

    async fn record(&self, call: &str) -> Result<Option<CallRecord>, StoreError> {
        self.store.call_anywhere(call).await
    }

    /// Lends two accounts of a tenant of their own, with new passwords each time.
    async fn lend(&self) -> anyhow::Result<Response> {
        let mut rng = pbx_core::net::rng()?;
        let mut account = |extension: &str| Account {
            user: format!("selftest-{extension}"),
            password: format!("{:016x}{:016x}", rng.next_u64(), rng.next_u64()),
            extension: extension.to_owned(),
        };
        let accounts = [account("901"), account("902")];
        let mut text = "tenants:\n  - id: selftest\n    name: Self-test\n    timezone: UTC\n    country: US\n    \
                        language: en\n    users:\n"
            .to_owned();
        for Account { user, password, extension } in &accounts {
            writeln!(
                text,
                "      - {{id: \"{extension}\", name: Self-test {extension}, extension: \"{extension}\", \
                 devices: [{{id: phone, sip_user: {user}, password: \"{password}\"}}]}}"
            )?;
        }
        self.bring_in("selftest", &text, ImportOptions { dry_run: false, prune: false }).await?;
        let lines = accounts.map(|a| format!("{}:{}@{}", a.user, a.password, a.extension));
        Ok(Response::said(lines.join("\n")))
    }

    fn tenant(&self, slug: &str) -> Option<TenantId> {
        self.configuration.snapshot().tenants().find(|t| t.slug == slug).map(|t| t.id)
    }
}

fn told(applied: &Applied, dry_run: bool) -> String {
    let mut text = applied.diff.to_string();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    if !dry_run {
        for minted in &applied.minted {
            text.push_str(&format!("made for {}: password {} (shown once)\n", minted.name, minted.password.expose()));
        }
    }
    text
}
