//! A component that is compiled and linked: what instances are made of.

use std::sync::Arc;

use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};

use crate::bindings::AdapterPre;
use crate::contract::{EXPORT, PACKAGE};
use crate::inspect::Refusal;
use crate::runtime::Runtime;
use crate::state::State;
use crate::{host, wasi};

/// A component that is compiled and linked.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) sha256: String,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) pre: InstancePre<State>,
    pub(crate) exports: Exports,
}

/// Where the component's functions are to be found.
pub(crate) struct Exports {
    pub(crate) describe: ComponentExportIndex,
    pub(crate) receive: ComponentExportIndex,
    pub(crate) send: ComponentExportIndex,
    pub(crate) settle: ComponentExportIndex,
    pub(crate) media: ComponentExportIndex,
}

impl Program {
    /// Links a component, and checks that its functions have the types of the
    /// contract.
    pub(crate) fn link(
        runtime: &Arc<Runtime>,
        name: &str,
        sha256: &str,
        version: &str,
        component: &Component,
    ) -> Result<Self, Refusal> {
        let mut linker = Linker::new(&runtime.wasmtime);
        host::add_to_linker(&mut linker)
            .and_then(|()| wasi::add_to_linker(&mut linker, component))
            .map_err(|error| mismatch(&error))?;
        let pre = linker.instantiate_pre(component).map_err(|error| mismatch(&error))?;
        let exports = Exports::of(component, version)?;
        AdapterPre::new(pre.clone()).map_err(|error| wrong_signature(&error))?;
        Ok(Self {
            name: name.to_owned(),
            sha256: sha256.to_owned(),
            runtime: Arc::clone(runtime),
            pre,
            exports,
        })
    }
}

impl Exports {
    fn of(component: &Component, version: &str) -> Result<Self, Refusal> {
        let interface = format!("{PACKAGE}/{EXPORT}@{version}");
        let instance = component.get_export_index(None, &interface);
        let export = |name: &str| {
            instance
                .as_ref()
                .and_then(|instance| component.get_export_index(Some(instance), name))
                .ok_or_else(|| {
                    let message = format!("the component's {interface} lacks `{name}`");
                    Refusal::new("wrong_world", message, REBUILD)
                })
        };
        Ok(Self {
            describe: export("describe")?,
            receive: export("receive")?,
            send: export("send")?,
            settle: export("settle")?,
            media: export("media")?,
        })
    }
}

const REBUILD: &str =
    "build the adapter against an unchanged copy of the contract, `wit/` of this host";

fn wrong_signature(error: &wasmtime::Error) -> Refusal {
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    // The generated bindings name the function between backquotes.
    let function =
        chain.iter().filter_map(|line| line.split('`').nth(1)).find(|name| !name.contains(':'));
    let mut refusal = Refusal::new(
        "wrong_signature",
        match function {
            Some(function) => {
                format!("`{function}` does not take or return what the contract says")
            }
            None => "a function does not take or return what the contract says".to_owned(),
        },
        REBUILD,
    );
    refusal.details = chain;
    refusal
}

fn mismatch(error: &wasmtime::Error) -> Refusal {
    let mut refusal = Refusal::new(
        "wrong_signature",
        "an import of the adapter does not have the type that the host offers",
        REBUILD,
    );
    refusal.details = error.chain().map(ToString::to_string).collect();
    refusal
}
