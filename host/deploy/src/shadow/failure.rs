//! Failures, told without anything that the guest wrote.

use eclusa_engine::CallFailure;
use eclusa_model::{Problem, ProblemKind};

use super::mask;

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Failure {
    pub(super) code: String,
    /// It is a problem that the guest returned.
    pub(super) is_problem: bool,
    pub(super) message: String,
}

impl Failure {
    /// A problem that the guest returned. Its message and its pointer may quote
    /// the input.
    pub(super) fn of_problem(problem: &Problem) -> Self {
        let message = match problem.kind {
            ProblemKind::Invalid => "it returns a problem: the input is invalid",
            ProblemKind::Unsupported => "it returns a problem: the input cannot be mapped",
            ProblemKind::Configuration => "it returns a problem: the channel's settings or secrets",
            ProblemKind::Refused => "it returns a problem: the message is refused",
        };
        Self { code: problem.code.clone(), is_problem: true, message: message.to_owned() }
    }

    /// A call that did not come back with an answer.
    pub(super) fn of_call(failure: &CallFailure) -> Self {
        Self { code: failure.code.to_owned(), is_problem: false, message: in_own_words(failure) }
    }
}

/// What went wrong in a call, in one sentence of the host's own: without what the
/// guest returned or wrote, which may be personal data.
pub fn in_own_words(failure: &CallFailure) -> String {
    // All other codes come with sentences that quote nothing.
    if failure.code == "bad_output" {
        without_value(&failure.message)
            .unwrap_or_else(|| "it returned what the contract does not allow".to_owned())
    } else {
        failure.message.clone()
    }
}

/// `/pointer: expected …, got …` without the value that it got, and without keys
/// that are data.
fn without_value(message: &str) -> Option<String> {
    let (pointer, rest) = message.split_once(": expected ")?;
    let (expected, _) = rest.split_once(", got ")?;
    let keys: Vec<_> = pointer.split('/').map(mask::key).collect();
    Some(format!("{}: expected {expected}", keys.join("/")))
}

#[cfg(test)]
mod tests {
    use eclusa_model::Problem;

    use super::{Failure, without_value};

    #[test]
    fn the_value_that_a_guest_returned_is_left_out() {
        let told = |message: &str| without_value(message);
        assert_eq!(
            told(r#"/events/0/message/sent_at: expected a time, got "Ana, got it: expected x""#),
            Some("/events/0/message/sent_at: expected a time".to_owned()),
        );
        assert_eq!(
            told(r#"/headers/x-5511912345678: expected a value, got "a\n""#),
            Some("/headers/a-9999999999999: expected a value".to_owned()),
        );
        assert_eq!(told("Ana Souza wrote: something else"), None);
    }

    #[test]
    fn a_problem_is_told_by_its_code_and_kind() {
        let problem = Problem::unsupported("no_mapping", "Ana Souza sent a dance").at("/ana");
        let failure = Failure::of_problem(&problem);
        assert_eq!((failure.code.as_str(), failure.is_problem), ("no_mapping", true));
        assert_eq!(failure.message, "it returns a problem: the input cannot be mapped");
    }
}
