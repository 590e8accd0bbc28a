//! Looks at a file before anything of it is compiled, and says in plain words
//! what it is if it is not an adapter.

use wasmparser::{ComponentExternalKind, Encoding, Parser, Payload, TypeRef};

use crate::contract::{EXPORT, InterfaceName, PACKAGE, VERSIONS, versions_in_words};
use crate::foreign;
use crate::refusal::Refusal;

/// What a component says of itself on its outside.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    imports: Vec<(String, ComponentExternalKind)>,
    exports: Vec<(String, ComponentExternalKind)>,
    /// What all its memories start with, together.
    pub(crate) initial_memory: u64,
    /// How many memories it defines.
    pub(crate) memories: usize,
}

const BUILD: &str = "build the adapter with `cargo build --target wasm32-wasip2`, or with the \
                     componentize tool of its language";

/// Reads the outline of a component.
pub(crate) fn outline(bytes: &[u8], limit: usize) -> Result<Outline, Refusal> {
    if bytes.len() > limit {
        return Err(Refusal::new(
            "file_too_large",
            format!("the file has {} bytes, {limit} are allowed", bytes.len()),
            "strip debug information from the adapter, or raise the limit",
        ));
    }
    if bytes.is_empty() {
        return Err(Refusal::new("empty_file", "the file is empty", BUILD));
    }
    if wasmtime::Engine::detect_precompiled(bytes).is_some() {
        return Err(Refusal::new(
            "compiled_code",
            "the file is compiled code (.cwasm), not a component",
            "deploy the .wasm file that it was compiled from; the host compiles it itself",
        ));
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(foreign::name(bytes, BUILD));
    }
    read(bytes)
}

fn read(bytes: &[u8]) -> Result<Outline, Refusal> {
    let mut outline = Outline::default();
    let mut depth = 0_usize;
    let mut core = None;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| broken(&error))? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                core = Some(Core::default());
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::MemorySection(memories) => {
                for memory in memories {
                    let memory = memory.map_err(|error| broken(&error))?;
                    let page = 1_u64 << memory.page_size_log2.unwrap_or(16).min(16);
                    outline.memories += 1;
                    outline.initial_memory =
                        outline.initial_memory.saturating_add(memory.initial.saturating_mul(page));
                }
            }
            Payload::ImportSection(imports) if depth == 0 => {
                for import in imports.into_imports() {
                    let import = import.map_err(|error| broken(&error))?;
                    if let (Some(core), TypeRef::Func(_)) = (&mut core, import.ty) {
                        core.preview1 |= PREVIEW1.contains(&import.module);
                    }
                }
            }
            Payload::CustomSection(section) if depth == 0 => {
                if let Some(core) = &mut core {
                    core.typed |= section.name().starts_with("component-type");
                }
            }
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    let import = import.map_err(|error| broken(&error))?;
                    outline.imports.push((import.name.name.to_owned(), import.ty.kind()));
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    let export = export.map_err(|error| broken(&error))?;
                    outline.exports.push((export.name.name.to_owned(), export.kind));
                }
            }
            _ => {}
        }
    }
    core.map_or(Ok(outline), |core| Err(core.refuse()))
}

/// What is known of a core module.
#[derive(Debug, Default)]
struct Core {
    /// It imports functions of WASI preview 1.
    preview1: bool,
    /// It says which component it is meant for.
    typed: bool,
}

/// What WASI was called before components.
const PREVIEW1: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

impl Core {
    fn refuse(&self) -> Refusal {
        if self.preview1 {
            return Refusal::new(
                "preview1_module",
                "the file is a core module for WASI preview 1, not a component",
                "build for the target wasm32-wasip2 instead of wasm32-wasip1",
            );
        }
        if self.typed {
            return Refusal::new(
                "core_module",
                "the file is a core WebAssembly module that was not yet made a component",
                "build for the target wasm32-wasip2, or run `wasm-tools component new` on it",
            );
        }
        Refusal::new("core_module", "the file is a core WebAssembly module, not a component", BUILD)
    }
}

fn broken(error: &wasmparser::BinaryReaderError) -> Refusal {
    let message = error.message();
    if message.contains("unexpected end") {
        return Refusal::new(
            "truncated",
            format!("the file ends too early, at byte {}", error.offset()),
            "copy or build the file again; it was probably cut off on its way",
        );
    }
    if message.contains("unknown binary version") {
        return Refusal::new(
            "unknown_format",
            "the file is of a version of the WebAssembly format that this host does not know",
            "update the tools that build it",
        );
    }
    Refusal::new("malformed", format!("the file is damaged: {error}"), BUILD)
}

