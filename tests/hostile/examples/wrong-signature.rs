//! Exports all five functions, and other types than the contract's.

#![allow(unsafe_code, missing_docs, reason = "generated bindings")]

wit_bindgen::generate!({
    inline: r#"
        package eclusa:adapter@0.1.0;
        
        interface mapping {
            describe: func() -> string;
            receive: func(body: string) -> list<string>;
            send: func(body: string) -> string;
            settle: func(body: string) -> string;
            media: func(handle: string) -> string;
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

    fn send(body: String) -> String {
        body
    }

    fn settle(body: String) -> String {
        body
    }

    fn media(handle: String) -> String {
        handle
    }
}

export!(Hostile);
