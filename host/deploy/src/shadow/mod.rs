//! What recorded traffic becomes in two revisions.
