//! What the log means.
