//! What each command does.

use crate::app::App;
use crate::cli::{Invocation, Selftest};
use crate::config::Config;
use crate::control::{self, Office, Request, Response};
use crate::data::Data;
use crate::demo::{self, Bustle, Seed};
use crate::selftest;
use crate::softphone::{Account, within};
use crate::terminal::escaped;
use anyhow::Context;
use pbx_core::change::import::ImportOptions;
use pbx_core::net::{Clock, SystemClock};
use provisioning::account_card::AccountCard;
use rustix::process::Signal;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// What others wrote of this program, and their licences: made by `tools/notice.mjs`.
const NOTICE: &str = include_str!("../NOTICE");

/// The licence of this program.
const LICENCE: &str = include_str!("../LICENSE");

/// After how long without the database something is said.
const IMPATIENCE: Duration = Duration::from_secs(3);

/// Carries the invocation out.
///
/// # Errors
/// What went wrong, in words.
pub async fn run(invocation: Invocation) -> anyhow::Result<()> {
    match invocation {
        Invocation::Serve(config) => serve(config).await,
        Invocation::Demo(config) => run_demo(config).await,
        Invocation::Selftest(test) => run_selftest(test).await,
        Invocation::Office { config, request } => office(&config, request).await,
        Invocation::Licences => write_out(NOTICE).and_then(|_| write_out(LICENCE)).map(drop),
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    // A file that may not grow is an error of one write, and no reason to end with all calls.
    let _outlived = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()))?;
    let app = patiently(&config.clone(), App::build(config, Vec::new())).await?;
    print(&app.ready());
    if let Some(words) = app.first_steps().await? {
        print(&words);
    }
    until_told_to_stop().await?;
    app.refuse_new_calls();
    print("stopping: running calls may end");
    app.drain().await;
    Ok(())
}

async fn run_demo(config: Config) -> anyhow::Result<()> {
    anyhow::ensure!(
        config.http.ip().is_loopback(),
        "the demo shows its passwords on the log-in page, so it serves the console on loopback alone, not on {}: \
         `ringdown serve` is for others to reach",
        config.http
    );
    let mut rng = pbx_core::net::rng()?;
    let seed = Seed::open(&config.data, &mut rng)?;
    let app = patiently(&config.clone(), App::build(config, seed.demo_accounts())).await?;
    let server = on_loopback(app.sip().first().copied().context("no SIP listener")?);
    let (customers, service) = demo::serve_customers().await?;
    let mut bustle = Bustle::prepare(server).await?;
    let file = seed.import_file(&app.configuration().snapshot(), bustle.carrier(), customers);
    let options = ImportOptions::default();
    app.configuration().import("demo", app.clock().now().wall, &mut rng, &file, options).await?;
    bustle.begin(seed.simulated(), &mut rng);
    print(&app.ready());
    print(&welcome(&app, &seed, server)?);
    until_told_to_stop().await?;
    app.refuse_new_calls();
    print("stopping: running calls may end (press Ctrl-C again to stop at once)");
    tokio::select! {
        () = app.drain() => {}
        stop = until_told_to_stop() => stop?,
    }
    drop(bustle);
    service.abort();
    Ok(())
}

fn welcome(app: &App, seed: &Seed, server: SocketAddr) -> anyhow::Result<String> {
    let mut text = format!("\nThe console: http://{}\n", app.http());
    for (email, password) in seed.log_ins() {
        text.push_str(&format!("  log in as {email:<22} {password}\n"));
    }
    text.push_str("\nType one of these into a softphone, then call 101, 102 or 103:\n\n");
    let directory = app.configuration().snapshot();
    for (tenant, account) in seed.guests() {
        let company = directory.tenants().find(|t| t.slug == tenant).map_or(tenant, |t| &t.name).to_owned();
        let card = AccountCard {
            company,
            name: "your softphone".to_owned(),
            extension: account.extension,
            server,
            user: account.user,
            password: account.password,
        };
        text.push_str(&card.render()?);
        text.push('\n');
    }
    Ok(text)
}

