//! The sound half of a bare phone: sends a tone in RTP, and remembers what it hears.

use super::tone::{self, FRAME, Sound};
use super::watch::{Deadline, now};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A socket for sound.
pub(crate) struct RtpPhone {
    address: SocketAddr,
    shared: Arc<Shared>,
    worker: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    target: Mutex<Option<SocketAddr>>,
    heard: Mutex<Vec<i16>>,
}

impl RtpPhone {
    /// Listens on loopback; speaks once it is aimed. Without a tone it never speaks.
    pub(crate) fn start(tone: Option<u32>) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let inside = shared.clone();
        let worker = std::thread::spawn(move || run(&socket, tone, &inside));
        Self { address, shared, worker: Some(worker) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its tone goes from now on.
    pub(crate) fn aim(&self, target: SocketAddr) {
        *self.shared.target.lock().unwrap_or_else(PoisonError::into_inner) = Some(target);
    }

    /// What it heard until now, and forgets it.
    pub(crate) fn take_heard(&self) -> Sound {
        Sound(std::mem::take(&mut self.shared.heard.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Waits until it has heard this tone for so many milliseconds.
    pub(crate) fn hears(&self, hz: u32, millis: usize) {
        super::watch::look_until(Duration::from_secs(15), &format!("{hz} Hz at {}", self.address), || {
            let sound = Sound(self.shared.heard.lock().unwrap_or_else(PoisonError::into_inner).clone());
            if sound.millis_of(hz) >= millis { Ok(()) } else { Err(sound.describe()) }
        });
    }
}

impl Drop for RtpPhone {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        drop(self.worker.take().map(JoinHandle::join));
    }
}

fn run(socket: &UdpSocket, tone: Option<u32>, shared: &Shared) {
    let (mut sequence, mut buffer) = (0_u16, [0; 2048]);
    let mut due = now();
    while !shared.stop.load(Ordering::Relaxed) {
        due += Duration::from_millis(20);
        let target = *shared.target.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(hz), Some(target)) = (tone, target) {
            drop(socket.send_to(&packet(hz, sequence), target));
            sequence = sequence.wrapping_add(1);
        }
        let deadline = Deadline::after(due.saturating_duration_since(now()));
        while let Some(left) = deadline.left() {
            socket.set_read_timeout(Some(left)).unwrap();
            let Ok((length, _)) = socket.recv_from(&mut buffer) else { continue };
            if length > 12 && buffer[0] >> 6 == 2 && buffer[1] & 0x7f == 0 {
                let mut heard = shared.heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.extend(buffer[12..length].iter().map(|byte| tone::decode(*byte)));
            }
        }
    }
}

fn packet(hz: u32, sequence: u16) -> Vec<u8> {
    let timestamp = u32::from(sequence) * FRAME as u32;
    let mut packet = vec![0x80, 0];
    packet.extend_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(&timestamp.to_be_bytes());
    packet.extend_from_slice(&hz.to_be_bytes());
    packet.extend(tone::samples(hz, timestamp, FRAME).into_iter().map(tone::encode));
    packet
}
