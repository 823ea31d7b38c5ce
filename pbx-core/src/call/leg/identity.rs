//! Who calls, and how the phones that ring learn it (RFC 3325, RFC 3323).

use crate::base::flow::Flow;
use crate::call::leg::withheld::{NOWHERE, is_nobody, withheld};
use crate::dial_plan;
use crate::directory::{Device, Person, Tenant};
use crate::door::Who;
use crate::event::Party;
use crate::message::writer::Writer;
use pbx_sip::params::quote;
use pbx_sip::uri::escape::escape_user;
use pbx_sip::{Message, NameAddr, Uri, spell};

/// Determines who calls: a device by its password, whatever its From says; a trunk's caller by what
/// the trunk asserts.
pub(crate) fn caller(tenant: &Tenant, who: &Who, invite: &Message) -> Party {
    let anonymous = withheld(invite);
    match who {
        Who::Device { device, .. } => {
            let Some(device) = tenant.devices.get(device) else { return Party { anonymous, ..Party::default() } };
            let mut party = of_device(tenant, device);
            if anonymous {
                (party.number, party.name) = (String::new(), String::new());
            }
            Party { anonymous, ..party }
        }
        Who::Trunk { .. } => outside_caller(tenant, invite, anonymous),
        Who::Known => Party::default(),
    }
}

/// Returns the party that a device stands for.
pub(crate) fn of_device(tenant: &Tenant, device: &Device) -> Party {
    match tenant.people.get(&device.person) {
        Some(person) => of_person(person, Some(device)),
        None => Party { name: device.label.clone(), device: Some(device.id), ..Party::default() },
    }
}

/// Returns the party that a person is, at a device.
pub(crate) fn of_person(person: &Person, device: Option<&Device>) -> Party {
    Party {
        number: person.extension.clone(),
        name: person.name.clone(),
        person: Some(person.id),
        device: device.map(|device| device.id),
        anonymous: false,
    }
}

/// Determines who calls from outside: by what a trunk asserts, else by what its From says. The
/// number is the first address's, in E.164 where it is one, and the name is the first that any of
/// them has.
///
/// A caller from outside has none of the company's extensions: such an address is ignored.
fn outside_caller(tenant: &Tenant, invite: &Message, anonymous: bool) -> Party {
    let asserted = invite.asserted_identities();
    let is_outside = |address: &&NameAddr| !tenant.extensions.contains_key(&number_of(tenant, address));
    let mut addresses: Vec<&NameAddr> = asserted.iter().filter(is_outside).collect();
    if addresses.is_empty() {
        addresses.extend(invite.from_addr().ok().filter(is_outside));
    }
    let Some(first) = addresses.first() else { return Party { anonymous, ..Party::default() } };
    if anonymous || is_nobody(first) {
        return Party { anonymous: true, ..Party::default() };
    }
    let name =
        addresses.iter().find_map(|address| address.display_name()).map(|name| name.into_owned()).unwrap_or_default();
    Party { number: number_of(tenant, first), name, ..Party::default() }
}

fn number_of(tenant: &Tenant, address: &NameAddr) -> String {
    let user = address.uri().addressee();
    dial_plan::e164(&user, &tenant.country).unwrap_or(user)
}

/// Writes From, and P-Asserted-Identity or Privacy, of an INVITE to a phone.
pub(crate) fn write(writer: &mut Writer, party: &Party, flow: &Flow, tag: &str) {
    if party.anonymous || party.number.is_empty() {
        writer.header("From", &format!("\"Anonymous\" <sip:anonymous@{NOWHERE}>;tag={tag}"));
        writer.header("Privacy", "id");
        return;
    }
    let mut address = if party.name.is_empty() { String::new() } else { quote(&party.name) + " " };
    address.extend(["<sip:", &escape_user(&party.number), "@"]);
    spell::socket(&mut address, flow.local);
    address.push('>');
    writer.header("From", &[&address, ";tag=", tag].concat());
    writer.header("P-Asserted-Identity", &address);
}

/// Returns the dialled string of a request: the user of its Request-URI, unescaped; the number of a
/// tel URI.
pub(crate) fn dialled(invite: &Message) -> String {
    invite.uri().map(Uri::addressee).unwrap_or_default()
}

/// The name of a header of ours that counts how often a call passed through us.
pub(crate) const HOPS: &str = "X-Ringdown-Hops";

/// Returns how often this call has passed through us already.
pub(crate) fn hops(invite: &Message) -> u32 {
    invite.header_named(HOPS).and_then(|header| header.value().trim().parse().ok()).unwrap_or(0)
}

/// Returns Max-Forwards of the request, or what RFC 3261 §8.1.1.6 gives to one that has none.
pub(crate) fn max_forwards(invite: &Message) -> u8 {
    invite.max_forwards().ok().flatten().unwrap_or(70)
}