impl Outline {
    /// The version of the contract which the component was built against.
    pub(crate) fn version(&self) -> Result<String, Refusal> {
        let interfaces = |items: &'_ [(String, ComponentExternalKind)]| {
            let names = items.iter().map(|(name, _)| InterfaceName::parse(name));
            names
                .filter_map(|name| {
                    Some((name.own_interface()?.to_owned(), name.version.to_owned()))
                })
                .collect::<Vec<_>>()
        };
        let exports = interfaces(&self.exports);
        let imports = interfaces(&self.imports);
        let unknown = exports
            .iter()
            .chain(&imports)
            .map(|(_, version)| version.as_str())
            .find(|version| !VERSIONS.contains(version));
        if let Some(unknown) = unknown {
            return Err(Refusal::new(
                "wrong_version",
                format!(
                    "the adapter was built against {PACKAGE}@{unknown}; this host speaks {}",
                    versions_in_words()
                ),
                format!("build it against {PACKAGE}@{}{}", latest(), or_update(unknown)),
            ));
        }
        let found = exports.into_iter().find(|(name, _)| name == EXPORT);
        found.map(|(_, version)| version).ok_or_else(|| self.wrong_world())
    }

    fn wrong_world(&self) -> Refusal {
        let exports: Vec<&str> = self.exports.iter().map(|(name, _)| name.as_str()).collect();
        let has = |path: &str| exports.iter().any(|name| InterfaceName::parse(name).path == path);
        let instead = if has("wasi:cli/run") {
            "it is a command line program (wasi:cli/run)".to_owned()
        } else if has("wasi:http/incoming-handler") {
            "it is an HTTP service (wasi:http/incoming-handler)".to_owned()
        } else if exports.is_empty() {
            "it exports nothing".to_owned()
        } else {
            format!("it exports {}", exports.join(", "))
        };
        Refusal::new(
            "wrong_world",
            format!(
                "the component does not implement the world `adapter` of {PACKAGE}: {instead}, and \
                 not {PACKAGE}/{EXPORT}"
            ),
            format!(
                "build a library against the world `adapter` of {PACKAGE}@{}; in Rust a `cdylib` \
                 with `eclusa_adapter_sdk::export!`",
                latest()
            ),
        )
    }

    /// That it imports nothing which an adapter may not have. Gives the number of
    /// imports.
    pub(crate) fn check_imports(&self) -> Result<usize, Refusal> {
        let mut details = Vec::new();
        for (name, kind) in &self.imports {
            let why = match kind {
                ComponentExternalKind::Instance => InterfaceName::parse(name).forbidden(),
                ComponentExternalKind::Type => None,
                _ => Some("the host offers interfaces only"),
            };
            if let Some(why) = why {
                details.push(format!("{name}: {why}"));
            }
        }
        if details.is_empty() {
            return Ok(self.imports.len());
        }
        let names: Vec<&str> = details.iter().filter_map(|line| line.split(": ").next()).collect();
        let mut refusal = Refusal::new(
            "forbidden_import",
            format!("the adapter imports what no adapter may have: {}", names.join(", ")),
            "leave out what needs it, also where a library brings it along; adapters only compute",
        );
        refusal.details = details;
        Err(refusal)
    }

    /// That the memory it starts with fits.
    pub(crate) fn check_memory(&self, limit: usize, memories: usize) -> Result<(), Refusal> {
        if self.initial_memory > limit as u64 {
            return Err(Refusal::new(
                "memory_too_large",
                format!(
                    "the adapter starts with {} bytes of memory, {limit} are allowed",
                    self.initial_memory
                ),
                "make its static data smaller, or raise the limit on memory",
            ));
        }
        if self.memories > memories {
            return Err(Refusal::new(
                "too_many_memories",
                format!("the adapter has {} memories, {memories} are allowed", self.memories),
                "compose it of fewer components",
            ));
        }
        Ok(())
    }
}

fn latest() -> &'static str {
    VERSIONS.last().copied().unwrap_or_default()
}

/// Another version of the host may speak a newer version of the contract.
fn or_update(version: &str) -> &'static str {
    let parts = |version: &str| version.split('.').map(|part| part.parse().ok()).collect();
    let (found, known): (Vec<Option<u32>>, Vec<Option<u32>>) = (parts(version), parts(latest()));
    if found > known { ", or update the host" } else { "" }
}