async fn run_selftest(test: Selftest) -> anyhow::Result<()> {
    let say = |step: &str| print(&format!("ok: {step}"));
    match <[Account; 2]>::try_from(test.accounts) {
        Ok(accounts) => selftest::run(test.sip, accounts, say).await?,
        Err(_) => {
            let accounts = borrow_accounts(&test.config).await?;
            // Ctrl-C must not leave the borrowed accounts behind.
            let result = tokio::select! {
                result = selftest::run(test.sip, accounts, say) => result,
                stop = until_told_to_stop() => stop.and(Err(anyhow::anyhow!("stopped before the end"))),
            };
            give_back_accounts(&test.config).await;
            result?;
        }
    }
    print("the self-test has passed");
    Ok(())
}

/// Asks something whose answer has one part; none if no server runs on the folder.
async fn ask_once(config: &Config, request: &Request) -> anyhow::Result<Option<Response>> {
    match control::ask(&config.data, request).await? {
        Some(mut answer) => answer.part().await,
        None => Ok(None),
    }
}

async fn give_back_accounts(config: &Config) {
    let response = ask_once(config, &Request::TakeBack).await;
    if !matches!(&response, Ok(Some(response)) if response.fault.is_empty()) {
        eprintln!("ringdown: the tenant selftest could not be removed; the next self-test does it");
    }
}

async fn borrow_accounts(config: &Config) -> anyhow::Result<[Account; 2]> {
    let response = ask_once(config, &Request::Lend).await?.with_context(|| {
        format!(
            "no server runs on {}: name its folder with --data, or two accounts with --account",
            config.data.display()
        )
    })?;
    anyhow::ensure!(response.fault.is_empty(), "the server lends no accounts: {}", response.fault);
    let accounts = response.text.lines().map(str::parse).collect::<Result<Vec<Account>, _>>();
    let accounts = accounts.map_err(anyhow::Error::msg)?;
    <[Account; 2]>::try_from(accounts).map_err(|_| anyhow::anyhow!("the server lent something else than two accounts"))
}

/// Asks the server that runs on the folder; without one, opens the folder here.
async fn office(config: &Config, request: Request) -> anyhow::Result<()> {
    if let Some(mut answer) = control::ask(&config.data, &request).await? {
        while let Some(part) = answer.part().await?
            && say(part)?
        {}
        return Ok(());
    }
    // A look must not make a system, nor a change one beside the database's own.
    let folder = config.data.display();
    anyhow::ensure!(!request.only_reads() || holds_data(&config.data), "there is no Ringdown data in {folder}");
    anyhow::ensure!(
        config.database.is_none() || holds_data(&config.data),
        "there is no Ringdown data in {folder}, and `database` names a PostgreSQL: name the folder of its server with \
         --data, or start that server first"
    );
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let data = patiently(config, Data::open_now(config, &*clock)).await?;
    let sip_log = data.sip_log(config);
    let office = Office { configuration: data.configuration, store: data.store, sip_log, clock, promises: None };
    let (out, mut parts) = mpsc::channel(1);
    let saying = async move {
        while let Some(part) = parts.recv().await
            && say(part)?
        {}
        Ok(())
    };
    tokio::join!(office.answer(request, out), saying).1
}

/// Whether a server has worked on this folder before. Its key is the first thing that it makes.
fn holds_data(folder: &Path) -> bool {
    folder.join("key").is_file()
}

/// Says what is waited for when it takes long: a database of another machine may not be there.
async fn patiently<T>(config: &Config, opening: impl Future<Output = T>) -> T {
    let mut opening = std::pin::pin!(opening);
    if let Some(opened) = within(IMPATIENCE, &mut opening).await {
        return opened;
    }
    if config.database.is_some() {
        eprintln!("ringdown: the PostgreSQL that `database` names does not answer yet; trying on");
    }
    opening.await
}

/// Prints a part of an answer; whether anybody reads on.
fn say(part: Response) -> anyhow::Result<bool> {
    let is_read = write_out(&escaped(&part.text))?;
    anyhow::ensure!(part.fault.is_empty(), "{}", part.fault.trim_end());
    Ok(is_read)
}

/// Writes to standard output; false: the reader has seen enough (`| head`).
fn write_out(text: &str) -> anyhow::Result<bool> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        written => Ok(written.map(|()| true)?),
    }
}

fn print(line: &str) {
    // Nobody reads our output any more: the server goes on.
    let _ = writeln!(std::io::stdout(), "{}", escaped(line));
}

async fn until_told_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// The address by which phones on this machine reach a listener.
fn on_loopback(listening: SocketAddr) -> SocketAddr {
    if listening.ip().is_unspecified() { SocketAddr::from((Ipv4Addr::LOCALHOST, listening.port())) } else { listening }
}
