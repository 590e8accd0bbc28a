//! What a status means where nobody knows better than the HTTP standard.

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It was taken.
    Taken,
    /// Another attempt may succeed.
    NotNow,
    /// No attempt will.
    Never,
    /// Nothing will ever be taken there.
    Gone,
}

impl Answer {
    /// The one table of statuses (docs/delivery.md shows it). A redirect is not
    /// followed, but may be a passing one (a gateway in maintenance).
    pub(crate) fn of(status: u16) -> Self {
        match status {
            200..300 => Self::Taken,
            408 | 409 | 425 | 429 => Self::NotNow,
            410 => Self::Gone,
            400..500 => Self::Never,
            _ => Self::NotNow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn statuses_are_told_apart() {
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(Answer::of(status), Answer::Taken, "{status}");
        }
        for status in [301, 302, 307, 408, 409, 425, 429, 500, 502, 503, 504, 599] {
            assert_eq!(Answer::of(status), Answer::NotNow, "{status}");
        }
        for status in [400, 401, 403, 404, 405, 413, 422, 451, 499] {
            assert_eq!(Answer::of(status), Answer::Never, "{status}");
        }
        assert_eq!(Answer::of(410), Answer::Gone);
    }
}
