//! Who may sign in to the console.

use std::sync::Arc;

use axum::http::StatusCode;
use metrics::counter;
use parking_lot::Mutex;

use super::attempts::{Attempts, TooMany};
use super::text::is_whole;
use super::tokens::Known;
use super::{Permission, Tokens};
use crate::incoming::Caller;
use crate::problem::ApiProblem;

/// The audit has one entry for all refusals of this time, in milliseconds: who
/// tries many tokens must not fill the disk.
const TOLD_EVERY_MS: i64 = 600_000;

/// Why somebody is not let in.
#[derive(Debug)]
pub(crate) struct Unwelcome {
    pub(crate) status: StatusCode,
    /// What programs tell it by.
    pub(crate) code: String,
    /// Why, and what to do.
    pub(crate) reason: String,
    /// When to try again, in seconds.
    pub(crate) retry_after: Option<u64>,
}

/// Refusals that no entry of the audit has told of yet.
#[derive(Default)]
struct Untold {
    count: u64,
    quiet_until_ms: i64,
}

/// The sign-ins of late.
pub(crate) struct SignIns {
    attempts: Attempts<Caller>,
    untold: Mutex<Untold>,
}

impl SignIns {
    pub(crate) fn new() -> Self {
        Self { attempts: Attempts::new(), untold: Mutex::default() }
    }

    /// Whose token this is, where it may sign in.
    pub(crate) fn check(
        &self,
        tokens: &Tokens,
        value: &str,
        caller: Caller,
        now_ms: i64,
    ) -> Result<Arc<Known>, Unwelcome> {
        let known = || tokens.known(value, now_ms);
        // One that we have made is not guessed: others' failures are no reason to
        // let its holder wait.
        let checked = match is_whole(value) {
            true => known(),
            false => match self.attempts.attempt(caller, now_ms, known) {
                Ok(checked) => checked,
                Err(too_many) => return Err(told(Unwelcome::from(too_many))),
            },
        };
        let known = checked.map_err(|problem| told(Unwelcome::from(problem)))?;
        known.allow(Permission::Console).map_err(|_| {
            let reason = "This token is for programs. Sign in with one whose role is viewer, \
                          operator or admin."
                .to_owned();
            let code = "permission_missing".to_owned();
            told(Unwelcome { status: StatusCode::FORBIDDEN, code, reason, retry_after: None })
        })?;
        counter!("eclusa_sign_ins_total", "outcome" => "signed_in").increment(1);
        Ok(known)
    }

    /// Counts a refusal; how many an entry of the audit is to tell of now.
    pub(crate) fn refused(&self, now_ms: i64) -> Option<u64> {
        let mut untold = self.untold.lock();
        untold.count += 1;
        // A pause that is too long comes from a clock that was set back since.
        let left_ms = untold.quiet_until_ms.saturating_sub(now_ms);
        if (1..=TOLD_EVERY_MS).contains(&left_ms) {
            return None;
        }
        untold.quiet_until_ms = now_ms.saturating_add(TOLD_EVERY_MS);
        Some(std::mem::take(&mut untold.count))
    }
}

fn told(unwelcome: Unwelcome) -> Unwelcome {
    counter!("eclusa_sign_ins_total", "outcome" => unwelcome.code.clone()).increment(1);
    unwelcome
}

impl From<ApiProblem> for Unwelcome {
    fn from(problem: ApiProblem) -> Self {
        let mut reason = problem.detail().to_owned();
        if let Some(first) = reason.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        reason = format!("{reason}. {}", problem.what_to_do());
        // 401 would ask for another way to say who one is.
        let code = problem.code().to_owned();
        Self { status: StatusCode::FORBIDDEN, code, reason, retry_after: None }
    }
}

impl From<TooMany> for Unwelcome {
    fn from(too_many: TooMany) -> Self {
        let seconds = too_many.retry_after;
        let reason = format!("Too many sign-ins have failed. Try again in {seconds} seconds.");
        let code = "too_many_sign_ins".to_owned();
        Self { status: StatusCode::TOO_MANY_REQUESTS, code, reason, retry_after: Some(seconds) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_refusals_make_few_entries() {
        let sign_ins = SignIns::new();
        let told: Vec<_> =
            (0..1_200_001).step_by(1_000).filter_map(|ms| sign_ins.refused(ms)).collect();
        assert_eq!(told, [1, 600, 600]);
        assert_eq!(sign_ins.refused(5), Some(1), "the clock was set back");
    }
}
