//! What a route's requests are counted as.

use http::Method;

use crate::rate_limit::Kind;

/// POSTs that only look. Every other one may change something.
const CHECKS: &[&str] = &["/api/v1/Reservation/check", "/api/v1/Reservation/verify"];
/// Load must not make a holder lose what it holds, nor keep what it wants to give back, be it a token.
const NEVER_REFUSED: &[(Method, &str)] = &[
    (Method::POST, "/api/v1/Reservation/renew"),
    (Method::POST, "/api/v1/Reservation/unreserve"),
    (Method::DELETE, "/api/v1/auth/token"),
];

/// How a request is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Toll {
    /// The quota that it takes from.
    pub(super) kind: Kind,
    /// Whether a rate or the day's limit may refuse it.
    pub(super) may_be_refused: bool,
    /// Whether its items are operations of the day.
    pub(super) is_daily: bool,
}

impl Toll {
    /// By the table above.
    pub(super) fn of(method: &Method, path: &str) -> Self {
        let looks = match *method {
            Method::GET | Method::HEAD => true,
            Method::POST => CHECKS.contains(&path),
            _ => false,
        };
        Self {
            kind: if looks { Kind::Read } else { Kind::Write },
            may_be_refused: !NEVER_REFUSED
                .iter()
                .any(|route| route.0 == *method && route.1 == path),
            is_daily: *method == Method::POST && !looks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_is_a_read_and_everything_else_a_write_and_holders_are_never_refused() {
        for (method, path, kind, may_be_refused, is_daily) in [
            (Method::GET, "activeReservations", Kind::Read, true, false),
            (Method::HEAD, "activeReservations", Kind::Read, true, false),
            (Method::POST, "check", Kind::Read, true, false),
            (Method::POST, "verify", Kind::Read, true, false),
            (Method::POST, "reserve", Kind::Write, true, true),
            (Method::POST, "transaction", Kind::Write, true, true),
            (Method::POST, "renew", Kind::Write, false, true),
            (Method::POST, "unreserve", Kind::Write, false, true),
            (Method::DELETE, "unreserve", Kind::Write, true, false),
            (Method::GET, "unreserve", Kind::Read, true, false),
        ] {
            let toll = Toll::of(&method, &format!("/api/v1/Reservation/{path}"));
            let expected = Toll {
                kind,
                may_be_refused,
                is_daily,
            };
            assert_eq!(toll, expected, "{method} {path}");
        }
    }
}
