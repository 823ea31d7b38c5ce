//! What one side has said: the description as written, and the stream that its audio line means.
//! Read once; a clone copies a pointer.

use super::{Session, Stream};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// A description, and the stream in one of its lines: the one in use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Said(Arc<(Session, usize, Option<Stream>)>);

impl Said {
    pub(super) fn new(session: Session, line: usize) -> Self {
        let stream = session.stream(line).or_else(|| session.closed_stream(line));
        Self(Arc::new((session, line, stream)))
    }

    /// Our own description, which was written from this stream.
    pub(super) fn ours(session: Session, line: usize, stream: Stream) -> Self {
        Self(Arc::new((session, line, Some(stream))))
    }

    pub(super) fn session(&self) -> &Session {
        &self.0.0
    }

    /// Returns the number of the line.
    pub(super) fn line(&self) -> usize {
        self.0.1
    }

    /// Returns whether the line has port 0, or is missing.
    pub(super) fn is_closed(&self) -> bool {
        self.session().media.get(self.line()).is_none_or(|media| media.port == 0)
    }

    /// Returns the stream; `None` if the line is missing or is not audio over plain RTP.
    pub(super) fn stream(&self) -> Option<&Stream> {
        self.0.2.as_ref()
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.0.0, self.0.1).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (session, line) = Deserialize::deserialize(deserializer)?;
        Ok(Self::new(session, line))
    }
}
