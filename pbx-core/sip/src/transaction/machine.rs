//! Which of the four machines a transaction is, and where it stands.

use super::step::{Effect, Input, Step};
use super::{client, client_invite, server, server_invite};
use serde::{Deserialize, Serialize};

/// Which machine a transaction is, and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Machine {
    /// RFC 3261 §17.1.1.
    ClientInvite(client_invite::State),
    /// RFC 3261 §17.1.2.
    Client(client::State),
    /// RFC 3261 §17.2.1.
    ServerInvite(server_invite::State),
    /// RFC 3261 §17.2.2.
    Server(server::State),
}

impl Machine {
    /// A client transaction that has not begun.
    pub const fn client(is_invite: bool) -> Self {
        if is_invite { Self::ClientInvite(client_invite::State::Calling) } else { Self::Client(client::State::Trying) }
    }

    /// A server transaction that has not begun.
    pub const fn server(is_invite: bool) -> Self {
        if is_invite {
            Self::ServerInvite(server_invite::State::Proceeding)
        } else {
            Self::Server(server::State::Trying)
        }
    }

    /// Takes one input: moves to the next state, and gives what is to be done.
    pub fn step(&mut self, input: Input) -> &'static [Effect] {
        fn go<S: Copy>(state: &mut S, (next, effects): Step<S>) -> &'static [Effect] {
            *state = next;
            effects
        }
        match self {
            Self::ClientInvite(state) => go(state, client_invite::step(*state, input)),
            Self::Client(state) => go(state, client::step(*state, input)),
            Self::ServerInvite(state) => go(state, server_invite::step(*state, input)),
            Self::Server(state) => go(state, server::step(*state, input)),
        }
    }

    /// Whether the transaction is over.
    pub const fn is_terminated(self) -> bool {
        matches!(
            self,
            Self::ClientInvite(client_invite::State::Terminated)
                | Self::Client(client::State::Terminated)
                | Self::ServerInvite(server_invite::State::Terminated)
                | Self::Server(server::State::Terminated)
        )
    }

    /// Whether the transaction may have to send its kept message again.
    pub const fn may_send_again(self) -> bool {
        !matches!(
            self,
            Self::ClientInvite(client_invite::State::Accepted)
                | Self::Client(client::State::Completed)
                | Self::ServerInvite(server_invite::State::Accepted | server_invite::State::Confirmed)
        ) && !self.is_terminated()
    }
}
