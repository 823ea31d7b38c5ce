//! Which device a request is from, by its credentials alone (RFC 3261 §22, RFC 7616).

use super::Door;
use super::admit::{Moment, seconds};
use super::alarm::{Alarm, AlarmKind};
use super::guard::{Failed, Guard};
use crate::directory::{Device, Tenant};
use crate::ids::{DeviceId, TenantId};
use pbx_sip::digest::{Credentials, Ha1, Question, Verdict, check};
use pbx_sip::{HeaderName, Message, Method, NameAddr};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{MutexGuard, PoisonError};

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
    /// No credentials, wrong ones, or right ones with a nonce that is too old: challenge.
    Unproven {
        /// The password was right.
        stale: bool,
        /// With this failure guessing became an episode.
        alarm: Option<Alarm>,
    },
    /// It has guessed too often: not even looked at.
    Unheard,
}

impl Door {
    /// Checks the credentials of a request. An unknown user is checked like a known one with a wrong password, and gets
    /// the same answer.
    pub(super) fn identity(&self, moment: Moment<'_>, message: &Message) -> Identity {
        let Some(credentials) = credentials_for(self.nonces.realm(), message) else {
            return Identity::Unproven { stale: false, alarm: None };
        };
        let (now, source) = (moment.now.mono, moment.source());
        if !self.guarded().lets(now, source.ip(), &credentials.user) {
            return Identity::Unheard;
        }
        let known = moment.directory.device_of_sip_user(&credentials.user);
        let secret = known.and_then(|(_, device)| device.ha1.as_ref());
        let ha1 = secret.and_then(|ha1| Ha1::from_hex(&ha1.md5, &ha1.sha256));
        let method = message.method().map_or("", Method::as_str);
        let question = Question { credentials: &credentials, method, ha1: ha1.as_ref(), now: seconds(moment.now) };
        match (check(&self.nonces, question), known) {
            (Verdict::Fresh { nonce, count }, Some((tenant, device))) => {
                device_of(message, tenant, device, nonce, count)
            }
            (Verdict::Stale, _) => Identity::Unproven { stale: true, alarm: None },
            (Verdict::Bad | Verdict::Fresh { .. }, known) => {
                let alarm = self.failed(moment, &credentials, known.map(|(tenant, _)| tenant.id));
                Identity::Unproven { stale: false, alarm }
            }
        }
    }

    fn failed(&self, moment: Moment<'_>, credentials: &Credentials, tenant: Option<TenantId>) -> Option<Alarm> {
        let mut answer = DefaultHasher::new();
        (&credentials.nonce, credentials.count, &credentials.response).hash(&mut answer);
        let (now, source) = (moment.now.mono, moment.source());
        let mut guard = self.guarded();
        let episode = guard.failed(now, source.ip(), &credentials.user, answer.finish());
        (episode == Failed::EpisodeBegins).then(|| Alarm {
            kind: AlarmKind::Guessing { failures: guard.failures_of(now, source.ip()) },
            at: moment.now.wall,
            source,
            account: credentials.user.clone(),
            tenant,
        })
    }

    fn guarded(&self) -> MutexGuard<'_, Guard> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first credentials for this realm that can be read. Others are for somebody else (RFC 3261 §22.3).
pub(super) fn credentials_for(realm: &str, message: &Message) -> Option<Credentials> {
    let headers = [HeaderName::Authorization, HeaderName::ProxyAuthorization];
    let mut all = headers.into_iter().flat_map(|name| message.headers_of(name));
    all.find_map(|header| Credentials::parse(&header.value()).ok().filter(|given| given.realm == realm))
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
