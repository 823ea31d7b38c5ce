//! Many phones in pairs that talk: the load for what a relayed packet costs.
//!
//! `talkers SERVER CALLS SECONDS`: the phones `phone1000`… with the password `secret` register, the first half call the extensions
//! of the second half, both sides send G.711. Prints `talking` when every call is up, then what came through of what was to be sent: `packets N of N`.

use anyhow::Context;
use ringdown::softphone::{Account, Call, Phone, Tone, pause};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::task::JoinSet;

/// The extension of the first phone.
const FIRST: usize = 1000;
/// What everybody says.
const TONE: Tone = Tone(440);
/// Packets that each side sends in a second.
const RATE: u64 = 50;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().with_context(|| format!("{what} is missing"));
    let server: SocketAddr = next("SERVER")?.parse()?;
    let calls: usize = next("CALLS")?.parse()?;
    let seconds: u64 = next("SECONDS")?.parse()?;

    let mut pairs = JoinSet::new();
    for number in FIRST..FIRST + calls {
        pairs.spawn(pair(server, number, number + calls));
        // Two hundred phones that register in one moment are another test.
        pause(Duration::from_millis(20)).await;
    }
    let mut talking = Vec::new();
    while let Some(pair) = pairs.join_next().await {
        talking.push(pair??);
    }
    println!("talking");
    let before = packets(&talking);
    pause(Duration::from_secs(seconds)).await;
    let came = packets(&talking) - before;
    println!("packets {came} of {}", 2 * calls as u64 * RATE * seconds);
    for Pair { calls: [caller, _], .. } in talking {
        caller.hang_up().await.context("hanging up failed")?;
    }
    Ok(())
}

/// Two phones in a call.
struct Pair {
    calls: [Call; 2],
    _phones: [Phone; 2],
}

async fn pair(server: SocketAddr, caller: usize, callee: usize) -> anyhow::Result<Pair> {
    let (caller, mut callee) = (switch_on(server, caller).await?, switch_on(server, callee).await?);
    let extension = callee.account().extension.clone();
    let (dialled, answered) = tokio::join!(caller.dial(&extension, TONE), async {
        let ringing = callee.next_call().await.context("a phone did not ring")?;
        ringing.answer(TONE).await.context("a phone could not answer")
    });
    let dialled = dialled.with_context(|| format!("the call to {extension} failed"))?;
    Ok(Pair { calls: [dialled, answered?], _phones: [caller, callee] })
}

async fn switch_on(server: SocketAddr, number: usize) -> anyhow::Result<Phone> {
    let account =
        Account { user: format!("phone{number}"), password: "secret".to_owned(), extension: number.to_string() };
    let mut phone = Phone::start(account, server, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    phone.register(600).await.with_context(|| format!("phone{number} could not register"))?;
    Ok(phone)
}

fn packets(pairs: &[Pair]) -> u64 {
    pairs.iter().flat_map(|pair| &pair.calls).map(Call::packets).sum()
}
