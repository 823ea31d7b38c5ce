//! Each object by its own grammar.

use super::check::Check;
use super::{grammar, header};
use crate::base::ids::TenantId;
use crate::change::Object;
use crate::dial_plan::Dialled;
use crate::directory::{MediaRule, Peer, Source, Trunk};
use crate::store::{Account, DeviceConfig, NumberConfig, PersonConfig, Role, TenantConfig};

pub(super) fn check(check: &mut Check<'_>, object: &Object) {
    match object {
        Object::Trunk(trunk) => of_trunk(check, object, trunk),
        Object::Tenant(tenant) => of_tenant(check, object, tenant),
        Object::Person(tenant, person) => of_person(check, object, *tenant, person),
        Object::Device(_, device) => of_device(check, object, device),
        Object::Source(_, source) => of_source(check, object, source),
        Object::Number(_, number) => of_number(check, object, number),
        Object::Binding(..) => {}
        Object::Account(account) => of_account(check, object, account),
    }
}

/// Checks the slug, which names an object in files, paths and pages.
fn slug(check: &mut Check<'_>, object: &Object, slug: &str) {
    if !grammar::is_slug(slug) {
        let message = format!("{slug:?} is no id: up to 64 letters, digits and . _ - + @, the first a letter or digit");
        check.fault(object, "id", "grammar", message);
    }
}

/// Checks text that phones and pages show.
fn shown_text(check: &mut Check<'_>, object: &Object, field: &'static str, text: &str, required: bool) {
    if required && text.trim().is_empty() {
        check.fault(object, field, "required", "must not be empty");
    }
    if text.chars().count() > 120 || !grammar::is_plain_text(text) {
        let message = "must be one line of at most 120 characters, none of which is invisible or turns the writing";
        check.fault(object, field, "grammar", message);
    }
}

fn of_trunk(check: &mut Check<'_>, object: &Object, trunk: &Trunk) {
    slug(check, object, &trunk.slug);
    if trunk.peers.is_empty() {
        check.fault(object, "peers", "required", "name at least one address: [\"192.0.2.1:5060\"]");
    }
    if !trunk.peers.iter().all(Peer::is_somewhere) {
        check.fault(object, "peers", "grammar", "each peer is a real address, with a real port or none");
    }
}

fn of_tenant(check: &mut Check<'_>, object: &Object, tenant: &TenantConfig) {
    slug(check, object, &tenant.slug);
    shown_text(check, object, "name", &tenant.name, true);
    for domain in tenant.domains.iter().filter(|domain| !grammar::is_domain(domain)) {
        check.fault(object, "domains", "grammar", format!("{domain:?} is no domain name"));
    }
    if jiff::tz::TimeZone::get(&tenant.timezone).is_err() {
        let message = format!("{:?} is no time zone: write it like Europe/Berlin", tenant.timezone);
        check.fault(object, "timezone", "grammar", message);
    }
    if !grammar::is_country(&tenant.country) {
        let message = format!("{:?} is no country: two capital letters of ISO 3166, like DE", tenant.country);
        check.fault(object, "country", "grammar", message);
    }
    if !grammar::is_language(&tenant.language) {
        check.fault(
            object,
            "language",
            "grammar",
            format!("{:?} is no language: write it like de or en-GB", tenant.language),
        );
    }
    for holiday in &tenant.holidays {
        if holiday.date.parse::<jiff::civil::Date>().is_err() || holiday.date.len() != 10 {
            check.fault(
                object,
                "holidays",
                "grammar",
                format!("{:?} is no date: write it like 2026-12-25", holiday.date),
            );
        }
        shown_text(check, object, "holidays", &holiday.name, true);
    }
}

fn of_person(check: &mut Check<'_>, object: &Object, tenant: TenantId, person: &PersonConfig) {
    slug(check, object, &person.slug);
    shown_text(check, object, "name", &person.name, true);
    let extension = &person.extension;
    if !grammar::is_extension(extension) {
        check.fault(
            object,
            "extension",
            "grammar",
            format!("{extension:?} is no extension: 1 to 10 digits, not zeros alone"),
        );
    }
    let country = check.after.tenant(tenant).map(|tenant| tenant.country.clone()).unwrap_or_default();
    if matches!(Dialled::read(extension, &country, |_| true), Dialled::Emergency(_)) {
        check.fault(object, "extension", "emergency", format!("{extension} is an emergency number in {country}"));
    }
    if person.email.as_deref().is_some_and(|email| !grammar::is_email(email)) {
        check.fault(object, "email", "grammar", "is no e-mail address");
    }
}

fn of_device(check: &mut Check<'_>, object: &Object, device: &DeviceConfig) {
    slug(check, object, &device.slug);
    shown_text(check, object, "label", &device.label, false);
    if !grammar::is_sip_user(&device.sip_user) {
        let message =
            format!("{:?} is no SIP user name: 1 to 64 letters, digits and - _ . ! ~ * & = + $", device.sip_user);
        check.fault(object, "sip_user", "grammar", message);
    }
    if let Some(contact) = &device.contact
        && !grammar::is_contact(contact)
    {
        let message = format!("{contact:?} is no address that can be called: write it like sip:192.0.2.7:5060");
        check.fault(object, "contact", "grammar", message);
    }
    if device.contact.is_some() && device.media == MediaRule::Roams {
        let message = "a phone that does not register proves no identity: its media cannot roam";
        check.fault(object, "media", "grammar", message);
    }
}

/// The most that a source's default may hold: values and characters together, and levels.
const MAX_DEFAULT: usize = 4096;
const MAX_DEFAULT_DEPTH: usize = 16;

fn of_source(check: &mut Check<'_>, object: &Object, source: &Source) {
    slug(check, object, &source.slug);
    if let Err(why) = grammar::check_url(&source.url) {
        check.fault(object, "url", "grammar", why);
    }
    if let Err(why) = header::check_name(&source.header) {
        check.fault(object, "header", "grammar", format!("{:?} {why}", source.header));
    }
    if !(50..=10_000).contains(&source.timeout_ms) {
        check.fault(object, "timeout_ms", "range", "must be from 50 to 10000 milliseconds");
    }
    for host in source.allowed_hosts.iter().filter(|host| !grammar::is_host(host)) {
        check.fault(object, "allowed_hosts", "grammar", format!("{host:?} is no host name"));
    }
    if source.default.as_ref().is_some_and(|value| !value.is_within(MAX_DEFAULT, MAX_DEFAULT_DEPTH)) {
        let message =
            format!("holds more than {MAX_DEFAULT} values or characters, or is nested deeper than {MAX_DEFAULT_DEPTH}");
        check.fault(object, "default", "range", message);
    }
}

fn of_number(check: &mut Check<'_>, object: &Object, number: &NumberConfig) {
    slug(check, object, &number.slug);
    shown_text(check, object, "label", &number.label, false);
    if !grammar::is_e164(&number.e164) {
        let message = format!("{:?} is no public number: write it like \"+4930555100\"", number.e164);
        check.fault(object, "number", "grammar", message);
    }
}

fn of_account(check: &mut Check<'_>, object: &Object, account: &Account) {
    if !grammar::is_email(&account.email) {
        check.fault(object, "email", "grammar", format!("{:?} is no e-mail address", account.email));
    }
    if (account.role == Role::Operator) == account.tenant.is_some() {
        check.fault(object, "role", "grammar", "operators belong to no tenant, everybody else to one");
    }
    if account.role == Role::User && account.person.is_none() {
        check.fault(object, "user", "required", "a user's log-in belongs to a person");
    }
}
