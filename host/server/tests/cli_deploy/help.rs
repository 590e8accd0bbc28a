//! `--help` of each command that talks to a server about adapters.

use crate::assert_parts;
use crate::support::run;

fn help(args: &[&str], parts: &[&str]) {
    let ended = run(&[args, &["--help"]].concat());
    assert_eq!(ended.code, 0, "{args:?}: {}", ended.err);
    assert_parts(&ended.out, &["Usage: eclusa ", "--url <URL>", "ECLUSA_TOKEN", "--json"]);
    assert_parts(&ended.out, parts);
}

#[test]
fn each_command_says_what_it_takes() {
    for (command, parts) in [
        (
            "deploy",
            ["<FILE.wasm>", "--name", "auto, review, manual", "--no-wait", "Examples:"].as_slice(),
        ),
        ("show", &["<NAME>", "revisions, calls under way"]),
        (
            "diff",
            &["<NAME> [REVISION]", "newest candidate", "served before it", "masked", "Examples:"],
        ),
        ("approve", &["<NAME>", "go live"]),
        ("decline", &["<NAME>", "--reason <TEXT>"]),
        ("activate", &["<NAME> <REVISION>", "first digits"]),
        ("rollback", &["<NAME> [REVISION]", "--reason <TEXT>", "served before"]),
        ("history", &["<NAME>", "--limit <LIMIT>", "[default: 20]"]),
        (
            "policy",
            &["--mode", "--canary <PERCENT:SECONDS|none>", "--rollback-seconds <N>", "--from"],
        ),
        ("pin", &["<NAME> <CHANNEL> <REVISION>"]),
        ("unpin", &["<NAME> <CHANNEL>"]),
    ] {
        help(&["adapter", command], parts);
    }
    help(&["replay"], &["<MESSAGE>", "--revision <REVISION>", "changes nothing"]);
    help(&["audit"], &["--adapter <NAME>", "[default: 20]"]);
}
