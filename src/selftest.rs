//! `ringdown selftest`: registers, calls and listens for its own tone through a running server, and says what failed.
//!
//! Each step has a limit of its own: a server that says nothing is a finding, not a reason to wait.

use crate::softphone::{Account, Call, Fault, Phone, Tone, within};
use anyhow::Context;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// The tone that the caller sends.
const CALLER: Tone = Tone(440);
/// The tone that the callee sends.
const CALLEE: Tone = Tone(880);
/// Seconds that a phone registers for: a self-test that was killed leaves a phone behind for no longer.
const BRIEFLY: u32 = 60;
/// Seconds for a server that grants longer registrations only; it cuts them to what it grants.
const LONG: u32 = 86_400;
/// How long the server may take for one answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a call may take until it is picked up: the called phone does so at once.
const CALL: Duration = Duration::from_secs(10);

/// Calls from the one account to the other. Each step that went well is told to `say`.
///
/// # Errors
/// The step that failed, in words.
pub async fn run(sip: SocketAddr, accounts: [Account; 2], mut say: impl FnMut(&str)) -> anyhow::Result<()> {
    let [caller, callee] = accounts;
    let mut caller = switch_on(caller, sip).await?;
    let mut callee = switch_on(callee, sip).await?;
    say("two phones are registered");
    let (caller_side, callee_side) = connect(&caller, &mut callee).await?;
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
    let hung_up = within(ANSWER, caller_side.hang_up()).await.unwrap_or(Err(Fault::Silent));
    hung_up.context("hanging up failed")?;
    within(ANSWER, callee_side.until_ended()).await.context("hanging up did not reach the other side")?;
    say("hanging up reached the other side");
    for phone in [&mut caller, &mut callee] {
        let taken_back = within(ANSWER, phone.register(0)).await.unwrap_or(Err(Fault::Silent));
        taken_back.with_context(|| format!("{} could not un-register", phone.account().user))?;
    }
    Ok(())
}

/// The call, at both ends. Whichever end fails first ends the step: a refused call rings nowhere.
async fn connect(caller: &Phone, callee: &mut Phone) -> anyhow::Result<(Call, Call)> {
    let Account { user, extension, .. } = callee.account().clone();
    let call = async {
        let dialled = caller.dial(&extension, CALLER).await;
        dialled.with_context(|| format!("the call to {extension} failed"))
    };
    let answer = async {
        let ringing = callee.next_call().await.context("the called phone did not ring")?;
        ringing.answer(CALLEE).await.context("the called phone could not answer")
    };
    let connected = within(CALL, async { tokio::try_join!(call, answer) }).await;
    connected.with_context(|| {
        let limit = CALL.as_secs();
        format!(
            "the call to {extension} did not reach {user} within {limit} s: does {extension} ring that phone alone?"
        )
    })?
}

async fn switch_on(account: Account, sip: SocketAddr) -> anyhow::Result<Phone> {
    let mut phone = Phone::start(account, sip, SocketAddr::new(own_address(sip.ip()), 0)).await?;
    let mut registered = within(ANSWER, phone.register(BRIEFLY)).await.unwrap_or(Err(Fault::Silent));
    if matches!(registered, Err(Fault::Refused(423))) {
        registered = within(ANSWER, phone.register(LONG)).await.unwrap_or(Err(Fault::Silent));
    }
    registered.map_err(|fault| {
        let why = match fault {
            // The SIP library turns silence into a 408 of its own.
            Fault::Silent | Fault::Refused(408) => "nothing answered; is that where `serve` listens?".to_owned(),
            fault => fault.to_string(),
        };
        anyhow::anyhow!("{} could not register at {sip}: {why}", phone.account().user)
    })?;
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
