//! A call, in no language yet.

use std::collections::BTreeSet;

use eclusa_model::{Encoding, KeyFormat, TimeFormat};

/// A call that somebody can make from elsewhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) url: Text,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, Text)>,
    /// User and password of HTTP Basic authentication.
    pub(crate) basic: Option<Text>,
    /// `None` where the call has none.
    pub(crate) body: Option<Text>,
    /// How [`Piece::Time`] is written.
    pub(crate) time: Option<TimeFormat>,
    /// How [`Piece::Signature`] is made.
    pub(crate) signing: Option<Signing>,
}

/// A text, of which some parts are known only where it is run.
pub(crate) type Text = Vec<Piece>;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Itself.
    Text(String),
    /// An environment variable.
    Variable(String),
    /// The time at which it is run.
    Time,
    /// The signature.
    Signature,
    /// The body.
    Body,
    /// The URL.
    Url,
    /// The path of the URL.
    Path,
}

impl Piece {
    /// A part that is known.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A part that stands in the environment.
    pub(crate) fn variable(name: impl Into<String>) -> Self {
        Self::Variable(name.into())
    }
}

/// How a signature is made.
#[derive(Debug, Clone)]
pub(crate) struct Signing {
    pub(crate) algorithm: Algorithm,
    /// The environment variable that holds the key.
    pub(crate) key: String,
    pub(crate) format: KeyFormat,
    pub(crate) encoding: Encoding,
    /// What is signed.
    pub(crate) content: Text,
}

/// What an HMAC is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SHA1.
    Sha1,
}

impl Algorithm {
    /// Its hash, as all three languages name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha1 => "sha1",
        }
    }
}

impl Call {
    /// The environment variables that it reads, without doubles.
    pub(crate) fn variables(&self) -> BTreeSet<&str> {
        let texts = self.headers.iter().map(|(_, text)| text).chain([&self.url]);
        let texts = texts.chain(&self.basic).chain(&self.body);
        let pieces = texts.flatten().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            _ => None,
        });
        pieces.chain(self.signing.iter().map(|signing| signing.key.as_str())).collect()
    }

    /// Whether the signature is made over this part.
    pub(super) fn signs(&self, piece: &Piece) -> bool {
        self.signing.as_ref().is_some_and(|signing| signing.content.contains(piece))
    }
}
