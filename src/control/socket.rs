//! The socket in the data folder: one JSON request a connection, one JSON response.

use super::{Office, Request, Response};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

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
    let response = match serde_json::from_slice::<Request>(&bytes) {
        Ok(request) => office.answer(request).await,
        Err(error) => Response::failed(format!("not a request: {error}")),
    };
    stream.write_all(&serde_json::to_vec(&response)?).await?;
    Ok(())
}

/// Asks the server that runs on the folder; none if none listens.
///
/// # Errors
/// When the connection breaks in the middle.
pub async fn ask(data: &Path, request: &Request) -> anyhow::Result<Option<Response>> {
    let Ok(mut stream) = UnixStream::connect(path(data)).await else { return Ok(None) };
    stream.write_all(&serde_json::to_vec(request)?).await?;
    stream.shutdown().await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    Ok(Some(serde_json::from_slice(&bytes).context("the server hung up before it answered")?))
}
