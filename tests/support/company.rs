//! Companies for tests: Acme and Globex with the same extensions, a carrier, and what runs for whom.

use pbx_core::base::ids::{DeviceId, NumberId, PersonId, SourceId, TemplateVersionId, TenantId, TrunkId};
use pbx_core::base::value::Value;
use pbx_core::change::Catalogue as _;
use pbx_core::directory::{
    Assignment, CalledNumber, Device, Directory, Holiday, MediaRule, Number, Person, SECRET_HEADER, Scope, Source,
    SourceKind, Tenant, Trunk, TrunkKind,
};
use pbx_core::secret::Ha1;
use pbx_core::template::TemplateVersion;
use pbx_sip::digest::Algorithm;
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use templates::catalogue::Catalogue;

/// The digest realm.
pub(crate) const REALM: &str = "ringdown";

/// One company in the making.
pub(crate) struct Company {
    tenant: Tenant,
    place: u8,
}

impl Company {
    /// A company with nobody in it; every extension runs `ring-person`.
    pub(crate) fn new(slug: &str, place: u8) -> Self {
        let catalogue = Catalogue::embedded().expect("the shipped manifests are sound");
        let templates: HashMap<_, Arc<TemplateVersion>> =
            catalogue.all().map(|version| (version.id, Arc::clone(version))).collect();
        let ring = catalogue.template("ring-person").expect("ring-person ships");
        let everybody = Assignment { scope: Scope::Tenant, template: ring.id, params: BTreeMap::new() };
        let tenant = Tenant {
            id: TenantId::of_key(slug),
            slug: slug.to_owned(),
            name: slug.to_owned(),
            domains: vec![format!("{slug}.test")],
            timezone: "Europe/Berlin".to_owned(),
            country: "DE".to_owned(),
            language: "en".to_owned(),
            holidays: vec![],
            people: HashMap::new(),
            devices: HashMap::new(),
            numbers: HashMap::new(),
            sources: HashMap::new(),
            extensions: BTreeMap::new(),
            assignments: vec![everybody],
            templates,
        };
        Self { tenant, place }
    }

    /// The company with people at these extensions, each with one phone.
    pub(crate) fn with_extensions(mut self, extensions: &[&str]) -> Self {
        for extension in extensions {
            self.hire(extension, 1);
        }
        self
    }

    /// The company, where audio of this extension's phones may come from anywhere.
    pub(crate) fn with_roaming(mut self, extension: &str) -> Self {
        let person = self.tenant.extensions[extension];
        for device in self.tenant.devices.values_mut().filter(|device| device.person == person) {
            device.media = MediaRule::Roams;
        }
        self
    }

    /// Somebody with that many phones.
    pub(crate) fn hire(&mut self, extension: &str, phones: u8) {
        let slug = &self.tenant.slug;
        let person = PersonId::of_key(&format!("{slug}/{extension}"));
        let devices: Vec<DeviceId> = (0..phones)
            .map(|n| {
                let device = device(slug, extension, n, person);
                let id = device.id;
                self.tenant.devices.insert(id, device);
                id
            })
            .collect();
        let somebody = Person {
            id: person,
            slug: format!("p{extension}"),
            name: format!("Person {extension} of {slug}"),
            extension: (*extension).to_owned(),
            email: None,
            devices,
        };
        self.tenant.people.insert(person, somebody);
        self.tenant.extensions.insert((*extension).to_owned(), person);
    }

    /// Where its clocks stand.
    pub(crate) fn zone(&mut self, name: &str) {
        name.clone_into(&mut self.tenant.timezone);
    }

    /// A day on which it is closed.
    pub(crate) fn holiday(&mut self, date: &str, name: &str) {
        self.tenant.holidays.push(Holiday { date: date.to_owned(), name: name.to_owned() });
    }

    /// A number on the carrier's trunk that runs this template.
    pub(crate) fn number(&mut self, e164: &str, template: &str, params: &[(&str, Value)]) {
        let scope = self.owns(e164);
        self.bind(scope, template, params);
    }

    /// A number on the carrier's trunk, with nothing bound to it.
    pub(crate) fn owns(&mut self, e164: &str) -> Scope {
        let id = NumberId::of_key(e164);
        self.tenant.numbers.insert(id, Number { id, e164: e164.to_owned(), trunk: Some(carrier()) });
        Scope::Number(id)
    }

