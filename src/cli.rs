//! The command line: what is asked for, as one value.

use crate::config::{self, Config, Given, SETTINGS};
use crate::control::Request;
use crate::softphone::Account;
use admin_ui::Language;
use anyhow::Context;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The demonstration, and the folder of its own that it has: it must never work on a real server's by default.
const DEMO: &str = "demo";
const DEMO_DATA: &str = "demo-data";

/// How many calls are listed where nobody says.
const CALLS: usize = 100;

/// What the command line asks of the program.
#[derive(Debug)]
pub enum Invocation {
    /// Run the server.
    Serve(Config),
    /// Run the server with a seeded demo and simulated phones.
    Demo(Config),
    /// Try a running server from outside.
    Selftest(Selftest),
    /// Ask the data folder something, whether or not a server runs on it.
    Office {
        /// The configuration that names the folder.
        config: Config,
        /// The question.
        request: Request,
    },
    /// Print the licences of all that the program contains.
    Licences,
}

impl Invocation {
    /// The settings that the command runs with; `None` for one that needs no settings.
    pub const fn config(&self) -> Option<&Config> {
        match self {
            Self::Serve(config) | Self::Demo(config) | Self::Office { config, .. } => Some(config),
            Self::Selftest(test) => Some(&test.config),
            Self::Licences => None,
        }
    }
}

/// How the self-test reaches the server.
#[derive(Debug)]
pub struct Selftest {
    /// Where the server listens.
    pub sip: SocketAddr,
    /// Two accounts to use; if there are none, the server of the data folder lends some.
    pub accounts: Vec<Account>,
    /// The configuration that names the folder.
    pub config: Config,
}

/// Reads the command line.
///
/// # Errors
/// What is wrong with the command line or the configuration. Help and version come as clap's error.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> anyhow::Result<Invocation> {
    let matches = command().try_get_matches_from(arguments)?;
    let (name, sub) = matches.subcommand().context("no command")?;
    if name == "licences" {
        return Ok(Invocation::Licences);
    }
    let config = configuration(name, sub)?;
    Ok(match name {
        "serve" => Invocation::Serve(config),
        DEMO => Invocation::Demo(config),
        "selftest" => Invocation::Selftest(selftest(sub, config)?),
        _ => Invocation::Office { config, request: request(name, sub)? },
    })
}

fn command() -> Command {
    Command::new("ringdown")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A phone system for many companies on one server")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(settings(Command::new("serve").about("Run the server"), true))
        .subcommand(settings(Command::new(DEMO).about("Run the server with a seeded demo and simulated phones"), true))
        .subcommand(selftest_command())
        .subcommand(
            folder(Command::new("import").about("Bring a configuration file into effect"))
                .arg(
                    Arg::new("file")
                        .value_name("FILE")
                        .required(true)
                        .help("A YAML file as docs/IMPORT.md describes it"),
                )
                .arg(switch("dry-run", "Print what would change, and change nothing"))
                .arg(switch("prune", "Remove what the file does not mention of the tenants that it names"))
                .arg(
                    Arg::new("prune-tenants")
                        .long("prune-tenants")
                        .value_name("NUMBER")
                        .value_parser(clap::value_parser!(usize))
                        .requires("prune")
                        .help("Remove exactly so many tenants that the file does not name, each with its calls"),
                ),
        )
        .subcommand(
            folder(Command::new("export").about("Write configuration as an import file, without secrets"))
                .arg(Arg::new("tenant").long("tenant").value_name("TENANT").help("This tenant, by its id"))
                .arg(switch("all", "Everything: operators, trunks and every tenant"))
                .group(ArgGroup::new("what").args(["tenant", "all"]).required(true)),
        )
        .subcommand(
            folder(Command::new("calls").about("List calls, newest first"))
                .arg(Arg::new("tenant").long("tenant").value_name("TENANT").help("Only this tenant's"))
                .arg(
                    Arg::new("limit")
                        .long("limit")
                        .value_name("NUMBER")
                        .value_parser(clap::value_parser!(usize))
                        .help("At most so many [default: 100]"),
                )
                .arg(switch("all", "All of them").conflicts_with("limit"))
                .arg(switch("json", "One JSON object a line")),
        )
        .subcommand(
            folder(Command::new("explain").about("Say why a call went where it went"))
                .arg(Arg::new("call").value_name("CALL").required(true).help("Our call id, or SIP's Call-ID"))
                .arg(
                    Arg::new("language")
                        .long("language")
                        .value_name("LANG")
                        .default_value("en")
                        .value_parser(language)
                        .help("The language of the words: en or de"),
                )
                .arg(switch("json", "The whole record as JSON")),
        )
        .subcommand(Command::new("licences").about("Print the licences of all that this program contains"))
}

