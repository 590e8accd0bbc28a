//! Keys of the configuration about the console.

use serde::Deserialize;

use super::ConfigError;
use crate::auth::SessionLimits;

/// How long people stay signed in to the console.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Console {
    /// A session is over after so long without a request, in minutes. Default 120,
    /// 1 to 10,080. Lower it where people share a machine.
    pub idle_minutes: u32,
    /// A session is over after so long in any case, in hours. Default 24, 1 to 744.
    /// Raise it for screens that show the console all the time.
    pub session_hours: u32,
}

impl Default for Console {
    fn default() -> Self {
        Self { idle_minutes: 120, session_hours: 24 }
    }
}

impl Console {
    /// Checks what the types alone cannot say.
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if !(1..=10_080).contains(&self.idle_minutes) {
            let expected = format!("1 to 10080, not {}", self.idle_minutes);
            return Err(ConfigError::Value("console.idle_minutes", expected));
        }
        if !(1..=744).contains(&self.session_hours) {
            let expected = format!("1 to 744, not {}", self.session_hours);
            return Err(ConfigError::Value("console.session_hours", expected));
        }
        Ok(())
    }

    /// The part of it that sessions keep.
    pub(crate) fn sessions(&self) -> SessionLimits {
        SessionLimits {
            idle_ms: i64::from(self.idle_minutes) * 60_000,
            longest_ms: i64::from(self.session_hours) * 3_600_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_that_make_no_sense_are_refused_by_name() {
        let refused = |idle_minutes, session_hours| {
            let error = Console { idle_minutes, session_hours }.validate().err();
            error.map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(refused(1, 744), "");
        assert_eq!(refused(10_080, 1), "");
        for (idle_minutes, session_hours, key) in [
            (0, 1, "console.idle_minutes"),
            (10_081, 1, "console.idle_minutes"),
            (1, 0, "console.session_hours"),
            (1, 745, "console.session_hours"),
        ] {
            let error = refused(idle_minutes, session_hours);
            assert!(error.contains(key), "{error}");
        }
    }
}
