//! A program under a test's watch: its words are kept, and it is always reaped.

use super::watch::Deadline;
use rustix::process::{Pid, Signal, kill_process};
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A running program.
pub(crate) struct Program {
    name: String,
    child: Child,
    words: Arc<Words>,
}

#[derive(Default)]
struct Words {
    said: Mutex<Said>,
    more: Condvar,
}

#[derive(Default)]
struct Said {
    lines: Vec<String>,
    finished: u8,
}

impl Program {
    /// Starts it; both of its outputs are read line by line.
    pub(crate) fn start(name: &str, command: &mut Command) -> Self {
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{name} cannot be started: {error}"));
        let words = Arc::new(Words::default());
        for output in [child.stdout.take().map(Output::from), child.stderr.take().map(Output::from)] {
            let (words, output) = (words.clone(), output.unwrap());
            std::thread::spawn(move || words.listen(output.0));
        }
        Self { name: name.to_owned(), child, words }
    }

    /// Waits for a line that means something, from the first line on.
    pub(crate) fn line<T>(&self, limit: Duration, what: &str, mut read: impl FnMut(&str) -> Option<T>) -> T {
        let mut from = 0;
        let found = self.words.wait(limit, |said| {
            let found = said.lines[from..].iter().find_map(|line| read(line));
            from = said.lines.len();
            (found, said.finished == 2)
        });
        found.unwrap_or_else(|| panic!("{} did not say {what} within {limit:?}; it said:\n{}", self.name, self.said()))
    }

    /// Everything it said so far.
    pub(crate) fn said(&self) -> String {
        self.words.lock().lines.join("\n")
    }

    /// The id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        kill_process(self.pid(), Signal::TERM).unwrap();
    }

    /// Presses Ctrl-C in its terminal.
    pub(crate) fn interrupt(&self) {
        kill_process(self.pid(), Signal::INT).unwrap();
    }

    /// Kills it at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it has ended by itself.
    pub(crate) fn ended(&mut self, limit: Duration) -> ExitStatus {
        let closed = self.words.wait(limit, |said| ((said.finished == 2).then_some(()), false));
        assert!(closed.is_some(), "{} still runs after {limit:?}; it said:\n{}", self.name, self.said());
        self.child.wait().unwrap()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            eprintln!("--- {} said:\n{}\n---", self.name, self.said());
        }
    }
}

struct Output(Box<dyn Read + Send>);

impl<R: Read + Send + 'static> From<R> for Output {
    fn from(read: R) -> Self {
        Self(Box::new(read))
    }
}

impl Words {
    fn lock(&self) -> std::sync::MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carriage returns end a line too: some programs draw their state over and over.
    fn listen(&self, mut output: impl Read) {
        let (mut buffer, mut rest) = ([0; 4096], Vec::new());
        while let Ok(count @ 1..) = output.read(&mut buffer) {
            rest.extend_from_slice(&buffer[..count]);
            while let Some(end) = rest.iter().position(|b| matches!(b, b'\n' | b'\r')) {
                let line: Vec<u8> = rest.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line[..end]).trim_end().to_owned();
                if !line.is_empty() {
                    self.lock().lines.push(line);
                    self.more.notify_all();
                }
            }
        }
        let mut said = self.lock();
        if !rest.is_empty() {
            said.lines.push(String::from_utf8_lossy(&rest).into_owned());
        }
        said.finished += 1;
        self.more.notify_all();
    }

    /// The look's value; none when it says that there will be none, or when the time is over.
    fn wait<T>(&self, limit: Duration, mut look: impl FnMut(&Said) -> (Option<T>, bool)) -> Option<T> {
        let deadline = Deadline::after(limit);
        let mut said = self.lock();
        loop {
            match look(&said) {
                (None, false) => {}
                (found, _) => return found,
            }
            let left = deadline.left()?;
            said = self.more.wait_timeout(said, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
