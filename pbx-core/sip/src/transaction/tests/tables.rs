//! Every row of the tables of RFC 3261 §17 and RFC 6026.

use crate::transaction::step::words::*;
use crate::transaction::step::{Effect, Input, Input::*};
use crate::transaction::{Timer, client, client_invite, server, server_invite};

type Row<S> = (S, Input, S, &'static [Effect]);

fn holds<S: Copy + PartialEq + std::fmt::Debug>(
    step: impl Fn(S, Input) -> (S, &'static [Effect]),
    states: &[S],
    rows: &[Row<S>],
) {
    let mut inputs = vec![Begin, Cancelled, Repeated, Ack, TransportError];
    inputs.extend([Provisional, Success, Refusal].into_iter().flat_map(|class| [Response(class), Respond(class)]));
    inputs.extend("ABDEFGHIJKLM".chars().filter_map(timer).map(Due));
    inputs.extend([Due(Timer::Trying), Due(Timer::Cancelled)]);
    for &state in states {
        for &input in &inputs {
            let row = rows.iter().find(|(s, i, ..)| *s == state && *i == input);
            let expected = row.map_or((state, &[][..]), |(_, _, next, effects)| (*next, *effects));
            assert_eq!(step(state, input), expected, "{state:?} {input:?}");
        }
    }
}

fn timer(letter: char) -> Option<Timer> {
    serde_json::from_str(&format!("\"{letter}\"")).ok()
}

#[test]
fn client_invite_is_figure_5_of_rfc_3261_with_rfc_6026() {
    use client_invite::ClientInviteState::*;
    let rows: &[Row<client_invite::ClientInviteState>] = &[
        (Calling, Begin, Calling, &[SendRequest, Set(Timer::A), Set(Timer::B)]),
        (Calling, Due(Timer::A), Calling, &[SendRequest, Again(Timer::A)]),
        (Calling, Due(Timer::B), Terminated, &[TellTimeout]),
        (Calling, TransportError, Terminated, &[TellTransportError]),
        (Calling, Response(Provisional), Proceeding, &[Clear(Timer::A), Clear(Timer::B), Tell]),
        (Calling, Response(Success), Accepted, &[Clear(Timer::A), Clear(Timer::B), Set(Timer::M), Tell]),
        (Calling, Response(Refusal), Completed, &[Clear(Timer::A), Clear(Timer::B), SendAck, Set(Timer::D), Tell]),
        (Proceeding, Response(Provisional), Proceeding, &[Tell]),
        (Proceeding, Response(Success), Accepted, &[Clear(Timer::Cancelled), Set(Timer::M), Tell]),
        (Proceeding, Response(Refusal), Completed, &[Clear(Timer::Cancelled), SendAck, Set(Timer::D), Tell]),
        (Proceeding, Cancelled, Proceeding, &[Set(Timer::Cancelled)]),
        (Proceeding, Due(Timer::Cancelled), Terminated, &[TellTimeout]),
        (Proceeding, TransportError, Terminated, &[TellTransportError]),
        (Completed, Response(Refusal), Completed, &[SendAck]),
        (Completed, Due(Timer::D), Terminated, &[]),
        (Completed, TransportError, Terminated, &[TellTransportError]),
        (Accepted, Response(Success), Accepted, &[Tell]),
        (Accepted, Due(Timer::M), Terminated, &[]),
    ];
    holds(client_invite::step, &[Calling, Proceeding, Completed, Accepted, Terminated], rows);
}

#[test]
fn client_is_figure_6_of_rfc_3261() {
    use client::ClientState::*;
    let rows: &[Row<client::ClientState>] = &[
        (Trying, Begin, Trying, &[SendRequest, Set(Timer::E), Set(Timer::F)]),
        (Trying, Due(Timer::E), Trying, &[SendRequest, Again(Timer::E)]),
        (Trying, Due(Timer::F), Terminated, &[TellTimeout]),
        (Trying, TransportError, Terminated, &[TellTransportError]),
        (Trying, Response(Provisional), Proceeding, &[Tell]),
        (Trying, Response(Success), Completed, &[Clear(Timer::E), Clear(Timer::F), Set(Timer::K), Tell]),
        (Trying, Response(Refusal), Completed, &[Clear(Timer::E), Clear(Timer::F), Set(Timer::K), Tell]),
        (Proceeding, Due(Timer::E), Proceeding, &[SendRequest, Slow(Timer::E)]),
        (Proceeding, Due(Timer::F), Terminated, &[TellTimeout]),
        (Proceeding, TransportError, Terminated, &[TellTransportError]),
        (Proceeding, Response(Provisional), Proceeding, &[Tell]),
        (Proceeding, Response(Success), Completed, &[Clear(Timer::E), Clear(Timer::F), Set(Timer::K), Tell]),
        (Proceeding, Response(Refusal), Completed, &[Clear(Timer::E), Clear(Timer::F), Set(Timer::K), Tell]),
        (Completed, Due(Timer::K), Terminated, &[]),
    ];
    holds(client::step, &[Trying, Proceeding, Completed, Terminated], rows);
}

#[test]
fn server_invite_is_figure_7_of_rfc_3261_with_rfc_6026() {
    use server_invite::ServerInviteState::*;
    let rows: &[Row<server_invite::ServerInviteState>] = &[
        (Proceeding, Begin, Proceeding, &[Set(Timer::Trying), Tell]),
        (Proceeding, Due(Timer::Trying), Proceeding, &[SendTrying]),
        (Proceeding, Repeated, Proceeding, &[Resend]),
        (Proceeding, Respond(Provisional), Proceeding, &[Clear(Timer::Trying), SendResponse]),
        (Proceeding, Respond(Success), Accepted, &[Clear(Timer::Trying), Set(Timer::L), SendResponse]),
        (Proceeding, Respond(Refusal), Completed, &[Clear(Timer::Trying), SendResponse, Set(Timer::G), Set(Timer::H)]),
        (Proceeding, TransportError, Proceeding, &[TellTransportError]),
        (Completed, Repeated, Completed, &[Resend]),
        (Completed, Due(Timer::G), Completed, &[Resend, Again(Timer::G)]),
        (Completed, Due(Timer::H), Terminated, &[TellNoAck]),
        (Completed, Ack, Confirmed, &[Clear(Timer::G), Clear(Timer::H), Set(Timer::I)]),
        (Completed, TransportError, Completed, &[TellTransportError]),
        (Confirmed, Due(Timer::I), Terminated, &[]),
        (Accepted, Respond(Success), Accepted, &[SendResponse]),
        (Accepted, Ack, Accepted, &[Tell]),
        (Accepted, Due(Timer::L), Terminated, &[]),
        (Accepted, TransportError, Accepted, &[TellTransportError]),
    ];
    holds(server_invite::step, &[Proceeding, Completed, Confirmed, Accepted, Terminated], rows);
}

#[test]
fn server_is_figure_8_of_rfc_3261() {
    use server::ServerState::*;
    let rows: &[Row<server::ServerState>] = &[
        (Trying, Begin, Trying, &[Tell]),
        (Trying, Respond(Provisional), Proceeding, &[SendResponse]),
        (Trying, Respond(Success), Completed, &[SendResponse, Set(Timer::J)]),
        (Trying, Respond(Refusal), Completed, &[SendResponse, Set(Timer::J)]),
        (Proceeding, Respond(Provisional), Proceeding, &[SendResponse]),
        (Proceeding, Respond(Success), Completed, &[SendResponse, Set(Timer::J)]),
        (Proceeding, Respond(Refusal), Completed, &[SendResponse, Set(Timer::J)]),
        (Proceeding, Repeated, Proceeding, &[Resend]),
        (Proceeding, TransportError, Proceeding, &[TellTransportError]),
        (Completed, Repeated, Completed, &[Resend]),
        (Completed, Due(Timer::J), Terminated, &[]),
        (Completed, TransportError, Completed, &[TellTransportError]),
    ];
    holds(server::step, &[Trying, Proceeding, Completed, Terminated], rows);
}
