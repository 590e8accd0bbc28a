#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eclusa_fuzz::run("verify", bytes));
