//! The company of these tests: who works there, as an import file.

use std::fmt::Write;
use std::net::SocketAddr;

/// Its public number.
pub(crate) const NUMBER: &str = "+4930555100";

/// What stands in the import file.
pub(crate) struct Company {
    users: String,
    trunk: Vec<SocketAddr>,
    numbers: Vec<(String, String)>,
    customers: Option<(SocketAddr, u32)>,
    main: String,
}

impl Company {
    /// Anna on 101, Ben on 102 and Cleo on 103, each with one phone that registers.
    pub(crate) fn new() -> Self {
        let mut company = Self::empty();
        for (name, extension) in [("anna", "101"), ("ben", "102"), ("cleo", "103")] {
            company = company.person(name, extension);
        }
        company
    }

    /// Nobody yet.
    pub(crate) fn empty() -> Self {
        let main = "[\"102\", \"103\"]".to_owned();
        Self { users: String::new(), trunk: Vec::new(), numbers: Vec::new(), customers: None, main }
    }

    /// One more, with a phone whose account is `acme-NAME` and whose password is `secret-NAME`.
    pub(crate) fn person(mut self, name: &str, extension: &str) -> Self {
        let device = format!("id: desk, sip_user: acme-{name}, password: secret-{name}");
        self.write_user(name, extension, &device);
        self
    }

    /// One more, whose phone does not register: it is always there.
    pub(crate) fn person_at(mut self, name: &str, extension: &str, contact: SocketAddr) -> Self {
        let device = format!("id: desk, sip_user: acme-{name}, password: secret-{name}, contact: \"sip:{contact}\"");
        self.write_user(name, extension, &device);
        self
    }

    fn write_user(&mut self, name: &str, extension: &str, device: &str) {
        let capital = name[..1].to_uppercase() + &name[1..];
        writeln!(
            self.users,
            "      - {{id: {name}, name: {capital}, extension: \"{extension}\", devices: [{{{device}}}]}}"
        )
        .unwrap();
    }

    /// Its carrier sends calls from here (too); they go where `vip-by-lookup` says.
    pub(crate) fn trunk(mut self, port: u16) -> Self {
        self.trunk.push(SocketAddr::from(([127, 0, 0, 1], port)));
        self
    }

    /// One more public number, and the extensions that it rings.
    pub(crate) fn number(mut self, number: &str, extensions: &str) -> Self {
        self.numbers.push((number.to_owned(), extensions.to_owned()));
        self
    }

    /// Its customer service listens here, and may take so long.
    pub(crate) fn customers(mut self, at: SocketAddr, timeout_ms: u32) -> Self {
        self.customers = Some((at, timeout_ms));
        self
    }

    /// Who rings when the caller is nobody special.
    pub(crate) fn main(mut self, extensions: &str) -> Self {
        self.main = extensions.to_owned();
        self
    }

    /// The import file.
    pub(crate) fn yaml(&self) -> String {
        let mut text = String::new();
        if !self.trunk.is_empty() {
            writeln!(text, "trunks:\n  - {{id: carrier, kind: ip, peers: {:?}}}", self.peers()).unwrap();
        }
        writeln!(
            text,
            "tenants:\n  - id: acme\n    name: Acme\n    domains: [acme.test]\n    timezone: Europe/Berlin\n    country: DE\n    \
             language: en\n    users:\n{}",
            self.users.trim_end()
        )
        .unwrap();
        if !self.trunk.is_empty() {
            self.write_numbers(&mut text);
        }
        text
    }
    fn peers(&self) -> Vec<String> {
        self.trunk.iter().map(ToString::to_string).collect()
    }

    fn write_numbers(&self, text: &mut String) {
        // Nobody listens on the discard port: such a service is down.
        let (at, timeout) = self.customers.unwrap_or_else(|| (SocketAddr::from(([127, 0, 0, 1], 9)), 800));
        writeln!(
            text,
            "    data_sources:\n      - {{id: customers, kind: http-json, url: \"http://{at}/customers/{{number}}\", \
             timeout_ms: {timeout}, allow_private: true}}\n    numbers:"
        )
        .unwrap();
        let first = [(NUMBER.to_owned(), self.main.clone())];
        for (number, main) in first.iter().chain(&self.numbers) {
            writeln!(
                text,
                "      - {{number: \"{number}\", trunk: carrier, template: vip-by-lookup, \
                 params: {{source: customers, main: {main}}}}}"
            )
            .unwrap();
        }
    }
}
