//! The contract as Rust types, generated from `wit/`.
//!
//! What goes into a guest is borrowed, so that no body is copied twice; what
//! comes out of it is owned. Where a type does both, there are two of it:
//! `…Param` and `…Result`.

#![allow(missing_docs, unreachable_pub, unused_qualifications, reason = "generated code")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "adapter",
    ownership: Borrowing { duplicate_if_necessary: true },
});
