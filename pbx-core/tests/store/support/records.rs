//! Makers of what the engine would write.

use pbx_core::base::flow::{Flow, Transport};
use pbx_core::base::ids::{CallId, DeviceId, LegId, TenantId};
use pbx_core::base::time::Wall;
use pbx_core::cdr::CallRecord;
use pbx_core::event::{Direction, Party};
use pbx_core::journal::{Entry, OpenCall};
use pbx_core::location::Binding;

pub(crate) fn party(number: &str, name: &str) -> Party {
    Party { number: number.to_owned(), name: name.to_owned(), ..Party::default() }
}

pub(crate) fn started(tenant: TenantId, call: &str, at: Wall) -> Entry {
    Entry::CallStarted {
        call: CallId::of_key(call),
        tenant,
        caller: LegId::of_key(&format!("{call}/a")),
        sip_call_id: format!("{call}@phone"),
        direction: Direction::Internal,
        from: party("101", "Anna Berg"),
        dialled: "102".to_owned(),
        at,
    }
}

/// A finished record with two legs.
pub(crate) fn record(tenant: TenantId, call: &str, at: Wall) -> CallRecord {
    let mut record = OpenCall::begin(&started(tenant, call, at)).unwrap().into_record(at);
    record.cut = false;
    record.legs.push(pbx_core::cdr::LegRecord {
        id: LegId::of_key(call),
        party: party("102", "Ben Öz"),
        sip_call_id: format!("{call}@leg-b"),
        started: at,
        ringing: None,
        answered: None,
        ended: at,
        sip_code: 480,
    });
    record.segments.push(pbx_core::cdr::Segment {
        a: LegId::of_key(&format!("{call}/a")),
        b: LegId::of_key(call),
        from: at,
        to: at,
        media: None,
    });
    record
}

pub(crate) fn binding(device: DeviceId, key: &str, expires: Wall) -> Binding {
    Binding {
        device,
        key: key.into(),
        contact: format!("sip:{key}@192.0.2.7").into(),
        instance: None,
        q: 1000,
        call_id: "reg".into(),
        cseq: 1,
        flow: Flow {
            transport: Transport::Udp,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "192.0.2.7:5060".parse().unwrap(),
            own: None,
            connection: 0,
        },
        behind_nat: false,
        user_agent: "".into(),
        expires,
    }
}