    /// The scope of somebody's extension.
    pub(crate) fn extension(&self, extension: &str) -> Scope {
        Scope::Extension(self.tenant.extensions[extension])
    }

    /// A template of its own.
    pub(crate) fn writes(&mut self, slug: &str, manifest: &str, lua: &str) -> TemplateVersionId {
        let version = templates::manifest::read(slug, manifest, lua).expect("a manifest that can be read");
        let id = version.id;
        self.tenant.templates.insert(id, Arc::new(version));
        id
    }

    /// Runs a template that ships for a scope.
    pub(crate) fn bind(&mut self, scope: Scope, template: &str, params: &[(&str, Value)]) {
        let catalogue = Catalogue::embedded().expect("the shipped manifests are sound");
        let template = catalogue.template(template).expect("a template that ships").id;
        self.bind_version(scope, template, params);
    }

    /// Runs this version of a template for a scope.
    pub(crate) fn bind_version(&mut self, scope: Scope, template: TemplateVersionId, params: &[(&str, Value)]) {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.tenant.assignments.push(Assignment { scope, template, params });
    }

    /// A customer service called `customers`.
    pub(crate) fn source(&mut self) {
        self.source_or(None);
    }

    /// A customer service called `customers`, with what stands in for its answers.
    pub(crate) fn source_or(&mut self, default: Option<Value>) {
        let source = Source {
            id: SourceId::of_key(&format!("{}/customers", self.tenant.slug)),
            slug: "customers".to_owned(),
            kind: SourceKind::HttpJson,
            url: "http://127.0.0.1:9099/customers/{number}".to_owned(),
            timeout_ms: 800,
            allowed_hosts: vec![],
            allow_private: true,
            default,
            header: SECRET_HEADER.to_owned(),
            secret: None,
        };
        self.tenant.sources.insert(source.id, source);
    }

    /// Every phone: its SIP user and where it is.
    pub(crate) fn phones(&self) -> Vec<Account> {
        let mut accounts = vec![];
        for (n, (extension, person)) in self.tenant.extensions.iter().enumerate() {
            for (m, device) in self.tenant.people[person].devices.iter().enumerate() {
                accounts.push(Account {
                    tenant: self.tenant.slug.clone(),
                    extension: extension.clone(),
                    user: self.tenant.devices[device].sip_user.clone(),
                    ip: IpAddr::from([10, self.place, n as u8, 10 + m as u8]),
                });
            }
        }
        accounts
    }
}

/// What one types into a phone.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) tenant: String,
    pub(crate) extension: String,
    pub(crate) user: String,
    pub(crate) ip: IpAddr,
}

/// The password of a SIP user.
pub(crate) fn password(user: &str) -> String {
    format!("secret of {user}")
}

/// The carrier's trunk.
pub(crate) fn carrier() -> TrunkId {
    TrunkId::of_key("carrier")
}

/// Where the carrier calls from.
pub(crate) const CARRIER: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 5)), 5060);

/// The directory of these companies and the carrier.
pub(crate) fn directory(revision: u64, companies: &[Company]) -> Directory {
    let trunk = Trunk {
        id: carrier(),
        slug: "carrier".to_owned(),
        kind: TrunkKind::Ip,
        peers: vec![CARRIER.into()],
        called_number: CalledNumber::default(),
    };
    let tenants = companies.iter().map(|company| company.tenant.clone()).collect();
    Directory::new(revision, REALM.to_owned(), tenants, vec![trunk])
}

fn device(tenant: &str, extension: &str, n: u8, person: PersonId) -> Device {
    let user = if n == 0 { format!("{tenant}-{extension}") } else { format!("{tenant}-{extension}-{n}") };
    let ha1 = pbx_sip::digest::Ha1::of(&user, REALM, &password(&user));
    let hex = |algorithm| ha1.hex(algorithm).to_owned();
    Device {
        id: DeviceId::of_key(&user),
        slug: format!("phone{n}"),
        label: user.clone(),
        person,
        ha1: Some(Ha1 { md5: hex(Algorithm::Md5), sha256: hex(Algorithm::Sha256) }),
        sip_user: user,
        contact: None,
        media: MediaRule::default(),
    }
}
