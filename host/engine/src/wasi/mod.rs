//! The part of WASI without which the standard libraries of guest languages do
//! not start, and nothing of what it usually leads to: the clock stands still,
//! randomness is the same in every call, there are no files, no arguments and no
//! environment, and what is written to standard output or standard error ends up
//! in the report of a trap.
//!
//! Everything else of the interfaces that are let in (see [`ALLOWED`]) exists and
//! traps. Interfaces outside the list are refused when an adapter is loaded.

mod clocks;
mod io;
mod system;

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, LinkerInstance, ResourceType};

pub(crate) use system::Exited;

use crate::state::State;

/// Interfaces that an adapter may import, without their versions.
pub(crate) const ALLOWED: [&str; 18] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/stderr",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:cli/terminal-stderr",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:random/random",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
];

/// Interfaces that an adapter may import though there is nothing behind them:
/// standard libraries mention files even where no file is ever opened.
pub(crate) const EMPTY: [&str; 2] = ["wasi:filesystem/types", "wasi:filesystem/preopens"];

/// Defines those of the component's imports that come from WASI, under exactly
/// the versions that the component names.
pub(crate) fn add_to_linker(
    linker: &mut wasmtime::component::Linker<State>,
    component: &Component,
) -> wasmtime::Result<()> {
    let engine = component.engine().clone();
    linker.allow_shadowing(true);
    for (import, item) in component.component_type().imports(&engine) {
        let ComponentItem::ComponentInstance(interface) = &item.ty else { continue };
        let (name, _version) = import.split_once('@').unwrap_or((import, ""));
        if !name.starts_with("wasi:") {
            continue;
        }
        let mut instance = linker.instance(import)?;
        for (item_name, item) in interface.exports(&engine) {
            trap_instead(name, item_name, &item.ty, &mut instance)?;
        }
        // What is there takes the place of what only traps.
        define(name, &mut instance)?;
    }
    linker.allow_shadowing(false);
    Ok(())
}

fn define(name: &str, instance: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    match name {
        "wasi:cli/environment" => system::environment(instance),
        "wasi:cli/exit" => system::exit(instance),
        "wasi:cli/stdin" => io::stdin(instance),
        "wasi:cli/stdout" => io::output(instance, "get-stdout"),
        "wasi:cli/stderr" => io::output(instance, "get-stderr"),
        "wasi:cli/terminal-stdin" => io::no_terminal_input(instance),
        "wasi:cli/terminal-stdout" => io::no_terminal_output(instance, "get-terminal-stdout"),
        "wasi:cli/terminal-stderr" => io::no_terminal_output(instance, "get-terminal-stderr"),
        "wasi:io/error" => io::error(instance),
        "wasi:io/poll" => io::poll(instance),
        "wasi:io/streams" => io::streams(instance),
        "wasi:clocks/monotonic-clock" => clocks::monotonic(instance),
        "wasi:clocks/wall-clock" => clocks::wall(instance),
        "wasi:random/random" => system::random(instance),
        "wasi:random/insecure" => system::insecure(instance),
        "wasi:random/insecure-seed" => system::insecure_seed(instance),
        "wasi:filesystem/preopens" => system::preopens(instance),
        "wasi:filesystem/types" => system::filesystem_errors(instance),
        _ => Ok(()),
    }
}

/// Defines what a guest may import but not use.
fn trap_instead(
    interface: &str,
    name: &str,
    item: &ComponentItem,
    instance: &mut LinkerInstance<'_, State>,
) -> wasmtime::Result<()> {
    match item {
        ComponentItem::ComponentFunc(_) => {
            let message = format!("`{name}` of {interface} is not available to adapters");
            instance.func_new(name, move |_, _, _, _| Err(wasmtime::Error::msg(message.clone())))
        }
        ComponentItem::Resource(_) => instance.resource(name, resource_type(name), |_, _| Ok(())),
        _ => Ok(()),
    }
}

/// The host's type behind a resource, which must be the same in all interfaces
/// that mention it.
fn resource_type(name: &str) -> ResourceType {
    match name {
        "error" => ResourceType::host::<io::StreamFault>(),
        "pollable" => ResourceType::host::<io::Pollable>(),
        "input-stream" => ResourceType::host::<io::Input>(),
        "output-stream" => ResourceType::host::<io::Output>(),
        "terminal-input" => ResourceType::host::<io::TerminalInput>(),
        "terminal-output" => ResourceType::host::<io::TerminalOutput>(),
        "descriptor" => ResourceType::host::<system::Descriptor>(),
        _ => ResourceType::host::<Unavailable>(),
    }
}

/// A resource of which there is never an instance.
struct Unavailable;
