//! `eclusa serve`, where it does not start.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::{ended, write};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

#[test]
fn a_platform_to_which_nothing_may_be_sent_is_told_at_the_start() {
    for (url, wanted) in [
        ("https://10.1.2.3/hook", "10.0.0.0/8 (private, RFC 1918)"),
        ("https://localhost:9000/hook", "this machine itself"),
        ("http://platform.example/hook", "use https"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let table = format!("[platform]\nurl = {url:?}\nsecret = {SECRET:?}");
        let file = write(folder.path(), "eclusa.toml", table);
        let data = folder.path().join("data");
        let mut command = support::eclusa(&["serve", "--listen", "127.0.0.1:0", "--config", &file]);
        command.arg("--data").arg(&data).arg("--adapters").arg(folder.path());
        let ended = ended(command.env_remove("ECLUSA_OUTGOING_ALLOW").output().unwrap());
        assert_ne!(ended.code, 0);
        for wanted in ["platform", wanted, "`outgoing.allow`"] {
            assert!(ended.err.contains(wanted), "{wanted}: {}", ended.err);
        }
        assert!(!data.exists(), "it ends before it touches its data");
    }
}
