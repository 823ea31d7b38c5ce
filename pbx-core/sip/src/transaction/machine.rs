//! Which of the four machines a transaction is, and where it stands.

use super::client::{self, ClientState};
use super::client_invite::{self, ClientInviteState};
use super::server::{self, ServerState};
use super::server_invite::{self, ServerInviteState};
use super::step::{Effect, Input, Step};
use serde::{Deserialize, Serialize};

/// The machine of a transaction, with its state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Machine {
    /// RFC 3261 §17.1.1.
    ClientInvite(ClientInviteState),
    /// RFC 3261 §17.1.2.
    Client(ClientState),
    /// RFC 3261 §17.2.1.
    ServerInvite(ServerInviteState),
    /// RFC 3261 §17.2.2.
    Server(ServerState),
}

impl Machine {
    /// Makes a client transaction that has not begun.
    pub const fn client(is_invite: bool) -> Self {
        if is_invite { Self::ClientInvite(ClientInviteState::Calling) } else { Self::Client(ClientState::Trying) }
    }

    /// Makes a server transaction that has not begun.
    pub const fn server(is_invite: bool) -> Self {
        if is_invite { Self::ServerInvite(ServerInviteState::Proceeding) } else { Self::Server(ServerState::Trying) }
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

    /// Returns whether the transaction is over.
    pub const fn is_terminated(self) -> bool {
        matches!(
            self,
            Self::ClientInvite(ClientInviteState::Terminated)
                | Self::Client(ClientState::Terminated)
                | Self::ServerInvite(ServerInviteState::Terminated)
                | Self::Server(ServerState::Terminated)
        )
    }

    /// Returns whether the transaction may have to send its kept message again.
    pub const fn may_send_again(self) -> bool {
        !matches!(
            self,
            Self::ClientInvite(ClientInviteState::Accepted)
                | Self::Client(ClientState::Completed)
                | Self::ServerInvite(ServerInviteState::Accepted | ServerInviteState::Confirmed)
        ) && !self.is_terminated()
    }
}
