#![allow(clippy::unwrap_used, reason = "tests")]

use eclusa_journal::registry::{Deployment, DeploymentReason, DeploymentState as State};
use serde_json::{Value, json};

use super::{lines, outcome};
use crate::cli::Outcome;
use crate::cli::adapter::standing::Standing;
use crate::cli::output::Style;

fn deployment(state: State, reason: Option<DeploymentReason>) -> Deployment {
    let document = json!({
        "id": "01JZ", "adapter": "shop", "revision": "1".repeat(64), "bytes": 1,
        "predecessor": null, "door": "api", "actor": "admin", "mode": "auto",
        "created_at": "", "updated_at": "", "state": state, "reason": reason,
        "stages": [], "changes": [], "shadow": null,
    });
    serde_json::from_value(document).unwrap()
}

fn reason(details: usize) -> DeploymentReason {
    DeploymentReason {
        stage: Some("describe".to_owned()),
        code: "guest_panicked".to_owned(),
        message: "it panicked:\nat \u{1b}[31msrc".to_owned(),
        action: "Repair it.".to_owned(),
        details: (1..=details).map(|number| format!("detail {number}\u{1b}[2J")).collect(),
    }
}

fn standing(serves: char, more: Value) -> Standing {
    let mut document = json!({
        "name": "shop", "state": "active", "revision": serves.to_string().repeat(64),
        "policy": {}, "revisions": [], "pins": {}, "holds": {},
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Standing::of(&document).unwrap()
}

fn told(deployment: &Deployment, standing: &Standing) -> String {
    lines(deployment, standing, Style::fixed(false)).join("\n")
}

#[test]
fn only_what_serves_or_may_still_serve_is_a_success() {
    for state in [State::Live, State::Trial, State::Canary, State::Waiting, State::Unchanged] {
        assert_eq!(outcome(state), Outcome::Success, "{state:?}");
    }
    for state in
        [State::Rejected, State::Declined, State::Superseded, State::RolledBack, State::Interrupted]
    {
        assert_eq!(outcome(state), Outcome::Refused, "{state:?}");
        let text = told(&deployment(state, None), &standing('2', json!({})));
        assert!(text.starts_with("error["), "{text}");
        assert!(text.ends_with("     Serving 222222222222 as before"), "{text}");
    }
}

#[test]
fn a_rejection_names_stage_code_details_and_what_to_do() {
    let rejected = deployment(State::Rejected, Some(reason(2)));
    assert_eq!(
        told(&rejected, &standing('2', json!({ "revision": null }))),
        "error[guest_panicked]: describe: it panicked\n  \
         - detail 1\\u{1b}[2J\n  - detail 2\\u{1b}[2J\n  help: Repair it."
    );
    let text = told(&deployment(State::Rejected, Some(reason(25))), &standing('2', json!({})));
    assert!(text.contains("  - detail 20"), "{text}");
    assert!(!text.contains("  - detail 21"), "{text}");
    assert!(text.contains("  … and 5 more; --json shows them\n  help: Repair it."), "{text}");
}

#[test]
fn who_stays_behind_is_told_of_the_one_that_serves_only() {
    let hold = json!({ "revision": "3".repeat(64), "missing": [["/secrets/key", "is needed"]] });
    let holds = json!({ "holds": { "shop-br": hold } });
    let live = deployment(State::Live, None);
    assert_eq!(
        told(&live, &standing('1', holds.clone())),
        "        Live shop 111111111111 serves\nwarning: channel shop-br stays on 333333333333, \
         since it lacks something: /secrets/key: is needed"
    );
    let waiting = deployment(State::Waiting, Some(reason(0)));
    let text = told(&waiting, &standing('2', holds));
    assert!(!text.contains("shop-br"), "{text}");
    assert!(text.contains("`eclusa adapter approve shop`"), "{text}");
    assert!(!text.contains("Repair it."), "{text}");
}
