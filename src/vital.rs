//! Threads without which a server only seems to live: when a fault ends one of them, the process ends too, and whoever
//! supervises it starts it anew. What was promised is in the journal; a server that answers on HTTP and no phone helps nobody.

use std::process::abort;
use tokio::task::JoinHandle;

/// What the names of their threads begin with.
const VITAL: [&str; 4] = ["engine-", "udp-", "media-", "journal"];

/// From now on a panic in one of them ends the process. What others do wrong stays in their task or their call.
pub fn end_with_them() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        told(panic);
        if let Some(name) = std::thread::current().name().filter(|name| is_vital(name)) {
            tracing::error!(
                thread = name,
                "a thread that calls need has panicked: the server ends, to be started anew"
            );
            abort();
        }
    }));
}

/// The same for a task.
pub(crate) async fn outlive(task: JoinHandle<()>) {
    if task.await.is_err_and(|why| why.is_panic()) {
        tracing::error!("the task that feeds the database has panicked: the server ends, to be started anew");
        abort();
    }
}

fn is_vital(thread: &str) -> bool {
    VITAL.iter().any(|begin| thread.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_and_media_are_vital_and_pages_are_not() {
        for name in ["engine-0", "udp-5060", "media-1", "journal"] {
            assert!(is_vital(name), "{name}");
        }
        for name in ["tokio-rt-worker", "main", "script-0"] {
            assert!(!is_vital(name), "{name}");
        }
    }
}
