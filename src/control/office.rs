//! Answers the command line's questions from the data folder.

use super::{Line, Request, Response, head};
use crate::terminal::on_one_line;
use admin_ui::Language;
use admin_ui::words::{self, Nameless, Names, WithVersions};
use pbx_core::base::ids::TenantId;
use pbx_core::cdr::CallRecord;
use pbx_core::change::import::{ImportOptions, Unnamed};
use pbx_core::change::{Applied, Configuration, Refusal};
use pbx_core::net::{Clock, Promises};
use pbx_core::sip_log::SipLog;
use pbx_core::store::{CallQuery, Store, StoreError};
use std::sync::Arc;
use tokio::sync::mpsc;

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
    /// Answers a request, part by part, for as long as somebody takes them. One that cannot be answered says why.
    pub async fn answer(&self, request: Request, out: mpsc::Sender<Response>) {
        if let Some(promises) = &self.promises {
            promises.caught_up(None).await;
        }
        let answer = match request {
            Request::Import { file, text, dry_run, prune, prune_tenants } => {
                self.import(&file, &text, ImportOptions { dry_run, prune, prune_tenants }).await
            }
            Request::Export { tenant: Some(tenant) } => self.export(&tenant).await,
            Request::Export { tenant: None } => Ok(Response::said(self.configuration.export_all().await)),
            Request::Calls { tenant, limit, json } => self.calls(tenant.as_deref(), limit, json, &out).await,
            Request::Explain { call, language, json } => self.explain(&call, &language, json).await,
            Request::Lend => self.lend().await,
            Request::TakeBack => self.take_back().await,
        };
        // An error means that nobody reads on.
        let _ = out.send(answer.unwrap_or_else(|fault| Response::failed(fault.to_string()))).await;
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

    async fn calls(
        &self,
        slug: Option<&str>,
        limit: Option<usize>,
        json: bool,
        out: &mpsc::Sender<Response>,
    ) -> anyhow::Result<Response> {
        let tenant = match slug {
            Some(slug) => match self.tenant(slug) {
                Some(tenant) => Some(tenant),
                None => return Ok(Response::failed(format!("there is no tenant {slug}"))),
            },
            None => None,
        };
        let directory = self.configuration.snapshot();
        let mut left = limit.unwrap_or(usize::MAX);
        let mut query = CallQuery { limit: PAGE, ..CallQuery::default() };
        let mut above = (!json).then(head);
        while left > 0 {
            let page = match tenant {
                Some(tenant) => self.store.calls(tenant, &query).await?,
                None => self.store.calls_anywhere(&query).await?,
            };
            if page.rows.is_empty() {
                break;
            }
            let mut lines: Vec<String> = above.take().into_iter().collect();
            for row in page.rows.iter().take(left) {
                let line = Line::of(row, &directory);
                lines.push(if json { serde_json::to_string(&line)? } else { line.words() });
            }
            if out.send(Response { more: true, ..Response::lines(lines) }).await.is_err() {
                break;
            }
            let is_cut = page.next.is_some() || page.rows.len() > left;
            left = left.saturating_sub(page.rows.len());
            query.after = page.next;
            match (is_cut, left) {
                (false, _) => break,
                (true, 0) if !json => return Ok(Response::lines(["there are more: --limit NUMBER, or --all"])),
                _ => {}
            }
        }
        Ok(if above.is_some() { Response::lines(["no calls"]) } else { Response::default() })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::data::Data;
    use pbx_core::base::ids::{CallId, LegId};
    use pbx_core::base::time::Wall;
    use pbx_core::event::{Direction, Party};
    use pbx_core::journal::{Entry, OpenCall, Position};
    use pbx_core::net::SystemClock;

    /// More than two pages.
    const CALLS: usize = 1201;

    fn record(number: usize) -> Entry {
        let started = Entry::CallStarted {
            call: CallId::of_key(&number.to_string()),
            tenant: TenantId::of_key("acme"),
            caller: LegId::of_key(&number.to_string()),
            sip_call_id: format!("{number}@phone"),
            direction: Direction::Internal,
            from: Party::default(),
            dialled: "102".to_owned(),
            at: Wall::from_micros(number as i64),
        };
        Entry::recorded(OpenCall::begin(&started).unwrap().into_record(Wall::from_micros(CALLS as i64))).unwrap()
    }

    async fn parts(office: &Office, limit: Option<usize>, json: bool) -> Vec<Response> {
        let (out, mut parts) = mpsc::channel(1);
        let collect = async {
            let mut all = Vec::new();
            while let Some(part) = parts.recv().await {
                all.push(part);
            }
            all
        };
        tokio::join!(office.answer(Request::Calls { tenant: None, limit, json }, out), collect).1
    }

    #[tokio::test]
    async fn list_of_calls_comes_in_parts_and_waits_for_its_reader() {
        let data = std::env::temp_dir().join(format!("ringdown-office-{}", std::process::id()));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let opened = Data::open_now(&Config { data: data.clone(), ..Config::default() }, &*clock).await.unwrap();
        let Data { configuration, store, mut projector, folder: _folder, .. } = opened;
        let records: Vec<Entry> = (0..CALLS).map(record).collect();
        projector.project(&records, Position { segment: 1, offset: 1 }).await.unwrap();
        let sip_log = Arc::new(pbx_core::sip_log::SipLog::open(&data.join("sip"), Default::default()));
        let office = Office { configuration, store, sip_log, clock, promises: None };
        let all = parts(&office, None, true).await;
        let lines: Vec<usize> = all.iter().map(|part| part.text.lines().count()).collect();
        assert_eq!(lines, [500, 500, 201, 0]);
        assert_eq!(all.iter().map(|part| part.more).collect::<Vec<_>>(), [true, true, true, false]);
        let some = parts(&office, Some(100), false).await;
        assert_eq!(some[0].text.lines().count(), 101, "with what stands above");
        assert_eq!(some[1].text, "there are more: --limit NUMBER, or --all\n");
        let (out, mut first) = mpsc::channel(1);
        let answering = office.answer(Request::Calls { tenant: None, limit: None, json: true }, out);
        let leave = async move {
            first.recv().await.unwrap();
        };
        tokio::join!(answering, leave);
        std::fs::remove_dir_all(&data).unwrap();
    }
}
