//! The phone's sound: a tone goes out every 20 ms, and the last second of what comes in is kept.

use super::pace::beat;
use super::tone::{FRAME, Law, Tone};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Samples kept of what was heard: 400 ms, so that an old sound is soon forgotten.
const KEPT: usize = 3200;

/// A bound RTP socket and what runs on it.
pub(super) struct Audio {
    local: SocketAddr,
    far: watch::Sender<Option<(SocketAddr, Law)>>,
    heard: Arc<Mutex<VecDeque<i16>>>,
    packets: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Audio {
    /// Binds the socket; sends the tone as soon as the far end is known.
    pub(super) async fn start(ip: IpAddr, tone: Tone) -> std::io::Result<Self> {
        let socket = UdpSocket::bind((ip, 0)).await?;
        let local = socket.local_addr()?;
        let (far, far_seen) = watch::channel(None);
        let (count, packets) = watch::channel(0);
        let heard = Arc::new(Mutex::new(VecDeque::with_capacity(KEPT)));
        let task = tokio::spawn(run(socket, tone, far_seen, heard.clone(), count));
        Ok(Self { local, far, heard, packets, task })
    }

    pub(super) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Sets where to send from now on, and in which law.
    pub(super) fn aim(&self, far: (SocketAddr, Law)) {
        self.far.send_replace(Some(far));
    }

    /// Packets received so far.
    pub(super) fn packets(&self) -> watch::Receiver<u64> {
        self.packets.clone()
    }

    /// Whether the last 400 ms were this tone.
    pub(super) fn hears(&self, tone: Tone) -> bool {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.len() == KEPT && tone.share_of(heard.make_contiguous()) > 0.8
    }
}

impl Drop for Audio {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    socket: UdpSocket,
    tone: Tone,
    far: watch::Receiver<Option<(SocketAddr, Law)>>,
    heard: Arc<Mutex<VecDeque<i16>>>,
    count: watch::Sender<u64>,
) {
    let mut beat = beat(Duration::from_millis(20));
    let mut sequence: u16 = 0;
    let mut buffer = [0; 2048];
    loop {
        tokio::select! {
            _ = beat.tick() => {
                let far = *far.borrow();
                if let Some((address, law)) = far {
                    // A far end that is gone answers with ICMP: the next packet may be wanted again.
                    let _ = socket.send_to(&packet(tone, sequence, law), address).await;
                    sequence = sequence.wrapping_add(1);
                }
            }
            received = socket.recv_from(&mut buffer) => {
                if let Ok((length, _)) = received {
                    keep(&buffer[..length], &heard);
                    count.send_modify(|packets| *packets += 1);
                }
            }
        }
    }
}

fn packet(tone: Tone, sequence: u16, law: Law) -> [u8; 12 + FRAME] {
    let mut packet = [0; 12 + FRAME];
    let timestamp = u32::from(sequence) * FRAME as u32;
    packet[0] = 0x80;
    packet[1] = law.payload();
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
    packet[4..8].copy_from_slice(&timestamp.to_be_bytes());
    packet[8..12].copy_from_slice(&(0x5247_0000 | u32::from(tone.0)).to_be_bytes());
    packet[12..].copy_from_slice(&tone.frame(timestamp, law));
    packet
}

fn keep(packet: &[u8], heard: &Mutex<VecDeque<i16>>) {
    let (Some(head), Some(sound)) = (packet.get(..12), packet.get(12..)) else { return };
    let Some(law) = Law::of_payload(head[1] & 0x7f) else { return };
    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    heard.extend(sound.iter().map(|byte| law.decode(*byte)));
    let surplus = heard.len().saturating_sub(KEPT);
    heard.drain(..surplus);
}
