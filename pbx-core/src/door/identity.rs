//! Which device a request is from, by its credentials alone (RFC 3261 §22, RFC 7616).

use super::admit::Moment;
use super::alarm::{Alarm, AlarmKind};
use super::guard::{Allowance, Failed};
use super::{Door, locked};
use crate::base::flow::network;
use crate::base::ids::{DeviceId, NumberId, TenantId, TrunkId};
use crate::dial_plan;
use crate::directory::{Device, Directory, Tenant};
use pbx_sip::digest::{Age, Credentials, Ha1, Question, Verdict, check};
use pbx_sip::{HeaderName, Message, Method, NameAddr, Uri};
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Who sent a request, as the door found out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Who {
    /// A device that proved its password.
    Device {
        /// The tenant.
        tenant: TenantId,
        /// The device.
        device: DeviceId,
        /// The nonce it used and its count: the engine refuses a replay after the transaction layer had its say.
        nonce: String,
        /// How often the device used the nonce (RFC 7616 §3.4, `nc`).
        nonce_count: u32,
        /// The configuration that the door judged by.
        revision: u64,
    },
    /// A trunk, by its address, calling a number of the tenant.
    Trunk {
        /// The tenant whose number is called.
        tenant: TenantId,
        /// The trunk.
        trunk: TrunkId,
        /// The number that is called.
        number: NumberId,
    },
    /// Somebody inside a dialog or transaction of ours: the engine tells by the dialog who it is.
    Known,
}

impl Who {
    /// The tenant that the request is for; `None` where only the engine can tell.
    pub const fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Device { tenant, .. } | Self::Trunk { tenant, .. } => Some(*tenant),
            Self::Known => None,
        }
    }
}

/// What the credentials say.
pub(super) enum Identity {
    /// It is this device.
    Device {
        /// The tenant.
        tenant: TenantId,
        /// The device.
        device: DeviceId,
        /// The nonce it used.
        nonce: String,
        /// How often it used it.
        nonce_count: u32,
    },
    /// It is a device, but what it wants to register is not its own.
    NotTheirs,
    /// It is a device whose credentials were made for a call to somebody else: a thief of them must not call
    /// others with them.
    ForAnother,
    /// No credentials, wrong ones, or any with a nonce that is no good (any more): challenge.
    Unproven {
        /// It was the nonce.
        stale: bool,
        /// With this failure guessing became an episode.
        alarm: Option<Alarm>,
    },
    /// Too much was guessed from there, and nothing tells this sender from whoever guessed: not even looked at.
    Unheard {
        /// With this failure guessing became an episode.
        alarm: Option<Alarm>,
    },
    /// The same, and it calls for help. It is answered, and right or wrong alike: else who has used up every allowance would
    /// guess on by calling for help.
    CallsForHelp {
        /// With this failure guessing became an episode.
        alarm: Option<Alarm>,
    },
}

/// Who is heard of those who answer a nonce that they were given.
enum Hearing {
    /// Everybody.
    All,
    /// Whoever is right. A wrong answer gets none, whatever the account: or it would tell which ones were proven from there.
    Right,
    /// Nobody.
    Nobody,
}

impl Door {
    /// Checks the credentials of a request. An unknown user is checked like a known one with a wrong password, and gets
    /// the same answer. What does not answer a nonce that its address was given is no try at all: it costs nobody anything.
    pub(super) fn identity(&self, moment: Moment<'_>, message: &Message) -> Identity {
        let Some(credentials) = credentials_for(self.nonces.realm(), message) else {
            return Identity::Unproven { stale: false, alarm: self.unusable(moment, message) };
        };
        let (source, now) = (moment.source(), moment.now.mono.seconds());
        let client = network(source.ip());
        if !matches!(self.nonces.age(&credentials.nonce, client, now), Age::Fresh(_)) {
            return Identity::Unproven { stale: true, alarm: None };
        }
        let known = moment.directory.device_of_sip_user(&credentials.user);
        let hearing = match self.hearing(moment, &credentials.user, known.map(|(_, device)| device.id)) {
            Hearing::Nobody if calls_for_help(message) => return Identity::CallsForHelp { alarm: None },
            Hearing::Nobody => return Identity::Unheard { alarm: None },
            hearing => hearing,
        };
        let secret = known.and_then(|(_, device)| device.ha1.as_ref());
        let ha1 = secret.and_then(|ha1| Ha1::from_hex(&ha1.md5, &ha1.sha256));
        let method = message.method().map_or("", Method::as_str);
        let question = Question { credentials: &credentials, method, ha1: ha1.as_ref(), client, now };
        match (check(&self.nonces, question), known) {
            (Verdict::Fresh { nonce, count }, Some((tenant, device))) => {
                locked(&self.proven).note(moment.now.mono, source, device.id);
                if is_for_another(message, &credentials.uri) {
                    return Identity::ForAnother;
                }
                device_of(message, tenant, device, nonce, count)
            }
            (Verdict::Stale, _) => Identity::Unproven { stale: true, alarm: None },
            (Verdict::Bad | Verdict::Fresh { .. }, known) => {
                let guessing = self.failed(moment, &credentials, known);
                let alarm = guessing.or_else(|| self.with_domain(moment, &credentials.user));
                match hearing {
                    Hearing::All => Identity::Unproven { stale: false, alarm },
                    // As if it had not been looked at: which accounts are, nobody shall learn.
                    Hearing::Right | Hearing::Nobody if calls_for_help(message) => Identity::CallsForHelp { alarm },
                    Hearing::Right | Hearing::Nobody => Identity::Unheard { alarm },
                }
            }
        }
    }

