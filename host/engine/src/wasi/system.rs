//! Environment, exit, randomness and files: empty, fatal, constant and none.

use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Resource};

use crate::state::State;

/// A file, of which there is none.
pub(super) struct Descriptor;

/// The guest wants to end its process, which it has not.
#[derive(Debug, thiserror::Error)]
#[error("the adapter called exit")]
pub(crate) struct Exited;

type Linker<'a> = LinkerInstance<'a, State>;
type Cx<'a> = StoreContextMut<'a, State>;

/// How many random bytes a guest may ask for at once.
const MAX_RANDOM: u64 = 64 << 10;

pub(super) fn environment(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker
        .func_wrap("get-environment", |_: Cx<'_>, (): ()| Ok((Vec::<(String, String)>::new(),)))?;
    linker.func_wrap("get-arguments", |_: Cx<'_>, (): ()| Ok((Vec::<String>::new(),)))?;
    linker.func_wrap("initial-cwd", |_: Cx<'_>, (): ()| Ok((None::<String>,)))
}

pub(super) fn exit(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker.func_wrap("exit", |_: Cx<'_>, (_,): (Result<(), ()>,)| -> wasmtime::Result<()> {
        Err(wasmtime::Error::new(Exited))
    })
}

pub(super) fn random(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker.func_wrap("get-random-bytes", |_: Cx<'_>, (length,): (u64,)| Ok((bytes(length)?,)))?;
    linker.func_wrap("get-random-u64", |_: Cx<'_>, (): ()| Ok((next(&mut { SEED }),)))
}

pub(super) fn insecure(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker.func_wrap("get-insecure-random-bytes", |_: Cx<'_>, (length,): (u64,)| {
        Ok((bytes(length)?,))
    })?;
    linker.func_wrap("get-insecure-random-u64", |_: Cx<'_>, (): ()| Ok((next(&mut { SEED }),)))
}

pub(super) fn insecure_seed(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker.func_wrap("insecure-seed", |_: Cx<'_>, (): ()| {
        let mut state = SEED;
        Ok(((next(&mut state), next(&mut state)),))
    })
}

pub(super) fn preopens(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker.func_wrap("get-directories", |_: Cx<'_>, (): ()| {
        Ok((Vec::<(Resource<Descriptor>, String)>::new(),))
    })
}

/// The one function of the file interface that works without a file: whether a
/// fault of a stream came from a file. It did not.
pub(super) fn filesystem_errors(linker: &mut Linker<'_>) -> wasmtime::Result<()> {
    linker.func_new("filesystem-error-code", |_, _, _, results| {
        if let Some(result) = results.first_mut() {
            *result = wasmtime::component::Val::Option(None);
        }
        Ok(())
    })
}

/// Every call starts from the same seed: an adapter is a function of its
/// arguments, so it is not to be surprised by itself.
const SEED: u64 = 0x6563_6c75_7361_2130;

fn bytes(length: u64) -> wasmtime::Result<Vec<u8>> {
    if length > MAX_RANDOM {
        return Err(wasmtime::Error::msg("more random bytes than an adapter may ask for"));
    }
    let mut state = SEED;
    let words = std::iter::repeat_with(|| next(&mut state).to_le_bytes());
    let length = usize::try_from(length).unwrap_or_default();
    Ok(words.flatten().take(length).collect())
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
