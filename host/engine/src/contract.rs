//! What the host accepts: versions of the contract, exports, imports.

use crate::wasi;

/// The package that holds the contract.
pub(crate) const PACKAGE: &str = "eclusa:adapter";

/// The versions of `eclusa:adapter` which this host speaks, oldest first. An
/// adapter built against any other is refused by name.
pub const VERSIONS: [&str; 1] = ["0.1.0"];

/// The interface which an adapter must export, under one of [`VERSIONS`].
pub(crate) const EXPORT: &str = "mapping";

/// The interfaces of the package which an adapter may import.
pub(crate) const INTERFACES: [&str; 3] = ["host", "messages", "exchange"];

/// An interface's name, taken apart: `wasi:io/streams@0.2.6`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InterfaceName<'a> {
    /// `wasi:io/streams`.
    pub(crate) path: &'a str,
    /// `0.2.6`, or nothing.
    pub(crate) version: &'a str,
}

impl<'a> InterfaceName<'a> {
    pub(crate) fn parse(name: &'a str) -> Self {
        let (path, version) = name.split_once('@').unwrap_or((name, ""));
        Self { path, version }
    }

    /// The interface of our own package that it names.
    pub(crate) fn own_interface(&self) -> Option<&'a str> {
        self.path.strip_prefix(PACKAGE)?.strip_prefix('/')
    }

    /// Why an adapter may not have it; none where it may.
    pub(crate) fn forbidden(&self) -> Option<&'static str> {
        if self.own_interface().is_some_and(|name| INTERFACES.contains(&name)) {
            return None;
        }
        let listed = wasi::ALLOWED.contains(&self.path) || wasi::EMPTY.contains(&self.path);
        if listed && self.version.starts_with("0.2.") {
            return None;
        }
        Some(match self.path.split_once('/').map_or(self.path, |(package, _)| package) {
            "wasi:sockets" => "adapters have no network; return a request and the host makes it",
            "wasi:http" => "adapters make no requests; return one and the host makes it",
            "wasi:filesystem" => "adapters have no files",
            "wasi:keyvalue" | "wasi:config" | "wasi:blobstore" => {
                "adapters keep nothing between calls; read the channel's settings"
            }
            PACKAGE => "this version of the contract has no such interface",
            _ if listed => "only version 0.2 of WASI is offered",
            _ => "the host does not offer it",
        })
    }
}

/// The versions in words: `0.1.0`, `0.1.0 and 0.2.0`.
pub(crate) fn versions_in_words() -> String {
    VERSIONS.join(" and ")
}
