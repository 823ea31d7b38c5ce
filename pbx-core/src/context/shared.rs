//! What all calls of one engine share. Plain data; no call reaches into another.

use crate::base::flow::Flow;
use crate::base::ids::{LegId, TenantId};
use crate::base::token::{self, Tokens};
use crate::context::owner::TransactionUser;
use crate::context::stock::Stock;
use crate::context::strays::Strays;
use crate::context::timers::{Timers, sip_timers};
use crate::door::Replays;
use crate::registrar::Registrar;
use bytes::Bytes;
use pbx_sip::Message;
use pbx_sip::transaction::{Action, Layer, TransactionId};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// The shared part of an engine's state.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shared {
    pub(crate) layer: Layer<TransactionUser>,
    pub(crate) timers: Timers,
    pub(crate) stock: Stock,
    pub(crate) rng: ChaCha12Rng,
    /// Makes our tags and branches.
    pub(crate) tokens: Tokens,
    pub(crate) registrar: Registrar,
    pub(crate) replays: Replays,
    /// The leg of each dialog, by the randomness of our tag: the same however a peer spells it.
    pub(crate) tags: HashMap<u64, LegId>,
    pub(crate) strays: Strays,
    /// Our ACKs of 2xx, for as long as the 2xx may come again.
    #[serde(with = "crate::context::pairs")]
    acks: BTreeMap<AckOf, (Flow, Bytes)>,
    /// Whether new calls are refused.
    pub(crate) draining: bool,
    /// The last event's number of each tenant.
    seqs: HashMap<TenantId, u64>,
    /// Actions of the transaction layer that came while a handler was at work.
    #[serde(skip)]
    pub(crate) pending_actions: VecDeque<Action<TransactionUser>>,
}

/// The key of a 2xx: its INVITE, and the tag of the phone that sent it.
type AckOf = (TransactionId, String);

/// How many phones are acknowledged that answer one INVITE with 2xx: as many as a proxy forks to,
/// and some. One of them has the call, the others are hung up; what comes beyond is made up.
const FORKS: usize = 8;

impl Shared {
    pub(crate) fn new(stock: Stock, rng: ChaCha12Rng, tokens: Tokens) -> Self {
        Self {
            layer: Layer::new(sip_timers()),
            timers: Timers::default(),
            stock,
            rng,
            tokens,
            registrar: Registrar::default(),
            replays: Replays::default(),
            tags: HashMap::new(),
            strays: Strays::default(),
            acks: BTreeMap::new(),
            draining: false,
            seqs: HashMap::new(),
            pending_actions: VecDeque::new(),
        }
    }

    /// Returns the number of the tenant's next event.
    pub(crate) fn next_seq(&mut self, tenant: TenantId) -> u64 {
        let seq = self.seqs.entry(tenant).or_insert(0);
        *seq += 1;
        *seq
    }

    /// Has our tag lead to this leg.
    pub(crate) fn lead(&mut self, tag: &str, leg: LegId) {
        if let Some(random) = token::random_of(tag) {
            self.tags.insert(random, leg);
        }
    }

    /// Has our tag lead nowhere.
    pub(crate) fn forget_tag(&mut self, tag: &str) {
        if let Some(random) = token::random_of(tag) {
            self.tags.remove(&random);
        }
    }

    /// Returns whether a further phone may answer this INVITE.
    pub(crate) fn may_fork(&self, invite: TransactionId) -> bool {
        let of_it = self.acks.range((invite, String::new())..).take_while(|((of, _), _)| *of == invite);
        of_it.count() < FORKS
    }

    /// Keeps the ACK of a 2xx for its retransmissions, whatever becomes of the call.
    pub(crate) fn keep_ack(&mut self, invite: TransactionId, response: &Message, flow: Flow, ack: &Bytes) {
        self.acks.insert((invite, tag_of(response)), (flow, ack.clone()));
    }

    /// Returns the ACK for a 2xx that came again.
    pub(crate) fn ack_again(&self, invite: TransactionId, response: &Message) -> Option<(Flow, Bytes)> {
        self.acks.get(&(invite, tag_of(response))).cloned()
    }

    /// Forgets the ACKs of an INVITE whose transaction is over: no further 2xx to it comes.
    pub(crate) fn forget_acks(&mut self, invite: TransactionId) {
        while let Some(key) = self.acks.range((invite, String::new())..).next().map(|(key, _)| key.clone()) {
            if key.0 != invite {
                break;
            }
            self.acks.remove(&key);
        }
    }

    /// Returns how many ACKs are kept.
    pub(crate) fn acks(&self) -> usize {
        self.acks.len()
    }
}

/// Returns the tag of the phone that sent a response.
fn tag_of(response: &Message) -> String {
    response.to_addr().ok().and_then(|to| to.tag().map(str::to_owned)).unwrap_or_default()
}
