//! The phone: a SIP endpoint of its own with one account.

use super::account::Account;
use super::audio::Audio;
use super::call::{Call, Ringing};
use super::challenges::KnownChallenges;
use super::media_line;
use super::refusal::shown;
use super::tone::Tone;
use rsip::dialog::authenticate::Credential;
use rsip::dialog::dialog_layer::DialogLayer;
use rsip::dialog::invitation::InviteOption;
use rsip::dialog::registration::Registration;
use rsip::sip::prelude::{HeadersExt, ToTypedHeader};
use rsip::sip::{Method, StatusCode, Uri};
use rsip::transaction::TransactionReceiver;
use rsip::transaction::endpoint::EndpointBuilder;
use rsip::transaction::transaction::Transaction;
use rsip::transport::{TransportLayer, udp::UdpConnection};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// What went wrong, as the phone's user would say it.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The server answered with another code than success.
    #[error("the server answered {}", shown(*.0))]
    Refused(u16),
    /// The server did not answer.
    #[error("no answer from the server")]
    Silent,
    /// The far end has no audio that we speak.
    #[error("no common audio")]
    NoAudio,
    /// The machine refused a socket.
    #[error("no socket: {0}")]
    Socket(#[from] std::io::Error),
    /// A fault that the SIP library tells.
    #[error("{0}")]
    Sip(String),
}

impl Fault {
    pub(super) fn sip(error: rsip::Error) -> Self {
        Self::Sip(error.to_string())
    }
}

/// A phone that is switched on. Dropping it ends it without a word to the server.
pub struct Phone {
    account: Account,
    server: SocketAddr,
    local: SocketAddr,
    layer: Arc<DialogLayer>,
    registration: Registration,
    ringing: UnboundedReceiver<Ringing>,
    plug: CancellationToken,
}

impl Phone {
    /// Switches a phone on, on an address of this machine (port 0: any).
    ///
    /// # Errors
    /// When no socket can be had.
    pub async fn start(account: Account, server: SocketAddr, at: SocketAddr) -> Result<Self, Fault> {
        let plug = CancellationToken::new();
        let transport = TransportLayer::new(plug.clone());
        let udp = UdpConnection::create_connection(at, None, Some(plug.child_token())).await.map_err(Fault::sip)?;
        let local = udp.get_addr().get_socketaddr().map_err(Fault::sip)?;
        transport.add_transport(udp.into());
        let endpoint = EndpointBuilder::new()
            .with_user_agent("Ringdown softphone")
            .with_inspector(Box::new(KnownChallenges))
            .with_cancel_token(plug.clone())
            .with_transport_layer(transport)
            .build();
        let incoming = endpoint.incoming_transactions().map_err(Fault::sip)?;
        let layer = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        let registration = Registration::new(endpoint.inner.clone(), Some(credential(&account)));
        let (to_user, ringing) = unbounded_channel();
        let receiver = Receiver { layer: layer.clone(), contact: uri(&account.user, local)?, ip: at.ip(), to_user };
        tokio::spawn(receiver.run(incoming));
        let stop = plug.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = endpoint.serve() => {}
                () = stop.cancelled() => endpoint.shutdown(),
            }
        });
        Ok(Self { account, server, local, layer, registration, ringing, plug })
    }

    /// The phone's account.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The address that the phone listens on.
    pub fn address(&self) -> SocketAddr {
        self.local
    }

    /// Registers for this many seconds; 0 unregisters.
    ///
    /// # Errors
    /// When the server refuses or is silent.
    pub async fn register(&mut self, seconds: u32) -> Result<(), Fault> {
        let server = uri_of_server(self.server)?;
        let contact = uri(&self.account.user, self.local)?;
        self.registration.contact =
            Some(rsip::sip::typed::Contact { display_name: None, uri: contact, params: Vec::new() });
        let response = self.registration.register(server, Some(seconds)).await.map_err(Fault::sip)?;
        match response.status_code {
            StatusCode::OK => Ok(()),
            code => Err(Fault::Refused(code.code())),
        }
    }

    /// Dials, and waits for the answer. Sends this tone.
    ///
    /// # Errors
    /// When the call is refused, or nobody answers.
    pub async fn dial(&self, target: &str, tone: Tone) -> Result<Call, Fault> {
        self.dial_as(&self.account.user, target, tone).await
    }

    /// Dials with another user in From, as a carrier does for its callers.
    ///
    /// # Errors
    /// As [`Phone::dial`].
    pub async fn dial_as(&self, caller: &str, target: &str, tone: Tone) -> Result<Call, Fault> {
        let audio = Audio::start(self.local.ip(), tone).await?;
        let (sender, states) = self.layer.new_dialog_state_channel();
        let option = InviteOption {
            caller: uri(caller, self.server)?,
            callee: uri(target, self.server)?,
            contact: uri(&self.account.user, self.local)?,
            content_type: Some("application/sdp".to_owned()),
            offer: Some(media_line::offer(audio.local(), None).into_bytes()),
            credential: Some(credential(&self.account)),
            ..InviteOption::default()
        };
        let (dialog, response) = self.layer.do_invite(option, sender).await.map_err(Fault::sip)?;
        let response = response.ok_or(Fault::Silent)?;
        if response.status_code != StatusCode::OK {
            return Err(Fault::Refused(response.status_code.code()));
        }
        audio.aim(media_line::read(&response.body).ok_or(Fault::NoAudio)?);
        Ok(Call { dialog, states: tokio::sync::Mutex::new(states), audio })
    }

    /// Waits for the next call that rings here; `None` when the phone's endpoint has ended.
    pub async fn next_call(&mut self) -> Option<Ringing> {
        self.ringing.recv().await
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.plug.cancel();
    }
}

