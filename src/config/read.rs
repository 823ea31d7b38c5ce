//! Reads the settings: file, then environment, then command line; the later wins.

use super::Config;
use super::table::{PREFIX, SETTINGS, Setting, named};
use pbx_core::base::spelling::nearest;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Values by the setting's name.
pub type Given = BTreeMap<String, Vec<String>>;

/// Everything that is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub struct Mistakes(pub Vec<String>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} mistake(s):", self.0.len())?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

/// Puts all three sources together, over these defaults. `file` is the text of a YAML file with its name.
///
/// # Errors
/// Every mistake, each with the place where it was made.
pub fn read(
    defaults: Config,
    file: Option<(&Path, &str)>,
    environment: impl IntoIterator<Item = (String, String)>,
    arguments: &Given,
) -> Result<Config, Mistakes> {
    let mut config = defaults;
    let mut mistakes = Vec::new();
    if let Some((path, text)) = file {
        let (given, wrong) = of_file(text);
        apply(&mut config, &given, &|name| format!("{}: {name}", path.display()), &mut mistakes);
        mistakes.extend(wrong.into_iter().map(|why| format!("{}: {why}", path.display())));
    }
    let given = of_environment(environment);
    apply(&mut config, &given, &|name| named(name).map_or_else(|| name.to_owned(), |s| s.variable()), &mut mistakes);
    apply(&mut config, arguments, &|name| format!("--{name}"), &mut mistakes);
    mistakes.extend(config.contradictions());
    mistakes.extend(config.silence());
    mistakes.extend(config.unreachable_proxies());
    if mistakes.is_empty() { Ok(config) } else { Err(Mistakes(mistakes)) }
}

fn apply(config: &mut Config, given: &Given, place: &dyn Fn(&str) -> String, mistakes: &mut Vec<String>) {
    for (name, values) in given {
        let Some(setting) = named(name) else {
            let hint = near(name).map_or_else(String::new, |near| format!("; did you mean {near}?"));
            mistakes.push(format!("{}: there is no such setting{hint}", place(name)));
            continue;
        };
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        if let Err(wrong) = setting.set(config, &values) {
            mistakes.push(format!("{}: {wrong}", place(name)));
        }
    }
}

/// The known setting that this name is most like.
fn near(name: &str) -> Option<&'static str> {
    let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    nearest(&name.to_lowercase(), &known)
}

/// What a file gives, and what is wrong with it.
fn of_file(text: &str) -> (Given, Vec<String>) {
    let table = match serde_yaml::from_str(text) {
        Ok(serde_yaml::Value::Mapping(table)) => table,
        Ok(serde_yaml::Value::Null) => return (Given::new(), Vec::new()),
        Ok(_) => return (Given::new(), vec!["must hold settings, each as `name: value`".to_owned()]),
        Err(error) => return (Given::new(), vec![in_words(&error.to_string())]),
    };
    let (mut given, mut wrong) = (Given::new(), Vec::new());
    for (name, value) in table {
        let serde_yaml::Value::String(name) = name else {
            wrong.push("a name of a setting is a word".to_owned());
            continue;
        };
        match values_of(&name, value) {
            Ok(values) => drop(given.insert(name, values)),
            Err(why) => wrong.push(why),
        }
    }
    (given, wrong)
}

/// The parser's `duplicate entry with key "http"` is about its own table.
fn in_words(error: &str) -> String {
    error.replace("duplicate entry with key", "given twice:")
}

fn values_of(name: &str, value: serde_yaml::Value) -> Result<Vec<String>, String> {
    match value {
        serde_yaml::Value::String(text) => Ok(vec![text]),
        serde_yaml::Value::Number(number) => Ok(vec![number.to_string()]),
        serde_yaml::Value::Bool(truth) => Ok(vec![truth.to_string()]),
        serde_yaml::Value::Sequence(list) => {
            list.into_iter().map(|v| values_of(name, v)).collect::<Result<Vec<_>, _>>().map(|v| v.concat())
        }
        _ => Err(format!("{name} is neither a value nor a list of values")),
    }
}

/// A warning for each variable that begins with `RINGDOWN_` and is no setting. Such a variable is no mistake: Kubernetes makes some
/// with this prefix for a service that is called `ringdown`.
pub fn strangers(environment: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
    let known: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let strange = environment.into_iter().map(|(name, _)| name);
    let mut strange: Vec<String> =
        strange.filter(|name| name.starts_with(PREFIX) && !known.contains(&name.as_str())).collect();
    strange.sort();
    let told = strange.iter().map(|name| {
        let hint = nearest(name, &known).map_or_else(String::new, |near| format!("; did you mean {near}?"));
        format!("{name} is no setting and changes nothing{hint}")
    });
    told.collect()
}

