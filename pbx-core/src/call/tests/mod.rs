//! Calls, seen from the wire.
