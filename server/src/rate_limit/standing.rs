//! Where a tenant stands, and how an answer says so.

use std::fmt::{self, Write as _};

use bytes::BytesMut;
use http::HeaderValue;

use crate::model::Tier;

/// What a request does to the reservations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only looks: GET, HEAD and the checks among the POSTs.
    Read,
    /// It may change something.
    Write,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Where a tenant stands after a request: what the `RateLimit` headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub(super) tier: Tier,
    pub(super) kind: Kind,
    /// Operations a minute.
    pub quota: u32,
    /// Operations left at once.
    pub remaining: u32,
}

impl Standing {
    /// `RateLimit-Policy` of the IETF httpapi draft.
    ///
    /// # Panics
    /// Never: the text is ASCII.
    #[must_use]
    pub fn policy_header(&self) -> HeaderValue {
        header(format_args!(
            "\"{}-{}\";q={};w=60",
            self.tier.code(),
            self.kind.name(),
            self.quota
        ))
    }

    /// `RateLimit` of the IETF httpapi draft; `t` is the whole seconds until all of the quota is there again.
    ///
    /// # Panics
    /// Never: the text is ASCII.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        let used = u64::from(self.quota.saturating_sub(self.remaining));
        let full_in = (used * 60).div_ceil(u64::from(self.quota).max(1));
        header(format_args!(
            "\"{}-{}\";r={};t={full_in}",
            self.tier.code(),
            self.kind.name(),
            self.remaining
        ))
    }
}

fn header(text: fmt::Arguments<'_>) -> HeaderValue {
    // Long enough for every tier and number, so that it is allocated once.
    let mut buffer = BytesMut::with_capacity(64);
    // Writing to memory cannot fail.
    let _ = buffer.write_fmt(text);
    HeaderValue::from_maybe_shared(buffer.freeze()).expect("ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_are_those_of_the_draft() {
        let standing = Standing {
            tier: Tier::Free,
            kind: Kind::Write,
            quota: 200,
            remaining: 198,
        };
        assert_eq!(standing.policy_header(), "\"free-write\";q=200;w=60");
        assert_eq!(standing.header(), "\"free-write\";r=198;t=1");
    }
}
