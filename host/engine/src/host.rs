//! What the host offers a guest: the imports of the adapter world.

use wasmtime::component::{HasSelf, Linker};

use crate::LogLevel;
use crate::bindings::Adapter;
use crate::bindings::eclusa::adapter::{exchange, host, messages};
use crate::context::secret_matches;
use crate::state::State;

/// Defines the imports of the adapter world.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    Adapter::add_to_linker::<State, HasSelf<State>>(linker, |state| state)
}

impl host::Host for State {
    fn log(&mut self, level: host::Level, text: String) {
        let level = match level {
            host::Level::Debug => LogLevel::Debug,
            host::Level::Info => LogLevel::Info,
            host::Level::Warn => LogLevel::Warn,
            host::Level::Error => LogLevel::Error,
        };
        State::log(self, level, text);
    }

    fn secret_matches(&mut self, name: String, candidate: String) -> bool {
        self.context
            .as_ref()
            .is_some_and(|context| secret_matches(&*context.secrets, &name, &candidate))
    }
}

// These two interfaces consist of types alone.
impl messages::Host for State {}
impl exchange::Host for State {}
