//! Every setting, in one table.

use super::{Config, local_networks, proxies};
use std::str::FromStr;
use tracing_subscriber::EnvFilter;

/// What every variable of a setting begins with.
pub(super) const PREFIX: &str = "RINGDOWN_";

/// One setting: its name in the file and on the command line; `RINGDOWN_` and the name in capitals is its variable.
pub struct Setting {
    /// Lower case with dashes.
    pub name: &'static str,
    /// What a value looks like, such as `ADDR:PORT…`.
    pub value: &'static str,
    /// The default, in words.
    pub default: &'static str,
    /// What the setting does, in one or two sentences.
    pub help: &'static str,
    /// Whether the setting takes more than one value.
    pub many: bool,
    set: fn(&mut Config, &[&str]) -> Result<(), String>,
}

impl Setting {
    /// Puts values into a configuration, or tells what is wrong with them.
    ///
    /// # Errors
    /// A sentence for a person.
    pub fn set(&self, config: &mut Config, values: &[&str]) -> Result<(), String> {
        if values.is_empty() || (values.len() > 1 && !self.many) {
            return Err(format!("takes {}, not {} values", self.value, values.len()));
        }
        (self.set)(config, values)
    }

    /// The name of the environment variable that sets it.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.replace('-', "_").to_uppercase())
    }
}

fn one<T: FromStr>(values: &[&str], what: &str) -> Result<T, String> {
    values[0].parse().map_err(|_| format!("{:?} is not {what}", values[0]))
}

fn whole<T: FromStr>(values: &[&str]) -> Result<T, String> {
    one(values, "a whole number")
}

fn at_least_one<T: FromStr + PartialEq + From<u8>>(values: &[&str]) -> Result<T, String> {
    let number: T = whole(values)?;
    if number == T::from(0) { Err("must be at least 1".to_owned()) } else { Ok(number) }
}

/// All of them, or everything that is wrong with any.
pub(super) fn all<T>(read: impl Iterator<Item = Result<T, String>>) -> Result<Vec<T>, String> {
    let (mut good, mut wrong) = (Vec::new(), Vec::new());
    read.for_each(|one| match one {
        Ok(one) => good.push(one),
        Err(why) => wrong.push(why),
    });
    if wrong.is_empty() { Ok(good) } else { Err(wrong.join("; ")) }
}

/// Other databases are not spoken: what looks like the name of one would be taken for a host.
fn database(url: &str) -> Result<Option<String>, String> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Some(url.to_owned()));
    }
    // Whatever comes before is a scheme at most; after it, there may be a password.
    let what = url.split_once("://").map_or_else(|| "this".to_owned(), |(scheme, _)| format!("{scheme}://"));
    Err(format!("{what} is no database that is spoken: write postgres://USER:PASSWORD@HOST/NAME, or leave it out"))
}

fn port_range(text: &str) -> Result<std::ops::RangeInclusive<u16>, String> {
    let wrong = || format!("{text:?} is not a range of ports such as 16384-32767");
    let (first, last) = text.split_once('-').ok_or_else(wrong)?;
    let (first, last): (u16, u16) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
    if first > last {
        return Err(format!("{text} goes backwards: write {last}-{first}"));
    }
    if first < 1024 || last < first.saturating_add(3) {
        return Err("needs at least four ports above 1023".to_owned());
    }
    Ok(first..=last)
}

/// A row whose value goes into `config.settings` as a whole number; with `at least 1`, zero would leave nothing that works.
macro_rules! limit {
    ($name:literal, $field:ident, $default:literal, $help:literal) => {
        limit!($name, $field, $default, $help, whole)
    };
    ($name:literal, $field:ident, $default:literal, $help:literal, at least 1) => {
        limit!($name, $field, $default, $help, at_least_one)
    };
    ($name:literal, $field:ident, $default:literal, $help:literal, $read:expr) => {
        Setting {
            name: $name,
            value: "NUMBER",
            default: $default,
            help: $help,
            many: false,
            set: |config, values| $read(values).map(|v| config.settings.$field = v),
        }
    };
}

