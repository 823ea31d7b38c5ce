//! The socket in the data folder: one JSON request a connection, and its response as lines of JSON, part by part.

use super::{Office, Request, Response};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

/// Largest request that is read: an import file of a very large company.
const LARGEST: u64 = 64 * 1024 * 1024;

fn path(data: &Path) -> PathBuf {
    data.join("control.sock")
}

/// Answers until the listener is dropped. Only the owner of the folder may connect.
///
/// # Errors
/// When the socket cannot be made.
pub fn listen(data: &Path, office: Arc<Office>) -> anyhow::Result<tokio::task::JoinHandle<()>> {
    use std::os::unix::fs::PermissionsExt;
    let path = path(data);
    // A socket left by a killed process: the folder's lock says that nobody listens on it.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).with_context(|| format!("cannot listen on {}", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let office = office.clone();
            tokio::spawn(async move {
                if let Err(error) = serve(stream, &office).await {
                    tracing::warn!(%error, "a request on the control socket failed");
                }
            });
        }
    }))
}

async fn serve(mut stream: UnixStream, office: &Office) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    (&mut stream).take(LARGEST).read_to_end(&mut bytes).await?;
    let (out, parts) = mpsc::channel(1);
    let answering = async {
        match serde_json::from_slice::<Request>(&bytes) {
            Ok(request) => office.answer(request, out).await,
            // An error means that nobody reads on.
            Err(error) => drop(out.send(Response::failed(format!("not a request: {error}"))).await),
        }
    };
    let ((), written) = tokio::join!(answering, write(stream, parts));
    written
}

/// Writes what comes; ends with the first part that nobody reads.
async fn write(mut stream: UnixStream, mut parts: mpsc::Receiver<Response>) -> anyhow::Result<()> {
    while let Some(part) = parts.recv().await {
        let mut line = serde_json::to_vec(&part)?;
        line.push(b'\n');
        stream.write_all(&line).await?;
    }
    Ok(())
}

/// The response of a server, as far as it has come.
#[derive(Debug)]
pub struct Answer {
    lines: Lines<BufReader<UnixStream>>,
    is_over: bool,
}

impl Answer {
    /// The next part; none after the last.
    ///
    /// # Errors
    /// When the connection breaks before the last part.
    pub async fn part(&mut self) -> anyhow::Result<Option<Response>> {
        if self.is_over {
            return Ok(None);
        }
        let line = self.lines.next_line().await?.context("the server hung up before it answered")?;
        let part: Response = serde_json::from_str(&line).context("the server hung up before it answered")?;
        self.is_over = !part.more;
        Ok(Some(part))
    }
}

/// Asks the server that runs on the folder; none if none listens.
///
/// # Errors
/// When the connection breaks.
pub async fn ask(data: &Path, request: &Request) -> anyhow::Result<Option<Answer>> {
    let Ok(mut stream) = UnixStream::connect(path(data)).await else { return Ok(None) };
    stream.write_all(&serde_json::to_vec(request)?).await?;
    stream.shutdown().await?;
    Ok(Some(Answer { lines: BufReader::new(stream).lines(), is_over: false }))
}
