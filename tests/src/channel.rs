//! A channel as its creator knows it.

/// A channel as its creator knows it.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// The path of its ingress URL; the host's address changes with each start.
    pub ingress: String,
}
