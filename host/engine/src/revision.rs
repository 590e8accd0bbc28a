//! One exact build of an adapter, ready to be called.

use eclusa_model::{
    HttpResponse, Manifest, MediaResponse, MediaStep, OutboundMessage, Outcome, Prepared, Problem,
    Received, Request,
};

use crate::{CallContext, CallError, Called, Session};

/// One exact build of an adapter, ready to be called.
#[derive(Debug)]
pub struct Revision {
    name: String,
    sha256: String,
    interface_version: String,
    manifest: Manifest,
}

impl Revision {
    /// The adapter's name in this host.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the adapter's file, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The version of `eclusa:adapter` which it was built against.
    pub fn interface_version(&self) -> &str {
        &self.interface_version
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What a request from the chat means.
    ///
    /// # Errors
    /// When the adapter traps, passes a limit or returns what the contract does
    /// not allow; `busy` when it did not get its turn.
    pub async fn receive(
        &self,
        _cx: &CallContext,
        _request: &Request,
    ) -> Result<Called<Result<Received, Problem>>, CallError> {
        std::future::pending().await
    }

    /// Which request sends the message.
    ///
    /// # Errors
    /// As for [`Revision::receive`].
    pub async fn send(
        &self,
        _cx: &CallContext,
        _message: &OutboundMessage,
    ) -> Result<Called<Result<Prepared, Problem>>, CallError> {
        std::future::pending().await
    }

    /// What the chat's response to a message means.
    ///
    /// # Errors
    /// As for [`Revision::receive`].
    pub async fn settle(
        &self,
        _cx: &CallContext,
        _message: &OutboundMessage,
        _response: &HttpResponse,
        _state: Option<&str>,
    ) -> Result<Called<Outcome>, CallError> {
        std::future::pending().await
    }

    /// Which request brings the file with this handle.
    ///
    /// # Errors
    /// As for [`Revision::receive`].
    pub async fn media(
        &self,
        _cx: &CallContext,
        _handle: &str,
        _previous: Option<&MediaResponse>,
    ) -> Result<Called<Result<MediaStep, Problem>>, CallError> {
        std::future::pending().await
    }

    /// An instance that answers several calls, one after another. Blocking.
    ///
    /// # Errors
    /// When the adapter cannot be started.
    pub fn session(&self) -> Result<Session, CallError> {
        Ok(Session {})
    }
}
