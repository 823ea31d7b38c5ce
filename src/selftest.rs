//! `ringdown selftest`: registers, calls and listens for its own tone through a running server, and says what failed.

use crate::softphone::{Account, Phone, Tone};
use anyhow::Context;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The tone that the caller sends.
const CALLER: Tone = Tone(440);
/// The tone that the callee sends.
const CALLEE: Tone = Tone(880);

/// Calls from the one account to the other. Each step that went well is told to `say`.
///
/// # Errors
/// The step that failed, in words.
pub async fn run(sip: SocketAddr, accounts: [Account; 2], mut say: impl FnMut(&str)) -> anyhow::Result<()> {
    let [caller, callee] = accounts;
    let extension = callee.extension.clone();
    let mut caller = switch_on(caller, sip).await?;
    let mut callee = switch_on(callee, sip).await?;
    say("two phones are registered");
    let (dialled, answered) = tokio::join!(
        async { caller.dial(&extension, CALLER).await.with_context(|| format!("the call to {extension} failed")) },
        async {
            let ringing = callee.next_call().await.context("the called phone did not ring")?;
            ringing.answer(CALLEE).await.context("the called phone could not answer")
        },
    );
    let (caller_side, callee_side) = (dialled?, answered?);
    say("the call is answered");
    let (at_caller, at_callee) = tokio::join!(caller_side.hears(CALLEE), callee_side.hears(CALLER));
    anyhow::ensure!(
        at_caller,
        "the caller does not hear the called phone ({} packets came): is a firewall between phone and media ports?",
        caller_side.packets()
    );
    anyhow::ensure!(
        at_callee,
        "the called phone does not hear the caller ({} packets came): is a firewall between phone and media ports?",
        callee_side.packets()
    );
    say("both sides hear each other's tone");
    caller_side.hang_up().await.context("hanging up failed")?;
    callee_side.until_ended().await;
    say("hanging up reached the other side");
    caller.register(0).await.context("the caller could not un-register")?;
    callee.register(0).await.context("the called phone could not un-register")?;
    Ok(())
}

async fn switch_on(account: Account, sip: SocketAddr) -> anyhow::Result<Phone> {
    let name = account.user.clone();
    let mut phone = Phone::start(account, sip, SocketAddr::new(own_address(sip.ip()), 0)).await?;
    phone.register(60).await.with_context(|| format!("{name} could not register at {sip}"))?;
    Ok(phone)
}

/// The address that a phone should listen on to talk to this server.
fn own_address(server: IpAddr) -> IpAddr {
    match server {
        IpAddr::V4(ip) if ip.is_loopback() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_loopback() => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) => pbx_core::net::source_towards(server).unwrap_or_else(|| Ipv4Addr::UNSPECIFIED.into()),
        IpAddr::V6(_) => pbx_core::net::source_towards(server).unwrap_or_else(|| Ipv6Addr::UNSPECIFIED.into()),
    }
}
