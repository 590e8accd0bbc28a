//! Was built against a contract that is still to come.

#![allow(unsafe_code, missing_docs, reason = "generated bindings")]

wit_bindgen::generate!({
    inline: r#"
        package eclusa:adapter@0.2.0;
        
        interface mapping {
            describe: func() -> string;
            receive: func(body: string) -> list<string>;
        }
        
        world adapter {
            export mapping;
        }
    "#,
    world: "adapter",
});

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