fn of_environment(environment: impl IntoIterator<Item = (String, String)>) -> Given {
    let environment: BTreeMap<String, String> = environment.into_iter().collect();
    SETTINGS
        .iter()
        .filter_map(|setting| {
            let text = environment.get(&setting.variable())?;
            let values = if setting.many {
                text.split([',', ' ']).filter(|v| !v.is_empty()).map(str::to_owned).collect()
            } else {
                vec![text.clone()]
            };
            Some((setting.name.to_owned(), values))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(
        file: Option<(&Path, &str)>,
        environment: impl IntoIterator<Item = (String, String)>,
        arguments: &Given,
    ) -> Result<Config, Mistakes> {
        read(Config::default(), file, environment, arguments)
    }

    fn given(pairs: &[(&str, &[&str])]) -> Given {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), v.iter().map(|v| (*v).to_owned()).collect())).collect()
    }

    #[test]
    fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
        let file = "http: 127.0.0.1:1\nmax-hops: 3\nengines: 2\n";
        let environment =
            [("RINGDOWN_HTTP", "127.0.0.1:2"), ("RINGDOWN_ENGINES", "4")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        let config = of(Some((Path::new("r.yaml"), file)), environment, &given(&[("http", &["127.0.0.1:3"])])).unwrap();
        assert_eq!((config.http.port(), config.engines, config.settings.max_hops), (3, 4, 3));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let environment = [("RINGDOWN_RTP_PORTS".to_owned(), "80-90".to_owned())];
        let arguments = given(&[
            ("sip", &["nowhere"]),
            ("engines", &["0"]),
            ("gather-ms", &["31"]),
            ("http-proxies", &["proxy"]),
            ("log", &["pbx=loud"]),
        ]);
        let Err(mistakes) = of(Some((Path::new("r.yaml"), "htttp: 1\n")), environment, &arguments) else {
            panic!("seven mistakes were accepted");
        };
        let text = mistakes.to_string();
        let places = ["RINGDOWN_RTP_PORTS", "--sip", "--engines", "--gather-ms", "--http-proxies", "--log"];
        for place in places.into_iter().chain(["r.yaml: htttp"]) {
            assert!(text.contains(place), "{place} is missing in {text}");
        }
    }

    fn mistakes(file: &str, arguments: &[(&str, &[&str])]) -> String {
        of(Some((Path::new("r.yaml"), file)), [], &given(arguments)).unwrap_err().to_string()
    }

    #[test]
    fn values_that_leave_nothing_that_works_are_mistakes() {
        for name in ["max-hops", "max-actions", "max-forks", "max-lookups", "register-max-s", "register-default-s"] {
            assert!(mistakes("", &[(name, &["0"])]).contains("must be at least 1"), "{name}");
        }
        assert!(mistakes("", &[("tenant-ports-percent", &["101"])]).contains("must be at most 100"));
        let backwards = mistakes("", &[("rtp-ports", &["9000-8000"])]);
        assert!(backwards.contains("9000-8000 goes backwards: write 8000-9000"), "{backwards}");
        let both = mistakes("", &[("sip", &["nowhere", "127.0.0.1"])]);
        assert!(both.contains("\"nowhere\" is not ADDR:PORT") && both.contains("\"127.0.0.1\" is not"), "{both}");
        for url in ["foo://x", "sqlite:ringdown", "localhost"] {
            assert!(mistakes("", &[("database", &[url])]).contains("write postgres://"), "{url}");
        }
    }

    #[test]
    fn mistakes_of_a_file_are_told_with_what_was_meant() {
        let near = mistakes("media_threads: 2\n", &[]);
        assert!(near.contains("media_threads: there is no such setting; did you mean media-threads?"), "{near}");
        let twice = mistakes("engines: 1\nengines: 2\n", &[]);
        assert!(twice.contains("given twice: \"engines\""), "{twice}");
        let several = mistakes("engines: {a: 1}\nhttp: {b: 1}\n", &[]);
        assert!(several.contains("engines is neither") && several.contains("http is neither"), "{several}");
    }

    #[test]
    fn variables_that_are_no_setting_are_told() {
        let environment =
            ["RINGDOWN_HTPP", "RINGDOWN_HTTP", "RINGDOWN_BOGUS", "HOME"].map(|n| (n.to_owned(), String::new()));
        let told = strangers(environment);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("RINGDOWN_BOGUS is no setting"), "{told:?}");
        assert!(told[1].ends_with("did you mean RINGDOWN_HTTP?"), "{told:?}");
    }

    #[test]
    fn several_listeners_may_be_given_everywhere() {
        let environment = [("RINGDOWN_SIP".to_owned(), "127.0.0.1:5060, [::1]:5060".to_owned())];
        let config = of(None, environment, &Given::new()).unwrap();
        assert_eq!(config.sip.len(), 2);
    }

    #[test]
    fn proxies_are_listed_as_addresses_and_networks() {
        let file = "http: 0.0.0.0:8080\nhttp-proxies: [192.0.2.7, 10.0.0.0/8]\n";
        let config = of(Some((Path::new("r.yaml"), file)), [], &Given::new()).unwrap();
        let listed: Vec<String> = config.http_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(listed, ["192.0.2.7", "10.0.0.0/8"]);
        let on_loopback = of(Some((Path::new("r.yaml"), "http-proxies: 192.0.2.7\n")), [], &Given::new());
        let mistakes = on_loopback.unwrap_err().to_string();
        assert!(mistakes.contains("http 127.0.0.1:8080 cannot be reached"), "{mistakes}");
    }

    #[test]
    fn the_table_tells_the_defaults_that_hold() {
        for setting in SETTINGS {
            let mut config = Config::default();
            if setting.set(&mut config, &[setting.default]).is_ok() && setting.name != "database" {
                assert_eq!(config, Config::default(), "{} documents another default", setting.name);
            }
        }
    }
}
