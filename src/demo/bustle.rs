//! Calls every few seconds, by phones that register, ring, answer, talk and hang up like people do.

use super::customers::CALLERS;
use crate::softphone::{Account, Fault, Phone, Ringing, Tone, pause};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How many seconds a registration of a simulated phone lasts; it is renewed at half of that.
const REGISTRATION: u32 = 120;
/// The number that the simulated carrier calls.
const PUBLIC_NUMBER: &str = "+4930555100";

/// All simulated phones. Dropping this ends them without a word to the server.
pub struct Bustle {
    tasks: JoinSet<()>,
    carrier: Arc<Phone>,
    server: SocketAddr,
}

impl Bustle {
    /// Binds the simulated carrier's socket: its address must be in the configuration before it may call.
    ///
    /// # Errors
    /// When no socket can be had.
    pub async fn prepare(server: SocketAddr) -> Result<Self, Fault> {
        let nobody = Account { user: "carrier".to_owned(), password: String::new(), extension: String::new() };
        let usual = Phone::start(nobody.clone(), server, SocketAddr::from((Ipv4Addr::LOCALHOST, 5071))).await;
        // The usual port is taken on this machine: any other does as well, the import names it.
        let carrier = match usual {
            Ok(phone) => phone,
            Err(_) => Phone::start(nobody, server, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?,
        };
        Ok(Self { tasks: JoinSet::new(), carrier: Arc::new(carrier), server })
    }

    /// Where the carrier calls from.
    pub fn carrier(&self) -> SocketAddr {
        self.carrier.address()
    }

    /// Starts the simulated phones.
    pub fn begin(&mut self, accounts: Vec<(&'static str, Account)>, rng: &mut ChaCha20Rng) {
        for (index, (tenant, account)) in accounts.iter().enumerate() {
            let colleagues: Vec<String> = accounts
                .iter()
                .filter(|(other, colleague)| other == tenant && colleague.user != account.user)
                .map(|(_, colleague)| colleague.extension.clone())
                .collect();
            let tone = Tone(300 + 60 * index as u16);
            let rng = ChaCha20Rng::from_rng(rng);
            self.tasks.spawn(desk(account.clone(), self.server, colleagues, tone, rng));
        }
        self.tasks.spawn(outside(self.carrier.clone(), ChaCha20Rng::from_rng(rng)));
    }
}

/// One desk phone: renews its registration, answers, and calls a colleague now and then.
async fn desk(account: Account, server: SocketAddr, colleagues: Vec<String>, tone: Tone, mut rng: ChaCha20Rng) {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let Ok(mut phone) = Phone::start(account, server, at).await else { return };
    loop {
        if let Err(error) = phone.register(REGISTRATION).await {
            tracing::info!(%error, phone = phone.account().user, "a simulated phone could not register");
            pause(Duration::from_secs(2)).await;
            continue;
        }
        for _ in 0..4 {
            let until_own_call = Duration::from_millis(between(&mut rng, 8_000, 20_000));
            tokio::select! {
                ringing = phone.next_call() => match ringing {
                    Some(ringing) => pick_up(ringing, tone, &mut rng).await,
                    None => return,
                },
                () = pause(until_own_call) => {
                    let colleague = &colleagues[rng.next_u32() as usize % colleagues.len()];
                    talk(phone.dial(colleague, tone).await, &mut rng).await;
                }
            }
        }
    }
}

/// The carrier: somebody calls the public number now and then.
async fn outside(carrier: Arc<Phone>, mut rng: ChaCha20Rng) {
    loop {
        pause(Duration::from_millis(between(&mut rng, 6_000, 15_000))).await;
        let caller = CALLERS[rng.next_u32() as usize % CALLERS.len()];
        talk(carrier.dial_as(caller, PUBLIC_NUMBER, Tone(1200)).await, &mut rng).await;
    }
}

async fn pick_up(ringing: Ringing, tone: Tone, rng: &mut ChaCha20Rng) {
    pause(Duration::from_millis(between(rng, 1_000, 4_000))).await;
    match rng.next_u32() % 10 {
        0 => drop(ringing.refuse(486)),
        1 => ringing.stopped().await,
        _ => {
            if let Ok(call) = ringing.answer(tone).await {
                let longest = Duration::from_millis(between(rng, 5_000, 25_000));
                tokio::select! {
                    () = pause(longest) => {}
                    () = call.until_ended() => {}
                }
                drop(call.hang_up().await);
            }
        }
    }
}

/// Talks for a while, or until the other side hangs up. A refused call is a part of life.
async fn talk(call: Result<crate::softphone::Call, Fault>, rng: &mut ChaCha20Rng) {
    let Ok(call) = call else { return };
    let longest = Duration::from_millis(between(rng, 4_000, 20_000));
    tokio::select! {
        () = pause(longest) => {}
        () = call.until_ended() => {}
    }
    drop(call.hang_up().await);
}

fn between(rng: &mut ChaCha20Rng, least: u64, most: u64) -> u64 {
    least + rng.next_u64() % (most - least)
}
