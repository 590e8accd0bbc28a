//! Streams, of which there are two: output that is captured, and input that has
//! ended. Their handles carry no state.

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource, ResourceType};

use crate::state::State;

pub(super) struct StreamFault;
pub(super) struct Pollable;
pub(super) struct Input;
pub(super) struct Output;
pub(super) struct TerminalInput;
pub(super) struct TerminalOutput;

type Linker<'a> = LinkerInstance<'a, State>;
type Cx<'a> = StoreContextMut<'a, State>;
type Streamed<T> = (Result<T, StreamError>,);

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    #[allow(dead_code, reason = "part of the interface; no operation fails here")]
    LastOperationFailed(Resource<StreamFault>),
    #[component(name = "closed")]
    Closed,
}

/// How much a guest is told it may write at once.
const ROOM: u64 = 64 << 10;

pub(super) fn error(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker.resource("error", ResourceType::host::<StreamFault>(), |_, _| Ok(()))?;
    linker
        .func_wrap("[method]error.to-debug-string", |_: Cx<'_>, (_,): (Resource<StreamFault>,)| {
            Ok(("closed".to_owned(),))
        })
}

/// Nothing is ever waited for: whatever a guest polls is ready.
pub(super) fn poll(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker.resource("pollable", ResourceType::host::<Pollable>(), |_, _| Ok(()))?;
    linker.func_wrap("[method]pollable.ready", |_: Cx<'_>, (_,): (Resource<Pollable>,)| {
        Ok((true,))
    })?;
    linker.func_wrap("[method]pollable.block", |_: Cx<'_>, (_,): (Resource<Pollable>,)| Ok(()))?;
    linker.func_wrap("poll", |_: Cx<'_>, (pollables,): (Vec<Resource<Pollable>>,)| {
        let count = u32::try_from(pollables.len()).unwrap_or(u32::MAX);
        Ok(((0..count).collect::<Vec<u32>>(),))
    })
}

pub(super) fn stdin(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker.func_wrap("get-stdin", |_: Cx<'_>, (): ()| Ok((Resource::<Input>::new_own(0),)))
}

pub(super) fn output(linker: &mut Linker<'_>, name: &str) -> wasmtime::Result<()> {
    linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((Resource::<Output>::new_own(0),)))
}

pub(super) fn no_terminal_input(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker
        .func_wrap("get-terminal-stdin", |_: Cx<'_>, (): ()| Ok((None::<Resource<TerminalInput>>,)))
}

pub(super) fn no_terminal_output(linker: &mut Linker<'_>, name: &str) -> wasmtime::Result<()> {
    linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((None::<Resource<TerminalOutput>>,)))
}

pub(super) fn streams(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker.resource("input-stream", ResourceType::host::<Input>(), |_, _| Ok(()))?;
    linker.resource("output-stream", ResourceType::host::<Output>(), |_, _| Ok(()))?;
    for name in ["read", "blocking-read"] {
        linker.func_wrap(
            &format!("[method]input-stream.{name}"),
            |_: Cx<'_>, (_, _): (Resource<Input>, u64)| -> wasmtime::Result<Streamed<Vec<u8>>> {
                Ok((Err(StreamError::Closed),))
            },
        )?;
    }
    linker.func_wrap("[method]input-stream.subscribe", |_: Cx<'_>, (_,): (Resource<Input>,)| {
        Ok((Resource::<Pollable>::new_own(0),))
    })?;
    linker.func_wrap(
        "[method]output-stream.check-write",
        |_: Cx<'_>, (_,): (Resource<Output>,)| -> wasmtime::Result<Streamed<u64>> {
            Ok((Ok(ROOM),))
        },
    )?;
    for name in ["write", "blocking-write-and-flush"] {
        linker.func_wrap(
            &format!("[method]output-stream.{name}"),
            |mut cx: Cx<'_>,
             (_, bytes): (Resource<Output>, Vec<u8>)|
             -> wasmtime::Result<Streamed<()>> {
                cx.data_mut().output.write(&bytes);
                Ok((Ok(()),))
            },
        )?;
    }
    for name in ["flush", "blocking-flush"] {
        linker.func_wrap(
            &format!("[method]output-stream.{name}"),
            |_: Cx<'_>, (_,): (Resource<Output>,)| -> wasmtime::Result<Streamed<()>> {
                Ok((Ok(()),))
            },
        )?;
    }
    linker.func_wrap("[method]output-stream.subscribe", |_: Cx<'_>, (_,): (Resource<Output>,)| {
        Ok((Resource::<Pollable>::new_own(0),))
    })
}
