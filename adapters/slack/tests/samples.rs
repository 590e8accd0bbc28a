//! The samples that travel with the adapter.

use eclusa_adapter_sdk::testing;
use eclusa_adapter_slack::Slack;

#[test]
fn all_samples_hold() -> Result<(), String> {
    testing::check_samples::<Slack>(env!("CARGO_MANIFEST_DIR"))
}
