//! Where a tenant's devices can be reached, as the journal told.

use super::Store;
use super::query::{args, id, json, narrow, row, to_json};
use crate::base::flow::Flow;
use crate::base::ids::{DeviceId, TenantId};
use crate::base::time::Wall;
use crate::location::Binding;
use crate::store::StoreError;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

row! {
    pub(super) struct RegistrationRow {
        pub(super) tenant: Vec<u8>,
        device: Vec<u8>,
        key: String,
        expires: i64,
        call_id: Option<String>,
        cseq: Option<i64>,
        body: String,
    }
}

/// The JSON of what a binding has no column of its own for, and its Call-ID and CSeq before any refresh. There is one for
/// every phone, so what is usual is left out.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    /// The contact; left out where it is the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<Cow<'a, str>>,
    #[serde(default = "most_preferred", skip_serializing_if = "is_most_preferred")]
    q: u16,
    call_id: Cow<'a, str>,
    cseq: u32,
    flow: Flow,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    behind_nat: bool,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    user_agent: Cow<'a, str>,
}

/// The q-value of a contact that has none (RFC 3261 §10.2.1.2).
const fn most_preferred() -> u16 {
    1000
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_most_preferred(q: &u16) -> bool {
    *q == most_preferred()
}

/// The body of a binding's row.
pub(super) fn body(binding: &Binding) -> Result<String, StoreError> {
    let Binding { device: _, key, contact, instance, q, call_id, cseq, flow, behind_nat, user_agent, expires: _ } =
        binding;
    let body = Body {
        contact: (contact != key).then(|| Cow::from(&**contact)),
        instance: instance.as_deref().map(Into::into),
        q: *q,
        call_id: (&**call_id).into(),
        cseq: *cseq,
        flow: *flow,
        behind_nat: *behind_nat,
        user_agent: (&**user_agent).into(),
    };
    to_json("registration", &body)
}

impl RegistrationRow {
    pub(super) fn read(self) -> Result<Binding, StoreError> {
        let body: Body<'_> = json("registration", &self.body)?;
        let key: Arc<str> = self.key.into();
        Ok(Binding {
            device: id(&self.device)?,
            contact: body.contact.map_or_else(|| key.clone(), Into::into),
            key,
            instance: body.instance.map(Into::into),
            q: body.q,
            call_id: self.call_id.map_or_else(|| body.call_id.into(), String::into_boxed_str),
            cseq: self.cseq.map_or(Ok(body.cseq), |cseq| narrow("CSeq", cseq))?,
            flow: body.flow,
            behind_nat: body.behind_nat,
            user_agent: body.user_agent.into(),
            expires: Wall::from_micros(self.expires),
        })
    }
}

impl Store {
    /// The contacts of a device that have not expired.
    pub async fn registrations(
        &self,
        tenant: TenantId,
        device: DeviceId,
        now: Wall,
    ) -> Result<Vec<Binding>, StoreError> {
        let sql = "SELECT tenant, device, key, expires, call_id, cseq, body FROM registrations
            WHERE tenant = $1 AND device = $2 AND expires > $3 ORDER BY key";
        let rows = self.rows::<RegistrationRow>(sql, args![tenant, device, now]).await?;
        rows.into_iter().map(RegistrationRow::read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::flow::Transport;

    fn binding() -> Binding {
        let address = |text: &str| text.parse().unwrap();
        let (local, remote) = (address("192.0.2.1:5060"), address("[2001:db8::7]:5060"));
        Binding {
            device: DeviceId::of_key("desk"),
            key: "sip:anna@192.0.2.7".into(),
            contact: "sip:anna@192.0.2.7".into(),
            instance: None,
            q: 1000,
            call_id: "reg".into(),
            cseq: 7,
            flow: Flow { transport: Transport::Udp, local, remote, own: None, connection: 0 },
            behind_nat: false,
            user_agent: "".into(),
            expires: Wall::from_micros(9),
        }
    }

    fn row(binding: &Binding, body: String) -> RegistrationRow {
        let device = binding.device.as_bytes().to_vec();
        RegistrationRow {
            tenant: Vec::new(),
            device,
            key: binding.key.to_string(),
            expires: 9,
            call_id: None,
            cseq: None,
            body,
        }
    }

    #[test]
    fn a_binding_comes_back_as_it_was() {
        let unusual = Binding {
            key: "<urn:uuid:1>".into(),
            instance: Some("<urn:uuid:1>".into()),
            q: 300,
            behind_nat: true,
            user_agent: "Desk \"phone\"".into(),
            ..binding()
        };
        for binding in [binding(), unusual] {
            assert_eq!(row(&binding, body(&binding).unwrap()).read().unwrap(), binding);
            // As the release before kept it.
            assert_eq!(row(&binding, serde_json::to_string(&binding).unwrap()).read().unwrap(), binding);
        }
    }

    #[test]
    fn a_usual_binding_is_kept_in_few_words() {
        let body = body(&binding()).unwrap();
        assert!(!["contact", "instance", "\"q\"", "nat", "agent"].iter().any(|word| body.contains(word)), "{body}");
    }
}
