//! The trunk that a request comes from, and the number that it calls.

use super::moment::Moment;
use crate::base::ids::TrunkId;
use crate::dial_plan;
use crate::directory::{CalledNumber, Directory, Number, Tenant, Trunk};
use pbx_sip::{Message, Method, NameAddr, Uri};
use std::sync::Arc;

/// The header in which a network says whom it called (RFC 7315 §4.2).
const CALLED_PARTY: &str = "P-Called-Party-ID";

/// The header in which a switch says who forwarded a call (RFC 5806).
const DIVERSION: &str = "Diversion";

/// Returns the trunk that a request is from, by the address of its peers. A connection comes from
/// any port that the peer's system chose (RFC 3261 §18.1.1), so there a call to one of the trunk's
/// numbers counts from each port of its address; all else may be a phone's that shares the address
/// and proves its password.
pub(super) fn trunk_of<'a>(moment: Moment<'a>, message: &Message) -> Option<&'a Trunk> {
    let (directory, source) = (moment.directory, moment.source());
    let is_call = |trunk: &Trunk| message.is(&Method::Invite) && number_called(directory, trunk, message).is_some();
    let exact = directory.trunk_of_peer(source);
    let connected = || directory.trunk_at(source.ip()).filter(|trunk| is_call(trunk));
    exact.or_else(|| moment.flow.transport.is_reliable().then(connected)?).map(AsRef::as_ref)
}

/// Returns the number that an INVITE of this trunk calls, and its tenant; the trunk's configuration
/// says which header has it.
pub(super) fn number_called<'a>(
    directory: &'a Directory,
    trunk: &Trunk,
    invite: &Message,
) -> Option<(&'a Arc<Tenant>, &'a Number)> {
    let find = |text: Option<String>| number_of(directory, trunk.id, &text?);
    let in_header = |name| {
        let address = invite.header_named(name).and_then(|header| NameAddr::parse(header.text()).ok());
        address.map(|address| address.uri().addressee())
    };
    let in_line = || invite.uri().ok().map(Uri::addressee);
    let in_to = || invite.to_addr().ok().map(|to| to.uri().addressee());
    match trunk.called_number {
        CalledNumber::RequestUri => find(in_line()),
        CalledNumber::PCalledPartyId => find(in_header(CALLED_PARTY)),
        CalledNumber::Diversion => find(in_header(DIVERSION)),
        CalledNumber::To => find(in_to()),
        CalledNumber::Auto => find(in_line()).or_else(|| find(in_header(CALLED_PARTY))).or_else(|| find(in_to())),
    }
}

/// Returns the number of the trunk that a text means.
fn number_of<'a>(directory: &'a Directory, trunk: TrunkId, dialled: &str) -> Option<(&'a Arc<Tenant>, &'a Number)> {
    let find = |e164: String| directory.number_of_did(trunk, &e164);
    let by_itself = dial_plan::international(dialled).and_then(find);
    by_itself.or_else(|| {
        // A national form is read by the countries of the trunk's numbers; with two meanings it has
        // none.
        let countries = directory.countries_of_trunk(trunk).iter();
        let mut all: Vec<_> =
            countries.filter_map(|country| dial_plan::e164(dialled, country).and_then(find)).collect();
        all.dedup_by_key(|(_, number)| number.id);
        if all.len() == 1 { all.pop() } else { None }
    })
}
