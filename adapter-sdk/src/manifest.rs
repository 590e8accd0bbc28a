//! The manifest and its samples, kept in files.

/// The texts that make up an adapter's manifest.
#[derive(Debug, Clone, Copy)]
pub struct ManifestSource {
    /// The manifest without its samples: a JSON object.
    pub manifest: &'static str,
    /// Samples of requests from the chat, a JSON object each.
    pub receive: &'static [&'static str],
    /// Samples of messages to the chat, a JSON object each.
    pub send: &'static [&'static str],
}

impl ManifestSource {
    /// A manifest without samples.
    pub const fn inline(manifest: &'static str) -> Self {
        Self { manifest, receive: &[], send: &[] }
    }

    /// The whole document that `describe` returns.
    pub fn document(&self) -> String {
        let open = self.manifest.trim_end();
        let open = open.strip_suffix('}').unwrap_or(open);
        format!(
            r#"{open},"samples":{{"receive":[{}],"send":[{}]}}}}"#,
            self.receive.join(","),
            self.send.join(",")
        )
    }
}

/// Takes the manifest and its samples from files, with paths as in
/// `include_str!`.
///
/// ```text
/// const MANIFEST: ManifestSource = manifest! {
///     "../manifest.json",
///     receive: ["../samples/receive/text.json"],
///     send: ["../samples/send/text.json"],
/// };
/// ```
#[macro_export]
macro_rules! manifest {
    ($manifest:literal, receive: [$($receive:literal),* $(,)?], send: [$($send:literal),* $(,)?] $(,)?) => {
        $crate::ManifestSource {
            manifest: include_str!($manifest),
            receive: &[$(include_str!($receive)),*],
            send: &[$(include_str!($send)),*],
        }
    };
}
