//! Credentials that can't prove anything, however often the phone repeats them. Only its
//! administrator can help, so the audit says what is wrong.

use super::alarm::{Alarm, AlarmKind};
use super::moment::Moment;
use super::{Door, locked};
use pbx_sip::digest::{Claim, DigestError};
use pbx_sip::{HeaderName, Message};
use std::sync::atomic::Ordering;

/// The code of an account name with a domain behind it, over which no digest of ours was made.
const WITH_DOMAIN: &str = "domain-in-user";

impl Door {
    /// Returns an alarm about credentials for this realm that can't be used, if there are any and
    /// it is news.
    pub(super) fn unusable(&self, moment: Moment<'_>, message: &Message) -> Option<Alarm> {
        let headers = [HeaderName::Authorization, HeaderName::ProxyAuthorization];
        let mut all = headers.into_iter().flat_map(|name| message.headers_of(name));
        let (claim, fault) = all.find_map(|header| Claim::read(&header.value()))?;
        (claim.realm == self.nonces.realm()).then(|| self.alarm_about(moment, &claim.user, code(fault)))?
    }

    /// Returns an alarm about a right name with a domain behind it, if that is news.
    pub(super) fn with_domain(&self, moment: Moment<'_>, user: &str) -> Option<Alarm> {
        let (name, _) = user.split_once('@')?;
        moment.directory.device_of_sip_user(name).and_then(|_| self.alarm_about(moment, user, WITH_DOMAIN))
    }

    fn alarm_about(&self, moment: Moment<'_>, user: &str, fault: &'static str) -> Option<Alarm> {
        let source = moment.source();
        let mut refusals = locked(&self.refusals);
        let is_news = refusals.note_account(moment.now.mono, source, user);
        if refusals.budget.has_unreported() {
            self.unreported.store(true, Ordering::Relaxed);
        }
        let name = user.split('@').next().unwrap_or_default();
        is_news.then(|| Alarm {
            kind: AlarmKind::Unusable { fault },
            at: moment.now.wall,
            source,
            account: user.to_owned(),
            tenant: moment.directory.device_of_sip_user(name).map(|(tenant, _)| tenant.id),
        })
    }
}

/// Returns the stable code of a fault.
const fn code(fault: DigestError) -> &'static str {
    match fault {
        DigestError::Qop => "qop",
        DigestError::Algorithm => "algorithm",
        DigestError::Count => "nonce-count",
        DigestError::Scheme | DigestError::Grammar | DigestError::Missing(_) | DigestError::Twice(_) => "unreadable",
    }
}
