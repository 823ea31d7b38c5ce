//! The demo's configuration: one import file whose passwords are minted at the first start and kept.

use crate::softphone::Account;
use admin_ui::DemoAccount;
use anyhow::Context;
use pbx_core::directory::{Directory, Tenant, Trunk};
use rand_chacha::rand_core::RngCore;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What the first start of a demo leaves in its folder, and no other server does.
const MARK: &str = "demo-passwords.yaml";
/// What a server leaves in its folder.
const DATA: [&str; 3] = ["key", "ringdown.sqlite", "journal"];
const TEMPLATE: &str = include_str!("seed.yaml");
/// Letters that nobody mistakes for others when typing them into a phone.
const LETTERS: &[u8] = b"abcdefghkmnpqrstuvwxyz23456789";
/// Devices that a simulated phone uses, with their tenant and extension.
const SIMULATED: &[(&str, &str, &str)] = &[
    ("acme", "acme-anna-desk", "101"),
    ("acme", "acme-reception-desk", "102"),
    ("acme", "acme-sales-desk", "103"),
    ("globex", "globex-front-desk", "101"),
    ("globex", "globex-accounts-desk", "102"),
    ("globex", "globex-support-desk", "103"),
];
/// Devices without a simulated phone, for a visitor's own softphone.
const GUESTS: &[(&str, &str, &str)] = &[("acme", "acme-guest", "104"), ("globex", "globex-guest", "104")];

/// The demo's passwords, and what is made with them.
pub struct Seed {
    passwords: BTreeMap<String, String>,
}

impl Seed {
    /// Reads the passwords of the data folder, or makes the folder and mints and keeps them.
    ///
    /// # Errors
    /// When the folder is a real server's, or the file can neither be read nor written.
    pub fn open(data: &Path, rng: &mut impl RngCore) -> anyhow::Result<Self> {
        let path = data.join(MARK);
        anyhow::ensure!(
            path.is_file() || !DATA.iter().any(|name| data.join(name).exists()),
            "{} holds the data of a server that is no demo: name a folder of the demo's own with --data",
            data.display()
        );
        std::fs::create_dir_all(data)?;
        let mut passwords: BTreeMap<String, String> = match std::fs::read_to_string(&path) {
            Ok(text) => serde_yaml::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?,
            Err(_) => BTreeMap::new(),
        };
        let before = passwords.len();
        for name in names().filter(|name| !matches!(*name, "carrier" | "customers")) {
            passwords.entry(name.to_owned()).or_insert_with(|| mint(rng));
        }
        if passwords.len() > before {
            let mut file =
                std::fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&path)?;
            file.write_all(serde_yaml::to_string(&passwords)?.as_bytes())?;
        }
        Ok(Self { passwords })
    }

    /// The import file of this start: everything at the first; later only the addresses of the simulated carrier and the
    /// customer service, where they still lead to this machine. So what was changed or deleted in the console stays so.
    pub fn import_file(&self, known: &Directory, carrier: SocketAddr, customers: SocketAddr) -> String {
        if known.tenants().next().is_none() {
            return self.everything(carrier, customers);
        }
        let trunk = format!("{{id: carrier, kind: ip, peers: [\"{carrier}\"]}}");
        let trunks = if known.trunks().any(|trunk| is_simulated(trunk)) { trunk } else { String::new() };
        let url = format!("http://{customers}/customers/{{number}}");
        let source = format!("{{id: customers, kind: http-json, url: \"{url}\"}}");
        let asks = |tenant: &Tenant| tenant.source_named("customers").is_some_and(|source| is_here(&source.url));
        let asking = known.tenants().filter(|tenant| asks(tenant));
        let tenants: Vec<_> =
            asking.map(|tenant| format!("{{id: {}, data_sources: [{source}]}}", tenant.slug)).collect();
        format!("trunks: [{trunks}]\ntenants: [{}]\n", tenants.join(", "))
    }

    fn everything(&self, carrier: SocketAddr, customers: SocketAddr) -> String {
        let text =
            TEMPLATE.replace("{{carrier}}", &carrier.to_string()).replace("{{customers}}", &customers.to_string());
        self.passwords.iter().fold(text, |text, (name, password)| text.replace(&format!("{{{{{name}}}}}"), password))
    }

    /// The accounts of the simulated phones, each with its tenant.
    pub fn simulated(&self) -> Vec<(&'static str, Account)> {
        self.accounts(SIMULATED)
    }

    /// The accounts to type into a softphone, each with its tenant.
    pub fn guests(&self) -> Vec<(&'static str, Account)> {
        self.accounts(GUESTS)
    }

    /// The console's log-ins: e-mail and password.
    pub fn log_ins(&self) -> Vec<(&'static str, &str)> {
        [("root@ringdown.test", "root"), ("admin@acme.test", "acme"), ("admin@globex.test", "globex")]
            .into_iter()
            .filter_map(|(email, name)| Some((email, self.passwords.get(name)?.as_str())))
            .collect()
    }

    /// The console's log-ins, as the log-in page shows them.
    pub fn demo_accounts(&self) -> Vec<DemoAccount> {
        let tenant = |email: &str| match email.split_once('@')?.1 {
            "acme.test" => Some("Acme".to_owned()),
            "globex.test" => Some("Globex".to_owned()),
            _ => None,
        };
        self.log_ins()
            .into_iter()
            .map(|(email, password)| DemoAccount {
                email: email.to_owned(),
                password: password.to_owned(),
                tenant: tenant(email),
            })
            .collect()
    }

    fn accounts(&self, rows: &[(&'static str, &str, &str)]) -> Vec<(&'static str, Account)> {
        rows.iter()
            .filter_map(|(tenant, user, extension)| {
                let password = self.passwords.get(*user)?.clone();
                Some((*tenant, Account { user: (*user).to_owned(), password, extension: (*extension).to_owned() }))
            })
            .collect()
    }
}

/// Whether a trunk is still the demo's carrier.
fn is_simulated(trunk: &Trunk) -> bool {
    trunk.slug == "carrier" && trunk.peers.iter().all(|peer| peer.network().first().is_loopback())
}

/// Whether a URL leads to a service of the demo's.
fn is_here(url: &str) -> bool {
    url.starts_with("http://127.0.0.1:")
}

fn names() -> impl Iterator<Item = &'static str> {
    TEMPLATE.split("{{").skip(1).filter_map(|rest| rest.split("}}").next())
}

