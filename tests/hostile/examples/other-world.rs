//! Is a component of another world.

#![allow(unsafe_code, missing_docs, reason = "generated bindings")]

wit_bindgen::generate!({
    inline: r#"
        package example:greeter@1.0.0;
        
        interface greeting {
            greet: func(name: string) -> string;
        }
        
        world adapter {
            export greeting;
        }
    "#,
    world: "adapter",
});

struct Hostile;

impl exports::example::greeter::greeting::Guest for Hostile {
    fn greet(name: String) -> String {
        format!("Hello, {name}!")
    }
}

export!(Hostile);
