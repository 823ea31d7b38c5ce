//! A call as the phone's user has it.

use super::audio::Audio;
use super::media_line;
use super::pace::within;
use super::phone::Fault;
use super::tone::Tone;
use rsip::dialog::dialog::DialogState;
use rsip::dialog::invite_dialog::InviteDialog;
use rsip::sip::{Header, StatusCode};
use std::net::IpAddr;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;

/// How long a tone may take to be heard.
const PATIENCE: Duration = Duration::from_secs(5);

/// A call that rings here.
pub struct Ringing {
    pub(super) dialog: InviteDialog,
    pub(super) states: UnboundedReceiver<DialogState>,
    pub(super) caller: String,
    pub(super) offer: Vec<u8>,
    pub(super) ip: IpAddr,
}

impl Ringing {
    /// Who calls, as the phone shows it: the From header.
    pub fn caller(&self) -> &str {
        &self.caller
    }

    /// Picks up and sends this tone.
    ///
    /// # Errors
    /// When the caller offers no audio for us, or is gone already.
    pub async fn answer(self, tone: Tone) -> Result<Call, Fault> {
        let (far, law) = media_line::read(&self.offer).ok_or(Fault::NoAudio)?;
        let audio = Audio::start(self.ip, tone).await?;
        let sdp = media_line::offer(audio.local(), Some(law));
        let content = Header::ContentType("application/sdp".into());
        self.dialog.accept(Some(vec![content]), Some(sdp.into_bytes())).map_err(Fault::sip)?;
        audio.aim((far, law));
        Ok(Call { dialog: self.dialog, states: Mutex::new(self.states), audio })
    }

    /// Refuses with this code.
    ///
    /// # Errors
    /// When the caller is gone already.
    pub fn refuse(self, code: u16) -> Result<(), Fault> {
        self.dialog.reject(Some(StatusCode::from(code)), None).map_err(Fault::sip)
    }

    /// Waits until the caller (or the server) gives up.
    pub async fn stopped(mut self) {
        wait_for_the_end(&mut self.states).await;
    }
}

/// A call with sound.
pub struct Call {
    pub(super) dialog: InviteDialog,
    pub(super) states: Mutex<UnboundedReceiver<DialogState>>,
    pub(super) audio: Audio,
}

impl Call {
    /// Whether this tone is heard within some seconds.
    pub async fn hears(&self, tone: Tone) -> bool {
        let mut packets = self.audio.packets();
        within(PATIENCE, async {
            while !self.audio.hears(tone) {
                if packets.changed().await.is_err() {
                    return;
                }
            }
        })
        .await
        .is_some()
    }

    /// Packets received so far.
    pub fn packets(&self) -> u64 {
        *self.audio.packets().borrow()
    }

    /// Hangs up.
    ///
    /// # Errors
    /// When the far end does not answer.
    pub async fn hang_up(self) -> Result<(), Fault> {
        self.dialog.hangup().await.map_err(Fault::sip)
    }

    /// Waits until the far end hangs up.
    pub async fn until_ended(&self) {
        wait_for_the_end(&mut *self.states.lock().await).await;
    }
}

async fn wait_for_the_end(states: &mut UnboundedReceiver<DialogState>) {
    while let Some(state) = states.recv().await {
        if matches!(state, DialogState::Terminated(..)) {
            return;
        }
    }
}
