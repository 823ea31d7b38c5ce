//! Two accounts for a self-test: lent from a company of their own, which goes when they are given back.

use super::{Office, Response};
use crate::softphone::Account;
use pbx_core::base::ids::TenantId;
use pbx_core::change::import::ImportOptions;
use pbx_core::change::{Change, ObjectId};
use pbx_core::directory::Tenant;
use rand_chacha::rand_core::RngCore;
use std::fmt::Write;

/// The company, on the server and for people.
const SLUG: &str = "selftest";
const NAME: &str = "Self-test";
/// Its people.
const EXTENSIONS: [&str; 2] = ["901", "902"];

impl Office {
    /// Two accounts with new passwords each time.
    pub(super) async fn lend(&self) -> anyhow::Result<Response> {
        let directory = self.configuration.snapshot();
        if directory.tenants().any(|tenant| tenant.slug == SLUG && !is_ours(tenant)) {
            return Ok(Response::failed(format!(
                "there is a tenant {SLUG} that is not the self-test's; name two accounts with --account"
            )));
        }
        let accounts = accounts()?;
        self.bring_in(SLUG, &file(&accounts)?, ImportOptions::default()).await??;
        let lines = accounts.map(|a| format!("{}:{}@{}", a.user, a.password, a.extension));
        Ok(Response::said(lines.join("\n")))
    }

    /// Takes the accounts back, and their company with them: nobody should find it who did not make it.
    pub(super) async fn take_back(&self) -> anyhow::Result<Response> {
        let lent = self.configuration.snapshot().tenants().find(|tenant| is_ours(tenant)).map(|tenant| tenant.id);
        if let Some(tenant) = lent {
            let mut rng = pbx_core::net::rng()?;
            let removal = Change::Remove(ObjectId::Tenant(tenant)).into();
            self.configuration.apply(SLUG, self.clock.now().wall, &mut rng, vec![removal], false).await?;
        }
        Ok(Response::default())
    }
}

/// Whether a self-test made this company: what a customer calls the same is left alone.
fn is_ours(tenant: &Tenant) -> bool {
    tenant.id == TenantId::of_key(SLUG)
        && tenant.name == NAME
        && tenant.numbers.is_empty()
        && tenant.people.values().all(|person| EXTENSIONS.contains(&person.slug.as_str()))
}

fn accounts() -> anyhow::Result<[Account; 2]> {
    let mut rng = pbx_core::net::rng()?;
    Ok(EXTENSIONS.map(|extension| Account {
        user: format!("selftest-{extension}"),
        password: format!("{:016x}{:016x}", rng.next_u64(), rng.next_u64()),
        extension: extension.to_owned(),
    }))
}

/// The company as an import file.
fn file(accounts: &[Account]) -> Result<String, std::fmt::Error> {
    let mut text = format!(
        "tenants:\n  - id: {SLUG}\n    name: {NAME}\n    timezone: UTC\n    country: US\n    language: en\n    users:\n"
    );
    for Account { user, password, extension } in accounts {
        writeln!(
            text,
            "      - {{id: \"{extension}\", name: {NAME} {extension}, extension: \"{extension}\", \
             devices: [{{id: phone, sip_user: {user}, password: \"{password}\"}}]}}"
        )?;
    }
    Ok(text)
}
