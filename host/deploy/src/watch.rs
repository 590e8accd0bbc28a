//! The watched folder of adapters.
