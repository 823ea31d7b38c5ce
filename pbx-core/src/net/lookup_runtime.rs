//! A thread for lookups over the network. Where many come close together they are done together,
//! because waking for each costs more than running it; a lone lookup goes on at once.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// Steps of one turn from which on it was full: more are let come together before the next.
const FULL: usize = 32;
/// How long they may come together.
const GATHER: Duration = Duration::from_millis(5);

/// The thread of lookups; dropping this ends it, with all that is under way.
#[derive(Debug)]
pub struct LookupRuntime {
    handle: Handle,
    /// How many steps lookups have made since the thread last waited for the network.
    steps: Arc<AtomicUsize>,
    _open: oneshot::Sender<()>,
}

impl LookupRuntime {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread or no file left.
    pub fn start(name: &str) -> io::Result<Self> {
        let steps = Arc::new(AtomicUsize::new(0));
        let made = steps.clone();
        let runtime = Builder::new_current_thread().enable_all().on_thread_park(move || gather(&made)).build()?;
        let handle = runtime.handle().clone();
        let (open, closed) = oneshot::channel();
        let run = move || runtime.block_on(closed).unwrap_or(());
        std::thread::Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Self { handle, steps, _open: open })
    }

    /// Runs a lookup to its end.
    pub fn run(&self, errand: impl Future<Output = ()> + Send + 'static) {
        let steps = self.steps.clone();
        self.handle.spawn(async move {
            let mut errand = pin!(errand);
            poll_fn(|context| {
                steps.fetch_add(1, Ordering::Relaxed);
                errand.as_mut().poll(context)
            })
            .await;
        });
    }
}

/// Rests before the thread waits for the network, if the turn that it ends was full.
#[expect(clippy::disallowed_methods, reason = "timers live in net")]
fn gather(steps: &AtomicUsize) {
    if let Some(time) = rest(steps.swap(0, Ordering::Relaxed)) {
        std::thread::sleep(time);
    }
}

/// Returns how long to rest after a turn of so many steps; `None` if it was not full.
fn rest(steps: usize) -> Option<Duration> {
    (steps >= FULL).then_some(GATHER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use std::sync::mpsc::channel;

    #[test]
    fn few_answers_are_looked_at_at_once_and_many_come_together() {
        assert_eq!([rest(0), rest(1), rest(FULL - 1), rest(FULL)], [None, None, None, Some(GATHER)]);
    }

    #[test]
    fn steps_of_errands_are_counted_until_the_thread_waits() {
        let steps = Arc::new(AtomicUsize::new(FULL - 1));
        gather(&steps);
        assert_eq!(steps.load(Ordering::Relaxed), 0, "the next turn begins with none");
    }

    #[test]
    fn errands_are_run_and_end_with_the_thread() {
        let (done, answers) = channel();
        let errands = LookupRuntime::start("errands").unwrap();
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
