//! Several calls in one instance.

/// An instance of an adapter that answers several calls, one after another.
#[derive(Debug)]
pub struct Session {}