    /// Whether credentials for this account are checked. Where a source has guessed too much, those are heard who have proven
    /// this account from there; where it guessed at this very account, only the place that has.
    fn hearing(&self, moment: Moment<'_>, account: &str, device: Option<DeviceId>) -> Hearing {
        let (now, source) = (moment.now.mono, moment.source());
        let standing = locked(&self.guard).standing(now, source.ip(), account);
        let is_proven = match standing {
            Allowance::Left => return Hearing::All,
            Allowance::SourceSpent => device.is_some_and(|device| locked(&self.proven).is_near(now, source, device)),
            Allowance::PairSpent => device.is_some_and(|device| locked(&self.proven).is_here(now, source, device)),
        };
        if is_proven { Hearing::Right } else { Hearing::Nobody }
    }

    fn failed(
        &self,
        moment: Moment<'_>,
        credentials: &Credentials,
        known: Option<(&Arc<Tenant>, &Device)>,
    ) -> Option<Alarm> {
        let mut answer = DefaultHasher::new();
        (&credentials.nonce, credentials.count, &credentials.response).hash(&mut answer);
        let (now, source) = (moment.now.mono, moment.source());
        if let Some((_, device)) = known {
            locked(&self.proven).failed(source, device.id);
        }
        let mut guard = locked(&self.guard);
        let episode = guard.failed(now, source.ip(), &credentials.user, answer.finish());
        let failures = guard.failures_of(now, source.ip());
        drop(guard);
        (episode == Failed::EpisodeBegins && self.may_tell(moment, source)).then(|| Alarm {
            kind: AlarmKind::Guessing { failures },
            at: moment.now.wall,
            source,
            account: credentials.user.clone(),
            tenant: known.map(|(tenant, _)| tenant.id),
        })
    }

    /// Whether the audit takes one more line about guessing.
    fn may_tell(&self, moment: Moment<'_>, source: SocketAddr) -> bool {
        let mut guesses = locked(&self.guesses);
        let takes = guesses.takes(moment.now.mono, source);
        if guesses.owes() {
            self.owes.store(true, Ordering::Relaxed);
        }
        takes
    }
}

/// The first credentials for this realm that can be read. Others are for somebody else (RFC 3261 §22.3).
pub(super) fn credentials_for(realm: &str, message: &Message) -> Option<Credentials> {
    let headers = [HeaderName::Authorization, HeaderName::ProxyAuthorization];
    let mut all = headers.into_iter().flat_map(|name| message.headers_of(name));
    all.find_map(|header| Credentials::parse(&header.value()).ok().filter(|given| given.realm == realm))
}

/// Returns whether the credentials of an INVITE were made for another number (RFC 7616 §3.4.6). Hosts and parameters may
/// differ, which is what proxies and careless phones change; and one that names nobody, as of SIPp, was made for no number.
/// A call for help passes all the same: nothing is won by a stolen one.
fn is_for_another(message: &Message, uri: &str) -> bool {
    let named = Uri::parse(uri).map(|uri| uri.addressee()).unwrap_or_default();
    let asked = || message.uri().map(Uri::addressee).unwrap_or_default();
    message.is(&Method::Invite) && !named.is_empty() && named != asked() && !calls_for_help(message)
}

/// A device may register itself and nobody else; what it calls itself in other requests does not matter.
fn device_of(message: &Message, tenant: &Tenant, device: &Device, nonce: String, nonce_count: u32) -> Identity {
    let own = |address: Result<&NameAddr, _>| {
        let user = address.ok().and_then(|address| Some(address.uri().as_sip()?.user_unescaped()?.into_owned()));
        user.is_some_and(|user| user == device.sip_user)
    };
    if message.is(&Method::Register) && !(own(message.to_addr()) && own(message.from_addr())) {
        return Identity::NotTheirs;
    }
    Identity::Device { tenant: tenant.id, device: device.id, nonce, nonce_count }
}

/// Asks with the configuration of now whether a request that the door has let in proves to be from this device. Between door
/// and engine the device may have been deleted or got another password, and what it had bound been forgotten: the request
/// with the old one must not bind anew. The nonce was looked at by the door.
pub fn still_proves(directory: &Directory, tenant: TenantId, device: DeviceId, request: &Message) -> bool {
    let device = directory.tenant(tenant).and_then(|tenant| tenant.devices.get(&device));
    let secret = device.and_then(|device| device.ha1.as_ref()).and_then(|ha1| Ha1::from_hex(&ha1.md5, &ha1.sha256));
    let credentials = credentials_for(&directory.realm, request);
    let (Some(device), Some(secret), Some(credentials)) = (device, secret, credentials) else { return false };
    let method = request.method().map_or("", Method::as_str);
    credentials.user == device.sip_user && credentials.proves(&secret, method)
}

/// A call for help gets an answer even where nobody else is heard, because somebody has guessed
/// behind the same address.
///
/// Whether a request may be a call for help. Whose number it calls is not known before its password
/// is checked, so any country's emergency numbers count: asked by the country of the account, the
/// answer would tell which accounts there are.
pub(super) fn calls_for_help(request: &Message) -> bool {
    if !request.is(&Method::Invite) {
        return false;
    }
    match request.uri() {
        Ok(Uri::Sip(uri)) => uri.user_unescaped().is_some_and(|user| dial_plan::may_be_emergency(&user)),
        Ok(Uri::Tel(uri)) => dial_plan::may_be_emergency(uri.number()),
        Ok(uri) => uri.is_sos(),
        Err(_) => false,
    }
}
