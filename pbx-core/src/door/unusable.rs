//! Credentials that can't prove anything however often the phone repeats them: only its administrator can help, so that the
//! audit says what is wrong.

use super::admit::Moment;
use super::alarm::{Alarm, AlarmKind};
use super::{Door, locked};
use pbx_sip::digest::{Claim, Malformed};
use pbx_sip::{HeaderName, Message};
use std::sync::atomic::Ordering;

/// The phone was given the name of its account with a domain behind it, over which no digest of ours was made.
const WITH_DOMAIN: &str = "domain-in-user";

impl Door {
    /// What there is to tell of credentials for this realm that can't be used, if there are any and it is news.
    pub(super) fn unusable(&self, moment: Moment<'_>, message: &Message) -> Option<Alarm> {
        let headers = [HeaderName::Authorization, HeaderName::ProxyAuthorization];
        let mut all = headers.into_iter().flat_map(|name| message.headers_of(name));
        let (claim, fault) = all.find_map(|header| Claim::read(&header.value()))?;
        (claim.realm == self.nonces.realm()).then(|| self.tell(moment, &claim.user, code(fault)))?
    }

    /// The same of a right name with a domain behind it.
    pub(super) fn with_domain(&self, moment: Moment<'_>, user: &str) -> Option<Alarm> {
        let (name, _) = user.split_once('@')?;
        moment.directory.device_of_sip_user(name).and_then(|_| self.tell(moment, user, WITH_DOMAIN))
    }

    fn tell(&self, moment: Moment<'_>, user: &str, fault: &'static str) -> Option<Alarm> {
        let source = moment.source();
        let mut refusals = locked(&self.refusals);
        let is_news = refusals.is_news(moment.now.mono, source, user);
        if refusals.budget.owes() {
            self.owes.store(true, Ordering::Relaxed);
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

/// The stable code of what is wrong.
const fn code(fault: Malformed) -> &'static str {
    match fault {
        Malformed::Qop => "qop",
        Malformed::Algorithm => "algorithm",
        Malformed::Count => "nonce-count",
        Malformed::Scheme | Malformed::Grammar | Malformed::Missing(_) | Malformed::Twice(_) => "unreadable",
    }
}
