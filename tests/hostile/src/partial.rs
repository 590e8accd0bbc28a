//! Components that export two functions of the contract in some version of it.

/// Exports `describe` and `receive` as the text of a WIT package declares them.
#[macro_export]
macro_rules! two_functions {
    ($wit:literal) => {
        wit_bindgen::generate!({ inline: $wit, world: "adapter" });

        struct Hostile;

        impl exports::eclusa::adapter::mapping::Guest for Hostile {
            fn describe() -> String {
                String::from("{}")
            }

            fn receive(body: String) -> Vec<String> {
                vec![body]
            }
        }

        export!(Hostile);
    };
}
