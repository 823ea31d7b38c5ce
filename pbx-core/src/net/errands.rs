//! A thread for errands over the network that may come back a few milliseconds later: what comes close together is done
//! together, because to be woken for each costs more than to run it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// How long answers may come together before they are looked at.
const GATHER: Duration = Duration::from_millis(5);

/// The thread. Dropping this ends it, with all that is under way.
#[derive(Debug)]
pub struct Errands {
    handle: Handle,
    /// How many have left and are not back.
    out: Arc<AtomicUsize>,
    _open: oneshot::Sender<()>,
}

/// One that is out; however its errand ends, it is back then.
struct Out(Arc<AtomicUsize>);

impl Out {
    fn leave(out: Arc<AtomicUsize>) -> Self {
        out.fetch_add(1, Ordering::Relaxed);
        Self(out)
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Errands {
    /// Starts it.
    ///
    /// # Errors
    /// When the system has no thread or no file left.
    pub fn start(name: &str) -> io::Result<Self> {
        let out = Arc::new(AtomicUsize::new(0));
        let waited_for = out.clone();
        let runtime = Builder::new_current_thread().enable_all().on_thread_park(move || rest(&waited_for)).build()?;
        let handle = runtime.handle().clone();
        let (open, closed) = oneshot::channel();
        let run = move || runtime.block_on(closed).unwrap_or(());
        std::thread::Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Self { handle, out, _open: open })
    }

    /// Sends somebody.
    pub fn run(&self, errand: impl Future<Output = ()> + Send + 'static) {
        let out = self.out.clone();
        self.handle.spawn(async move {
            let _out = Out::leave(out);
            errand.await;
        });
    }
}

/// Before the thread waits for the network: nothing is to be done right now. While nobody is out, nothing is waited for but
/// the next errand, which leaves at once.
#[expect(clippy::disallowed_methods, reason = "timers live in net")]
fn rest(out: &AtomicUsize) {
    if out.load(Ordering::Relaxed) > 0 {
        std::thread::sleep(GATHER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use std::sync::mpsc::channel;

    #[test]
    fn errands_are_run_and_end_with_the_thread() {
        let (done, answers) = channel();
        let errands = Errands::start("errands").unwrap();
        for number in 0..3 {
            let done = done.clone();
            errands.run(async move { done.send(number).unwrap() });
        }
        assert_eq!(answers.iter().take(3).sum::<i32>(), 3);
        errands.run(async move {
            let _kept = done;
            pending::<()>().await;
        });
        drop(errands);
        assert!(answers.recv().is_err(), "what never ends is given up");
    }
}
