//! A component that is compiled and linked: what instances are made of.

use std::sync::Arc;

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, InstancePre, Lift, Linker, Lower,
};

use crate::contract::{EXPORT, PACKAGE};
use crate::refusal::Refusal;
use crate::runtime::Runtime;
use crate::state::State;
use crate::{call, host, wasi};

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
        let exports = Exports::of(component, version, &pre)?;
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
    fn of(component: &Component, version: &str, pre: &InstancePre<State>) -> Result<Self, Refusal> {
        let interface = format!("{PACKAGE}/{EXPORT}@{version}");
        let instance = component.get_export_index(None, &interface);
        let functions = ["describe", "receive", "send", "settle", "media"];
        let missing: Vec<&str> = functions
            .into_iter()
            .filter(|name| {
                let function =
                    instance.as_ref().and_then(|it| component.get_export_index(Some(it), name));
                function.is_none()
            })
            .collect();
        if !missing.is_empty() {
            let message = format!("the component's {interface} lacks {}", missing.join(", "));
            return Err(Refusal::new("wrong_world", message, REBUILD));
        }
        let find = Find { component, instance, pre };
        Ok(Self {
            describe: find.function::<(), (String,)>("describe")?,
            receive: find.function::<call::Receive<'_>, call::Received>("receive")?,
            send: find.function::<call::Send<'_>, call::Prepared>("send")?,
            settle: find.function::<call::Settle<'_>, call::Outcome>("settle")?,
            media: find.function::<call::Media<'_>, call::MediaStep>("media")?,
        })
    }
}

struct Find<'a> {
    component: &'a Component,
    instance: Option<ComponentExportIndex>,
    pre: &'a InstancePre<State>,
}

impl Find<'_> {
    /// A function of the interface, if it takes and returns what it should.
    fn function<P, R>(&self, name: &str) -> Result<ComponentExportIndex, Refusal>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let item = self.instance.as_ref().and_then(|it| self.component.get_export(Some(it), name));
        let Some((ComponentItem::ComponentFunc(function), index)) = item else {
            let message = format!("`{name}` of the component is not a function");
            return Err(Refusal::new("wrong_signature", message, REBUILD));
        };
        function.typecheck::<P, R>(&self.pre.instance_type()).map_err(|error| {
            let message = format!("`{name}` does not take or return what the contract says");
            let mut refusal = Refusal::new("wrong_signature", message, REBUILD);
            refusal.details = error.chain().map(ToString::to_string).collect();
            refusal
        })?;
        Ok(index)
    }
}

const REBUILD: &str =
    "build the adapter against an unchanged copy of the contract, `wit/` of this host";

fn mismatch(error: &wasmtime::Error) -> Refusal {
    let mut refusal = Refusal::new(
        "wrong_signature",
        "an import of the adapter does not have the type that the host offers",
        REBUILD,
    );
    refusal.details = error.chain().map(ToString::to_string).collect();
    refusal
}