/// Takes the requests that come in.
struct Receiver {
    layer: Arc<DialogLayer>,
    contact: Uri,
    ip: IpAddr,
    to_user: UnboundedSender<Ringing>,
}

impl Receiver {
    async fn run(self, mut incoming: TransactionReceiver) {
        while let Some(mut transaction) = incoming.recv().await {
            if let Some(mut dialog) = self.layer.match_dialog(&transaction) {
                tokio::spawn(async move {
                    // A request that the dialog refuses is answered by the dialog itself.
                    let _ = dialog.handle(&mut transaction).await;
                });
                continue;
            }
            match transaction.original.method {
                Method::Invite => self.ring(transaction),
                Method::Ack => {}
                Method::Options => answer(transaction, StatusCode::OK),
                _ => answer(transaction, StatusCode::CallTransactionDoesNotExist),
            }
        }
    }

    fn ring(&self, mut transaction: Transaction) {
        let (sender, states) = self.layer.new_dialog_state_channel();
        let contact = Some(self.contact.clone());
        let Ok(dialog) = self.layer.get_or_create_server_invite(&transaction, sender, None, contact) else {
            return answer(transaction, StatusCode::ServerInternalError);
        };
        let from = transaction.original.from_header().ok().and_then(|f| f.typed().ok());
        let caller = from.map(|f| f.to_string()).unwrap_or_default();
        let offer = transaction.original.body.clone();
        let mut handler = dialog.clone();
        tokio::spawn(async move {
            let _ = handler.handle(&mut transaction).await;
        });
        // Nobody to pick up: the caller hears it ring until it gives up.
        let _ = dialog.ringing(None, None);
        let _ = self.to_user.send(Ringing { dialog, states, caller, offer, ip: self.ip });
    }
}

fn answer(mut transaction: Transaction, code: StatusCode) {
    tokio::spawn(async move {
        let _ = transaction.reply(code).await;
    });
}

fn credential(account: &Account) -> Credential {
    Credential { username: account.user.clone(), password: account.password.clone(), realm: None, auth_username: None }
}

fn uri(user: &str, host: SocketAddr) -> Result<Uri, Fault> {
    Uri::try_from(format!("sip:{user}@{host}").as_str()).map_err(|e| Fault::Sip(e.to_string()))
}

fn uri_of_server(server: SocketAddr) -> Result<Uri, Fault> {
    Uri::try_from(format!("sip:{server}").as_str()).map_err(|e| Fault::Sip(e.to_string()))
}
