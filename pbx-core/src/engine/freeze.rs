//! Engine state as bytes: what a successor process takes over, and what a test freezes at any
//! instant.

use super::handle::Engine;
use serde::{Deserialize, Serialize};

/// The version of the frozen form. A release that changes the state in a way that serde's defaults
/// don't bridge raises it.
const VERSION: u32 = 4;

/// The reason why bytes cannot be thawed.
#[derive(Debug, thiserror::Error)]
pub enum ThawError {
    /// The bytes are of another version of the frozen form.
    #[error("the state has version {0}, this release reads {VERSION}")]
    Version(u32),
    /// The bytes are not an engine's state.
    #[error("the state cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Frozen<'a> {
    version: u32,
    engine: &'a Engine,
}

#[derive(Deserialize)]
struct Head {
    version: u32,
}

#[derive(Deserialize)]
struct Thawed {
    engine: Engine,
}

impl Engine {
    /// Freezes all that the engine knows into bytes. Flows are stored as addresses: the process
    /// that thaws the engine opens the sockets.
    ///
    /// # Errors
    /// When the state cannot be written down, which would be a fault of ours.
    pub fn freeze(&self) -> Result<Vec<u8>, ThawError> {
        Ok(serde_json::to_vec(&Frozen { version: VERSION, engine: self })?)
    }

    /// Thaws an engine that was frozen.
    ///
    /// # Errors
    /// When the bytes are no state of this release.
    pub fn thaw(bytes: &[u8]) -> Result<Self, ThawError> {
        let head: Head = serde_json::from_slice(bytes)?;
        if head.version != VERSION {
            return Err(ThawError::Version(head.version));
        }
        let thawed: Thawed = serde_json::from_slice(bytes)?;
        Ok(thawed.engine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::token::Tokens;
    use crate::engine::PortShare;

    #[test]
    fn state_of_another_version_is_refused_by_its_version_whatever_it_holds() {
        let engine = Engine::new(0, PortShare::new(2, 50, 1), [7; 32], Tokens::new([3; 32]));
        let frozen = String::from_utf8(engine.freeze().unwrap()).unwrap();
        assert_eq!(Engine::thaw(frozen.as_bytes()).unwrap().freeze().unwrap(), frozen.as_bytes());
        let present = format!("{{\"version\":{VERSION},");
        for other in [VERSION - 1, VERSION + 1] {
            let named = format!("{{\"version\":{other},");
            for state in [frozen.replacen(&present, &named, 1), format!("{named}\"moved\":true}}")] {
                let refused = Engine::thaw(state.as_bytes());
                assert!(matches!(refused, Err(ThawError::Version(version)) if version == other), "{other}");
            }
        }
        for no_state in ["{}", "", "{\"version\":\"3\"}"] {
            assert!(matches!(Engine::thaw(no_state.as_bytes()), Err(ThawError::Unreadable(_))), "{no_state}");
        }
    }
}
