//! Between the component's interface and the trait. Used by [`crate::export!`]
//! only.

mod incoming;
mod outgoing;

#[allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::todo,
    clippy::unimplemented,
    reason = "generated from wit/"
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "adapter",
        pub_export_macro: true,
        export_macro_name: "export_component",
        default_bindings_module: "eclusa_adapter_sdk::glue::bindings",
    });
}

use bindings::eclusa::adapter::{exchange, host, messages};

use crate::{Adapter, Context, Host, Level};

/// The real host, reached through the component's imports.
struct ComponentHost;

impl Host for ComponentHost {
    fn log(&self, level: Level, text: &str) {
        let level = match level {
            Level::Debug => host::Level::Debug,
            Level::Info => host::Level::Info,
            Level::Warn => host::Level::Warn,
            Level::Error => host::Level::Error,
        };
        host::log(level, text);
    }

    fn secret_matches(&self, name: &str, candidate: &str) -> bool {
        host::secret_matches(name, candidate)
    }
}

/// `receive` of the component.
pub fn receive<A: Adapter>(
    channel: exchange::Channel,
    request: exchange::Request,
) -> Result<exchange::Received, exchange::Problem> {
    let (channel, request) = (incoming::channel(channel), incoming::request(request));
    A::receive(&Context::new(&channel, &ComponentHost), &request)
        .map(outgoing::received)
        .map_err(outgoing::problem)
}

/// `send` of the component.
pub fn send<A: Adapter>(
    channel: exchange::Channel,
    message: messages::OutboundMessage,
) -> Result<exchange::Prepared, exchange::Problem> {
    let (channel, message) = (incoming::channel(channel), incoming::outbound(message));
    A::send(&Context::new(&channel, &ComponentHost), &message)
        .map(outgoing::prepared)
        .map_err(outgoing::problem)
}

/// `settle` of the component.
pub fn settle<A: Adapter>(
    channel: exchange::Channel,
    message: messages::OutboundMessage,
    response: exchange::HttpResponse,
    state: Option<String>,
) -> exchange::Outcome {
    let (channel, message) = (incoming::channel(channel), incoming::outbound(message));
    let cx = Context::new(&channel, &ComponentHost);
    outgoing::outcome(A::settle(&cx, &message, &incoming::response(response), state.as_deref()))
}

/// `media` of the component.
pub fn media<A: Adapter>(
    channel: exchange::Channel,
    handle: String,
    previous: Option<exchange::MediaResponse>,
) -> Result<exchange::MediaStep, exchange::Problem> {
    let channel = incoming::channel(channel);
    let previous = previous.map(incoming::media_response);
    A::media(&Context::new(&channel, &ComponentHost), &handle, previous.as_ref())
        .map(outgoing::media_step)
        .map_err(outgoing::problem)
}

/// Makes a type that implements [`Adapter`] the component's exports. In a build
/// for another target than WebAssembly it does nothing.
#[macro_export]
macro_rules! export {
    ($adapter:ty) => {
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, unreachable_pub, reason = "the component's exports")]
        const _: () = {
            use $crate::glue::bindings::eclusa::adapter::{exchange, messages};

            struct Component;

            impl $crate::glue::bindings::exports::eclusa::adapter::mapping::Guest for Component {
                fn describe() -> String {
                    <$adapter as $crate::Adapter>::MANIFEST.document()
                }

                fn receive(
                    channel: exchange::Channel,
                    request: exchange::Request,
                ) -> Result<exchange::Received, exchange::Problem> {
                    $crate::glue::receive::<$adapter>(channel, request)
                }

                fn send(
                    channel: exchange::Channel,
                    message: messages::OutboundMessage,
                ) -> Result<exchange::Prepared, exchange::Problem> {
                    $crate::glue::send::<$adapter>(channel, message)
                }

                fn settle(
                    channel: exchange::Channel,
                    message: messages::OutboundMessage,
                    response: exchange::HttpResponse,
                    state: Option<String>,
                ) -> exchange::Outcome {
                    $crate::glue::settle::<$adapter>(channel, message, response, state)
                }

                fn media(
                    channel: exchange::Channel,
                    handle: String,
                    previous: Option<exchange::MediaResponse>,
                ) -> Result<exchange::MediaStep, exchange::Problem> {
                    $crate::glue::media::<$adapter>(channel, handle, previous)
                }
            }

            $crate::glue::bindings::export_component!(Component with_types_in $crate::glue::bindings);
        };
    };
}