fn mint(rng: &mut impl RngCore) -> String {
    (0..12).map(|_| char::from(LETTERS[rng.next_u32() as usize % LETTERS.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbx_core::directory::{CalledNumber, TrunkKind};
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn the_second_start_has_the_passwords_of_the_first() {
        let folder = std::env::temp_dir().join(format!("ringdown-seed-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let address = "127.0.0.1:9".parse().unwrap();
        let first = Seed::open(&folder, &mut ChaCha20Rng::seed_from_u64(1)).unwrap().everything(address, address);
        let second = Seed::open(&folder, &mut ChaCha20Rng::seed_from_u64(2)).unwrap().everything(address, address);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(first, second);
        assert!(!first.contains("{{"), "a placeholder is left:\n{first}");
    }

    #[test]
    fn folder_of_a_real_server_is_refused_and_stays_as_it_was() {
        let folder = std::env::temp_dir().join(format!("ringdown-no-demo-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("key"), [7; 32]).unwrap();
        let told = Seed::open(&folder, &mut ChaCha20Rng::seed_from_u64(1)).err().unwrap().to_string();
        let left = std::fs::read_dir(&folder).unwrap().count();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(told.contains("a server that is no demo"), "{told}");
        assert_eq!(left, 1);
    }

    #[test]
    fn carrier_and_service_that_lead_elsewhere_by_now_stay_so() {
        let peer = |peer: &str| Trunk { peers: vec![peer.parse().unwrap()], ..carrier() };
        assert!(is_simulated(&peer("127.0.0.1:5071")));
        assert!(!is_simulated(&peer("192.0.2.7:5060")), "a real carrier");
        assert!(is_here("http://127.0.0.1:40001/customers/{number}"));
        assert!(!is_here("https://crm.example/customers/{number}"));
    }

    fn carrier() -> Trunk {
        let id = pbx_core::base::ids::TrunkId::of_key("carrier");
        Trunk {
            id,
            slug: "carrier".to_owned(),
            kind: TrunkKind::Ip,
            peers: Vec::new(),
            called_number: CalledNumber::default(),
        }
    }

    #[test]
    fn every_phone_of_the_demo_is_in_its_file() {
        for (_, user, extension) in SIMULATED.iter().chain(GUESTS) {
            assert!(TEMPLATE.contains(&format!("sip_user: {user},")), "{user}");
            assert!(TEMPLATE.contains(&format!("extension: \"{extension}\"")), "{extension}");
        }
    }
}
