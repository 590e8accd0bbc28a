//! Why a file is refused.

/// Why a file is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) action: String,
    pub(crate) details: Vec<String>,
}

impl Refusal {
    pub(crate) fn new(
        code: &'static str,
        message: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self { code, message: message.into(), action: action.into(), details: Vec::new() }
    }
}
