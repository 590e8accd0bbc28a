//! wasmtime's settings. The figures behind them are in ARCHITECTURE.md and can
//! be measured again with `make bench`.

use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

use crate::{EngineError, Limits};

/// Instances kept apart for sessions, so that they take no place from live
/// traffic.
pub(crate) const SESSION_INSTANCES: usize = 8;

/// Instances kept apart for files that are being loaded: candidates go through
/// their samples also while long sessions compare others on recorded traffic.
pub(crate) const LOADING_INSTANCES: usize = 2;

/// How many linear memories one adapter may have. Components of several parts
/// have more than one; all count against the same limit.
pub(crate) const MAX_MEMORIES: u32 = 4;

/// How many core instances one adapter may consist of.
const MAX_CORE_INSTANCES: u32 = 64;

/// How many tables one adapter may have, and how large each may be.
pub(crate) const MAX_TABLES: u32 = 16;
pub(crate) const MAX_TABLE_ELEMENTS: usize = 100_000;

/// How much of an instance's memory stays mapped for the next one. Resetting
/// these pages costs less than giving them back and faulting them in again.
const KEEP_RESIDENT: usize = 2 << 20;

/// Stack that a guest may use; it is the calling thread's own, of which tokio
/// gives 2 MiB.
const WASM_STACK: usize = 512 << 10;

/// A wasmtime engine with the production settings.
pub(crate) fn engine(limits: &Limits) -> Result<wasmtime::Engine, EngineError> {
    // Page-map scanning needs Linux 6.7; `Auto` leaves it out on older kernels.
    let mut config = base(limits);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits, Enabled::Auto)));
    match wasmtime::Engine::new(&config) {
        Ok(engine) => Ok(engine),
        Err(error) => {
            // A container may forbid the call though the kernel has it, or limit
            // the address space. A slower start is better than none.
            tracing::warn!(error = %format_args!("{error:#}"), "no pool with page-map scan, trying without");
            let pool = pool(limits, Enabled::No);
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
            wasmtime::Engine::new(&config).map_err(|error| EngineError::Start(format!("{error:#}")))
        }
    }
}

fn base(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .concurrency_support(false)
        .cranelift_opt_level(OptLevel::Speed)
        // Function names are in the component itself; maps from machine code to
        // offsets would only make every revision larger.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .generate_address_map(false)
        .native_unwind_info(false)
        // The same input gives the same output on every machine.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .wasm_memory64(false)
        .memory_init_cow(true)
        .memory_guaranteed_dense_image_size(limits.memory_bytes as u64);
    config
}

fn pool(limits: &Limits, pagemap_scan: Enabled) -> PoolingAllocationConfig {
    let spare = SESSION_INSTANCES + LOADING_INSTANCES;
    let instances = limits.max_concurrent_calls.saturating_add(spare);
    let instances = u32::try_from(instances).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        // Most adapters have one memory; those with more share what is left.
        .total_memories(instances.saturating_mul(2))
        .total_core_instances(instances.saturating_mul(16))
        .total_tables(instances.saturating_mul(4))
        .max_core_instances_per_component(MAX_CORE_INSTANCES)
        .max_memories_per_component(MAX_MEMORIES)
        .max_tables_per_component(MAX_TABLES)
        .max_component_instance_size(1 << 20)
        .max_core_instance_size(1 << 20)
        .max_memory_size(limits.memory_bytes)
        .table_elements(MAX_TABLE_ELEMENTS)
        // So many memories keep their pages after a burst of calls.
        .max_unused_warm_slots(32)
        .table_keep_resident(64 << 10)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .pagemap_scan(pagemap_scan);
    pool
}
