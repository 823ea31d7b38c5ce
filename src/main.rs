//! The program: reads the command line, says what goes wrong.

use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// A call makes some hundred small allocations on several threads: in one run at 400 calls a second (preloaded)
/// this one took 6 % less CPU a call than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    small_pages();
    keep_others_out();
    ringdown::vital::end_with_them();
    let invocation = match ringdown::cli::parse(std::env::args()) {
        Ok(invocation) => invocation,
        Err(error) => return complain(&error),
    };
    let filter = EnvFilter::new(invocation.config().map_or("info", |config| &config.log));
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
    for strange in ringdown::config::strangers(std::env::vars()) {
        tracing::warn!("{strange}");
    }
    ringdown::prepare_tls();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.into()),
    };
    match runtime.block_on(ringdown::run(invocation)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error),
    }
}

/// Pages of 2 MB would make a phone cost twice the memory, for a size class of it that is touched once is then resident whole;
/// they were no faster here. A kernel that knows nothing of them needs no telling.
fn small_pages() {
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Whatever is written is for this user alone: everybody's calls are in it.
fn keep_others_out() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

fn complain(error: &anyhow::Error) -> ExitCode {
    if let Some(usage) = error.downcast_ref::<clap::Error>() {
        // Help goes to standard output with success, a wrong usage to standard error: clap knows.
        let _ = usage.print();
        return if usage.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
    }
    eprintln!("ringdown: {}", ringdown::terminal::escaped(&causes(error)));
    ExitCode::FAILURE
}

/// What went wrong, and why. Some errors tell their cause themselves: nothing is said twice.
fn causes(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}
