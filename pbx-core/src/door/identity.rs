//! The device that a request is from, by its credentials alone (RFC 3261 §22, RFC 7616).

use super::Door;
use super::alarm::{Alarm, AlarmKind};
use super::guard::{Allowance, Failed};
use super::lock::locked;
use super::moment::Moment;
use crate::base::flow::network;
use crate::base::ids::{DeviceId, TenantId};
use crate::dial_plan;
use crate::directory::{Device, Directory, Tenant};
use pbx_sip::digest::{Age, Credentials, DigestVerdict, Ha1, Question, check};
use pbx_sip::{HeaderName, Message, Method, NameAddr, Uri};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The result of checking credentials.
pub(super) enum Identity {
    /// It is this device.
    Device {
        /// The tenant.
        tenant: TenantId,
        /// The device.
        device: DeviceId,
        /// The nonce it used.
        nonce: String,
        /// How often the device used the nonce.
        nonce_count: u32,
    },
    /// It is a device, but it wants to register another account than its own.
    NotTheirs,
    /// It is a device, but its credentials were made for a call to another number, so they may be
    /// stolen.
    ForAnother,
    /// No credentials, wrong ones, or some with a nonce that is no longer good: challenge.
    Unproven {
        /// Whether only the nonce was at fault.
        stale: bool,
        /// The alarm, where an episode of guessing began with this failure.
        alarm: Option<Alarm>,
    },
    /// Too much was guessed from there, and nothing sets this sender apart from the guesser: its
    /// credentials were not looked at.
    Unheard {
        /// The alarm, where an episode of guessing began with this failure.
        alarm: Option<Alarm>,
    },
    /// The same for a call for help. It gets the same answer with a right password and a wrong one,
    /// so that calls for help are no way to go on guessing.
    CallsForHelp {
        /// The alarm, where an episode of guessing began with this failure.
        alarm: Option<Alarm>,
    },
}

/// The answers to a nonce of ours that are checked.
enum Hearing {
    /// All of them.
    All,
    /// Right ones only. A wrong one gets no reply: it would show which accounts were proven from
    /// there.
    Right,
    /// None.
    Nobody,
}

impl Door {
    /// Checks the credentials of a request. An unknown user is checked like a known one with a
    /// wrong password, and gets the same answer; a response to a nonce that we never issued to that
    /// address does not count as an attempt.
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
            (DigestVerdict::Fresh { nonce, count }, Some((tenant, device))) => {
                locked(&self.proven).note(moment.now.mono, source, device.id);
                if is_for_another(message, &credentials.uri) {
                    return Identity::ForAnother;
                }
                device_of(message, tenant, device, nonce, count)
            }
            (DigestVerdict::Stale, _) => Identity::Unproven { stale: true, alarm: None },
            (DigestVerdict::Bad | DigestVerdict::Fresh { .. }, known) => {
                let guessing = self.failed(moment, &credentials, known);
                let alarm = guessing.or_else(|| self.with_domain(moment, &credentials.user));
                match hearing {
                    Hearing::All => Identity::Unproven { stale: false, alarm },
                    // As if it had not been looked at: the reply must not show which accounts there
                    // are.
                    Hearing::Right | Hearing::Nobody if calls_for_help(message) => Identity::CallsForHelp { alarm },
                    Hearing::Right | Hearing::Nobody => Identity::Unheard { alarm },
                }
            }
        }
    }

    /// Returns whether credentials for this account are checked. Where a source has guessed too
    /// much, only devices that have proven themselves from there are; where it guessed at this very
    /// account, only from the very place where it was proven.
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
        (episode == Failed::EpisodeBegins && self.takes_line(moment, source)).then(|| Alarm {
            kind: AlarmKind::Guessing { failures },
            at: moment.now.wall,
            source,
            account: credentials.user.clone(),
            tenant: known.map(|(tenant, _)| tenant.id),
        })
    }

    /// Counts a line about guessing, and returns whether the audit takes it.
    fn takes_line(&self, moment: Moment<'_>, source: SocketAddr) -> bool {
        let mut guesses = locked(&self.guesses);
        let takes = guesses.takes(moment.now.mono, source);
        if guesses.has_unreported() {
            self.unreported.store(true, Ordering::Relaxed);
        }
        takes
    }
}

/// Returns the first readable credentials for this realm. Others are for other servers (RFC 3261
/// §22.3).
pub(super) fn credentials_for(realm: &str, message: &Message) -> Option<Credentials> {
    let headers = [HeaderName::Authorization, HeaderName::ProxyAuthorization];
    let mut all = headers.into_iter().flat_map(|name| message.headers_of(name));
    all.find_map(|header| Credentials::parse(&header.value()).ok().filter(|given| given.realm == realm))
}

/// Returns whether the credentials of an INVITE were made for another number (RFC 7616 §3.4.6).
/// Hosts and parameters may differ, since proxies and careless phones change them, and a URI
/// without a user (as SIPp's) was made for no number.
///
/// A call for help passes all the same: nothing is won by a stolen one.
fn is_for_another(message: &Message, uri: &str) -> bool {
    let named = Uri::parse(uri).map(|uri| uri.addressee()).unwrap_or_default();
    let asked = || message.uri().map(Uri::addressee).unwrap_or_default();
    message.is(&Method::Invite) && !named.is_empty() && named != asked() && !calls_for_help(message)
}

/// Returns the identity of a proven device. It may register itself alone; the name that it gives in
/// other requests does not matter.
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

/// Asks with the present configuration whether a request that the door let in proves to be from
/// this device. Between door and engine the device may have been deleted or got another password,
/// and the old one must not bind a contact again; the nonce was checked at the door.
pub fn still_proves(directory: &Directory, tenant: TenantId, device: DeviceId, request: &Message) -> bool {
    let device = directory.tenant(tenant).and_then(|tenant| tenant.devices.get(&device));
    let secret = device.and_then(|device| device.ha1.as_ref()).and_then(|ha1| Ha1::from_hex(&ha1.md5, &ha1.sha256));
    let credentials = credentials_for(&directory.realm, request);
    let (Some(device), Some(secret), Some(credentials)) = (device, secret, credentials) else { return false };
    let method = request.method().map_or("", Method::as_str);
    credentials.user == device.sip_user && credentials.proves(&secret, method)
}

/// Returns whether a request may be a call for help, which is answered even where guessing behind
/// the same address silences all others. Any country's emergency numbers count: asked by the
/// country of the account, the answer would show which accounts there are.
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