/// The settings, in the order of the document.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "data",
        value: "DIR",
        default: "data",
        help: "The folder that holds everything: database, journal, key, SIP messages. One process owns it; `ringdown demo` has `demo-data`.",
        many: false,
        set: |config, values| one(values, "a folder").map(|v| config.data = v),
    },
    Setting {
        name: "database",
        value: "URL",
        default: "SQLite in the data folder",
        help: "Another database, `postgres://…`: on another machine by TLS, unless it says `?sslmode=disable`; `sslmode=verify-full` checks its certificate. In a file or variable no other user of the machine sees its password.",
        many: false,
        set: |config, values| database(values[0]).map(|v| config.database = v),
    },
    Setting {
        name: "sip",
        value: "ADDR:PORT…",
        default: "0.0.0.0:5060",
        help: "Where SIP is listened for, UDP and TCP on each. With `0.0.0.0` or `[::]` everybody is answered from the address that was asked.",
        many: true,
        set: |config, values| {
            config.sip = all(values.iter().map(|v| one(&[v], "ADDR:PORT")))?;
            Ok(())
        },
    },
    Setting {
        name: "http",
        value: "ADDR:PORT",
        default: "127.0.0.1:8080",
        help: "Where the console and the API are served. Put a TLS proxy before it when it leaves this machine.",
        many: false,
        set: |config, values| one(values, "ADDR:PORT").map(|v| config.http = v),
    },
    Setting {
        name: "http-proxies",
        value: "IP or NETWORK…",
        default: "none",
        help: "The TLS proxies before the console, such as `127.0.0.1 10.0.0.0/8`. From them alone `X-Forwarded-For` is believed, so that log-ins are braked and written down by who tried them, and `X-Forwarded-Proto`, so that cookies are marked secure. See below.",
        many: true,
        set: |config, values| proxies::networks(values).map(|v| config.http_proxies = v),
    },
    Setting {
        name: "http-connections",
        value: "NUMBER",
        default: "1024",
        help: "HTTP connections that may be open at once, at most an eighth of the files that the process may open. For one more, the one that has waited the longest for a request is closed; if all are at work, the new one is refused.",
        many: false,
        set: |config, values| at_least_one(values).map(|v| config.http_limits.all = v),
    },
    Setting {
        name: "http-connections-per-address",
        value: "NUMBER",
        default: "256",
        help: "HTTP connections that one address may have open at once, as above. Does not hold for `http-proxies`.",
        many: false,
        set: |config, values| at_least_one(values).map(|v| config.http_limits.of_one_source = v),
    },
    Setting {
        name: "external-address",
        value: "IP",
        default: "none",
        help: "The address of a NAT before this server: peers outside `local-networks` are told it instead of ours in Via, Contact and SDP, and the console says it as what to type into a phone. See below.",
        many: false,
        set: |config, values| one(values, "an IP address").map(|v| config.external_address = Some(v)),
    },
    Setting {
        name: "local-networks",
        value: "IP or NETWORK…",
        default: local_networks::PRIVATE,
        help: "From where this server is reached without the NAT of `external-address`; this machine itself always is. `none`: from nowhere else.",
        many: true,
        set: |config, values| local_networks::read(values).map(|v| config.local_networks = v),
    },
    Setting {
        name: "rtp-address",
        value: "IP",
        default: "all",
        help: "Where media is received; without it, on every address of the families that `sip` has.",
        many: false,
        set: |config, values| one(values, "an IP address").map(|v| config.rtp_address = Some(v)),
    },
    Setting {
        name: "rtp-ports",
        value: "FIRST-LAST",
        default: "16384-32767",
        help: "The UDP ports for media. A call takes four of them.",
        many: false,
        set: |config, values| port_range(values[0]).map(|v| config.rtp_ports = v),
    },
    Setting {
        name: "rtp-rest-s",
        value: "SECONDS",
        default: "2",
        help: "How long a port rests before its next call, so that late packets of the last one reach nobody: for as long as a BYE may have to be repeated twice (RFC 3261 §17.1.2.2). Half a second where every other port is in use.",
        many: false,
        set: |config, values| one(values, "a number of seconds").map(|v| config.rtp_rest_s = v),
    },
    Setting {
        name: "engines",
        value: "NUMBER",
        default: "one a core",
        help: "Engines, each on a thread of its own. A tenant lives in one of them.",
        many: false,
        set: |config, values| at_least_one(values).map(|v| config.engines = v),
    },
    Setting {
        name: "media-threads",
        value: "NUMBER",
        default: "one for two cores",
        help: "Threads that relay media.",
        many: false,
        set: |config, values| at_least_one(values).map(|v: usize| config.media_threads = v.min(64)),
    },
    Setting {
        name: "script-threads",
        value: "NUMBER",
        default: "one a core",
        help: "Threads that run call-control scripts.",
        many: false,
        set: |config, values| at_least_one(values).map(|v| config.script_threads = v),
    },
    Setting {
        name: "fsync-ms",
        value: "MILLISECONDS",
        default: "100",
        help: "How often the journal is forced to the disk. A killed process loses nothing; a power cut at most this.",
        many: false,
        set: |config, values| one(values, "a number of milliseconds").map(|v| config.fsync_ms = v),
    },
    Setting {
        name: "sip-log-mb",
        value: "MEGABYTES",
        default: "256",
        help: "SIP messages kept for each tenant, oldest dropped.",
        many: false,
        set: |config, values| one(values, "a number of megabytes").map(|v| config.sip_log_mb = v),
    },
    Setting {
        name: "disk-alarm-percent",
        value: "PERCENT",
        default: "10",
        help: "The live page and the log say that the disk of the data folder is nearly full where less of it is free, at most 50. 0: never.",
        many: false,
        set: |config, values| match one(values, "a whole number")? {
            51.. => Err("must be at most 50".to_owned()),
            percent => {
                config.disk_alarm_percent = percent;
                Ok(())
            }
        },
    },
    Setting {
        name: "log",
        value: "FILTER",
        default: "info,rsipstack=off",
        help: "Which of its own messages the program prints on standard error: `error`, `warn`, `info`, `debug` or `trace`, for a part alone as in `warn,pbx_core::door=debug`.",
        many: false,
        set: |config, values| match EnvFilter::try_new(values[0]) {
            Ok(_) => {
                config.log = values[0].to_owned();
                Ok(())
            }
            Err(wrong) => Err(format!("{:?} is not a filter: {wrong}", values[0])),
        },
    },
    Setting {
        name: "realm",
        value: "NAME",
        default: "ringdown",
        help: "The digest realm of this server. Phones keep it with their password: change it only before the first phone.",
        many: false,
        set: |config, values| one(values, "a name").map(|v| config.settings.realm = v),
    },
    limit!("register-min-s", register_min_s, "60", "Shortest registration that is granted, in seconds."),
    limit!("register-max-s", register_max_s, "3600", "Longest registration that is granted, in seconds.", at least 1),
    limit!(
        "register-default-s",
        register_default_s,
        "300",
        "Registration granted when the phone names none, in seconds.",
        at least 1
    ),
    limit!(
        "register-behind-nat-s",
        register_behind_nat_s,
        "120",
        "Longest registration that is granted to a phone behind a NAT over UDP, in seconds: it has to come back before the NAT forgets it.",
        at least 1
    ),
    limit!(
        "keep-alive-s",
        keep_alive_s,
        "25",
        "How often a phone behind a NAT is sent an empty line over UDP, so that the NAT keeps the way to it open, in seconds; in a call one that is silent is asked whether it is there. 0: never."
    ),
    limit!("register-max-contacts", register_max_contacts, "10", "Contacts that one device may have at once.", at least 1),
    limit!("nonce-lifetime-s", nonce_lifetime_s, "300", "How long a digest nonce is good, in seconds.", at least 1),
    Setting {
        name: "offer-sha256",
        value: "true or false",
        default: "false",
        help: "Whether phones are offered SHA-256 digest beside MD5. Some real phones then refuse to register.",
        many: false,
        set: |config, values| one(values, "true or false").map(|v| config.settings.offer_sha256 = v),
    },
    limit!(
        "connections",
        connections,
        "16384",
        "SIP connections (TCP) that may be open at once in all, each phone on TCP with one of its own. For one more, the oldest on which no phone has proven its password is closed; if there is none, the new one is refused. Each takes a file: at most a quarter of those that the process may open.",
        at least 1
    ),
    Setting {
        name: "connections-per-address",
        value: "NUMBER",
        default: "1024",
        help: "SIP connections (TCP) that one address may have open at once, an office behind it with all its phones. For one more, the oldest on which no phone has proven its password is closed; if there is none, the new one is refused.",
        many: false,
        set: |config, values| at_least_one(values).map(|v| config.settings.connections_per_address = v),
    },
    limit!(
        "answers-to-strangers",
        answers_to_strangers,
        "1000",
        "Answers a second that leave over UDP to senders who have proven nothing, for each /24 of IPv4 and each /56 of IPv6, so that forged senders make nobody a victim. Trunks and phones that have registered have no limit; a phone that gets no answer repeats itself.",
        at least 1
    ),
    limit!("ring-timeout-s", ring_timeout_s, "30", "How long a `ring` without a timeout rings, in seconds.", at least 1),
    limit!("local-ringing-ms", local_ringing_ms, "1000", "After how long without a verb the caller hears ringing."),
    limit!(
        "calls-per-tenant",
        calls_per_tenant,
        "0",
        "Calls of one company that may go on at once; one more gets 486 and is in its list of calls. Emergency calls pass. 0: as many as there are media ports (two for each call)."
    ),
    limit!(
        "calls-per-device",
        calls_per_device,
        "60",
        "Calls that one device has begun and that may go on at once, as above. 0: as many as its company may have."
    ),
    Setting {
        name: "tenant-ports-percent",
        value: "PERCENT",
        default: "50",
        help: "How much of `rtp-ports` the calls of one company may hold where there are several companies, each ringing phone's port too; a call that finds none left gets 486 and is in its list of calls. 0: all of them.",
        many: false,
        set: |config, values| match whole(values)? {
            101.. => Err("must be at most 100".to_owned()),
            percent => {
                config.settings.tenant_ports_percent = percent;
                Ok(())
            }
        },
    },
    limit!("max-hops", max_hops, "10", "How often one call may pass through this server.", at least 1),
    limit!("max-actions", max_actions, "64", "Verbs that one script may ask for.", at least 1),
    limit!("max-lookups", max_lookups, "8", "Lookups that one script may make.", at least 1),
    limit!(
        "lookups-ms",
        lookups_ms,
        "3000",
        "How long the lookups of one call may take together, in milliseconds; after that each is a time-out at once.",
        at least 1
    ),
    limit!(
        "lookups-at-once",
        lookups_at_once,
        "64",
        "Questions to data sources that one tenant may have open at once; more fail as `busy`.",
        at least 1
    ),
    limit!("max-forks", max_forks, "16", "Contacts that are rung at once.", at least 1),
    limit!(
        "talk-check-s",
        talk_check_s,
        "60",
        "How often both sides of an answered call are looked after, in seconds: a phone that was silent for as long is asked whether it is there. 0: never."
    ),
    limit!(
        "drain-deadline-s",
        drain_deadline_s,
        "30",
        "How long running calls may go on after the server was told to stop."
    ),
    Setting {
        name: "gather-ms",
        value: "MILLISECONDS",
        default: "5",
        help: "How long an engine waits for more to do together after a turn in which much had come at once, in milliseconds, at most 30; a lone message is always handled at once. Less: a busy server sets calls up sooner. More: it can do more of them. 0: never.",
        many: false,
        set: |config, values| match one(values, "a whole number")? {
            // A call is set up in six steps: more would be heard.
            31.. => Err("must be at most 30".to_owned()),
            number => {
                config.settings.gather_ms = number;
                Ok(())
            }
        },
    },
];

/// A setting by its name.
pub(super) fn named(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.name == name)
}
