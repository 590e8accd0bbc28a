//! How far a caller is with an answer.

use parking_lot::Mutex;
use tokio::time::Instant;

/// How far a caller is with an answer: since when it has taken nothing of it.
#[derive(Debug, Default)]
pub(super) struct Taking(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// When something was last taken, or could first have been; none while the
    /// request is still being answered.
    last: Option<Instant>,
    /// Pieces that were handed out and have not reached the socket.
    pieces: usize,
    /// The host has no further piece yet.
    ours: bool,
}

impl Taking {
    /// The answer has begun.
    pub(super) fn began(&self) {
        self.0.lock().last = Some(Instant::now());
    }

    /// A piece was asked for, and there is one.
    pub(super) fn handed_out(&self) {
        let mut state = self.0.lock();
        state.pieces += 1;
        state.ours = false;
        state.last = Some(Instant::now());
    }

    /// A piece was asked for, and there is none yet.
    pub(super) fn waits_for_us(&self) {
        self.0.lock().ours = true;
    }

    /// A piece has left for the socket, or nobody wants it any more.
    pub(super) fn taken(&self) {
        let mut state = self.0.lock();
        state.pieces = state.pieces.saturating_sub(1);
        state.last = Some(Instant::now());
    }

    /// Since when the caller has taken nothing; `None` where it is not the caller
    /// who is waited for.
    pub(super) fn nothing_since(&self) -> Option<Instant> {
        let state = self.0.lock();
        if state.ours && state.pieces == 0 { None } else { state.last }
    }
}
