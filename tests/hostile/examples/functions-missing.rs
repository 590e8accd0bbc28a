//! Exports two of the five functions of the contract.

#![allow(unsafe_code, missing_docs, reason = "generated bindings")]

eclusa_hostile::two_functions!(
    "
    package eclusa:adapter@0.1.0;

    interface mapping {
        describe: func() -> string;
        receive: func(body: string) -> list<string>;
    }

    world adapter {
        export mapping;
    }
"
);
