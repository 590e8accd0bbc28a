//! Clocks that stand still. A request brings the time at which it came.

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource};

use super::io::Pollable;
use crate::state::State;

type Cx<'a> = StoreContextMut<'a, State>;

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

/// 2026-01-02T03:04:05Z, the time of every sample.
const NOW: u64 = 1_767_323_045;

pub(super) fn monotonic(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("now", |_: Cx<'_>, (): ()| Ok((0_u64,)))?;
    linker.func_wrap("resolution", |_: Cx<'_>, (): ()| Ok((1_000_000_u64,)))?;
    for name in ["subscribe-instant", "subscribe-duration"] {
        linker
            .func_wrap(name, |_: Cx<'_>, (_,): (u64,)| Ok((Resource::<Pollable>::new_own(0),)))?;
    }
    Ok(())
}

pub(super) fn wall(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker
        .func_wrap("now", |_: Cx<'_>, (): ()| Ok((Datetime { seconds: NOW, nanoseconds: 0 },)))?;
    linker
        .func_wrap("resolution", |_: Cx<'_>, (): ()| Ok((Datetime { seconds: 1, nanoseconds: 0 },)))
}