fn selftest_command() -> Command {
    folder(Command::new("selftest").about("Register, call and listen for a tone through a running server"))
        .arg(
            Arg::new("sip")
                .long("sip")
                .value_name("ADDR:PORT")
                .default_value("127.0.0.1:5060")
                .value_parser(clap::value_parser!(SocketAddr))
                .help("Where the server listens"),
        )
        .arg(
            Arg::new("account")
                .long("account")
                .value_name("USER:PASSWORD@EXTENSION")
                .action(ArgAction::Append)
                .num_args(1)
                .help("An account to use, given twice; without it the server of the data folder lends two"),
        )
}

/// A language that the program speaks.
fn language(tag: &str) -> Result<String, String> {
    let known = || Language::ALL.map(|language| format!("{} ({})", language.code(), language.own_name())).join(", ");
    Language::of_tag(tag).map(|_| tag.to_owned()).ok_or_else(|| format!("not spoken here; there are {}", known()))
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

fn settings(command: Command, all: bool) -> Command {
    let command = command.arg(Arg::new("config").long("config").value_name("FILE").help("A YAML file with settings"));
    SETTINGS.iter().filter(|s| all || matches!(s.name, "data" | "database")).fold(command, |command, setting| {
        let arg = Arg::new(setting.name).long(setting.name).value_name(setting.value).action(ArgAction::Append);
        let arg = if setting.many { arg.num_args(1..) } else { arg.num_args(1) };
        let of_demo = setting.name == "data" && command.get_name() == DEMO;
        let default = if of_demo { DEMO_DATA } else { setting.default };
        command.arg(arg.help(format!("{} [default: {default}]", setting.help)))
    })
}

/// Adds the settings that tell where the data is.
fn folder(command: Command) -> Command {
    settings(command, false)
}

fn configuration(command: &str, matches: &ArgMatches) -> anyhow::Result<Config> {
    let path = matches.get_one::<String>("config").map(PathBuf::from);
    let text = match &path {
        Some(path) => Some(std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?),
        None => None,
    };
    let given: Given = SETTINGS
        .iter()
        .filter_map(|setting| {
            let values = matches.try_get_many::<String>(setting.name).ok().flatten()?;
            Some((setting.name.to_owned(), values.cloned().collect()))
        })
        // `selftest --sip` is where the server is, not where we listen.
        .filter(|(name, _)| name != "sip" || matches.try_get_one::<SocketAddr>("sip").is_err())
        .collect();
    let file = path.as_deref().zip(text.as_deref());
    let mut defaults = Config::default();
    if command == DEMO {
        defaults.data = PathBuf::from(DEMO_DATA);
    }
    Ok(config::read(defaults, file.map(|(p, t): (&Path, &str)| (p, t)), std::env::vars(), &given)?)
}

fn selftest(matches: &ArgMatches, config: Config) -> anyhow::Result<Selftest> {
    let sip = *matches.get_one::<SocketAddr>("sip").context("--sip is missing")?;
    let accounts = matches
        .get_many::<String>("account")
        .into_iter()
        .flatten()
        .map(|text| text.parse())
        .collect::<Result<Vec<Account>, _>>()
        .map_err(anyhow::Error::msg)?;
    anyhow::ensure!(accounts.is_empty() || accounts.len() == 2, "--account is given twice, or not at all");
    Ok(Selftest { sip, accounts, config })
}

fn request(name: &str, matches: &ArgMatches) -> anyhow::Result<Request> {
    let text = |key: &str| matches.get_one::<String>(key).cloned();
    Ok(match name {
        "import" => {
            let file = text("file").context("FILE is missing")?;
            let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
            let (dry_run, prune) = (matches.get_flag("dry-run"), matches.get_flag("prune"));
            let prune_tenants = matches.get_one("prune-tenants").copied();
            Request::Import { file, text, dry_run, prune, prune_tenants }
        }
        "export" => Request::Export { tenant: text("tenant") },
        "calls" => Request::Calls {
            tenant: text("tenant"),
            limit: (!matches.get_flag("all")).then(|| matches.get_one("limit").copied().unwrap_or(CALLS)),
            json: matches.get_flag("json"),
        },
        "explain" => Request::Explain {
            call: text("call").context("CALL is missing")?,
            language: text("language").unwrap_or_default(),
            json: matches.get_flag("json"),
        },
        _ => anyhow::bail!("no such command: {name}"),
    })
}
