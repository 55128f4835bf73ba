//! What is kept of exchanges: the tokens issued, and why others were refused.

use coop_engine::Time;

use super::{KeyDigest, TenantId, TrustedIssuerId};

/// A token that was issued for a JWT, as it is at rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// By which its value is found.
    pub digest: KeyDigest,
    /// Whose it is.
    pub tenant: TenantId,
    /// Who vouched for its subject.
    pub issuer: TrustedIssuerId,
    /// The issuer's version when it was issued; under another one it is void.
    pub issuer_version: i64,
    /// Whom it speaks for.
    pub subject: String,
    /// When it ends.
    pub expires_at: Time,
}

/// What a JWT has to pass, in this order. The one that failed is told to the issuer's owner, never to the bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// It is at most 8 KiB and has three parts that can be read.
    Shape,
    /// Its algorithm is in the issuer's list.
    Algorithm,
    /// Its header demands nothing that is not understood.
    Critical,
    /// It is a JWT and not another kind of token.
    Type,
    /// An issuer is configured for exactly its `iss` and `aud`.
    Issuer,
    /// The issuer is enabled.
    Enabled,
    /// The tenant is active.
    Tenant,
    /// Its key is in the issuer's set and may be used.
    Key,
    /// Its signature is that key's.
    Signature,
    /// Its claims are there and of the right types.
    Claims,
    /// It has not expired.
    Expiry,
    /// It is valid already.
    NotBefore,
    /// It was not issued in the future.
    IssuedAt,
    /// It lives no longer than a day.
    Lifetime,
    /// It is meant for us.
    Audience,
    /// Its subject can be a requester.
    Subject,
    /// It was not used before, where that is asked for.
    OneTime,
    /// It is young enough, where that is asked for.
    MaxAge,
}

impl Check {
    /// All of them, in order.
    pub const ALL: [Self; 18] = [
        Self::Shape,
        Self::Algorithm,
        Self::Critical,
        Self::Type,
        Self::Issuer,
        Self::Enabled,
        Self::Tenant,
        Self::Key,
        Self::Signature,
        Self::Claims,
        Self::Expiry,
        Self::NotBefore,
        Self::IssuedAt,
        Self::Lifetime,
        Self::Audience,
        Self::Subject,
        Self::OneTime,
        Self::MaxAge,
    ];

    /// The name in the store and on pages.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::Algorithm => "alg",
            Self::Critical => "crit",
            Self::Type => "typ",
            Self::Issuer => "iss",
            Self::Enabled => "enabled",
            Self::Tenant => "tenant",
            Self::Key => "kid",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Expiry => "exp",
            Self::NotBefore => "nbf",
            Self::IssuedAt => "iat",
            Self::Lifetime => "lifetime",
            Self::Audience => "aud",
            Self::Subject => "sub",
            Self::OneTime => "jti",
            Self::MaxAge => "max_age",
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.code() == code)
    }

    /// What the token has to be, for its issuer's owner.
    #[must_use]
    pub const fn demand(self) -> &'static str {
        match self {
            Self::Shape => "at most 8 KiB, in three parts that can be read",
            Self::Algorithm => "signed with an algorithm of the issuer's list",
            Self::Critical => "no crit in its header",
            Self::Type => "typ absent, JWT or at+jwt",
            Self::Issuer => "iss and aud exactly those of this issuer",
            Self::Enabled => "the issuer is enabled and its audience proven",
            Self::Tenant => "the tenant is not suspended",
            Self::Key => "its kid names a usable key of the issuer's set",
            Self::Signature => "the signature is that key's",
            Self::Claims => "iss, aud, sub, exp and iat are there and of the right types",
            Self::Expiry => "exp in the future",
            Self::NotBefore => "nbf not in the future",
            Self::IssuedAt => "iat not in the future",
            Self::Lifetime => "exp at most 24 hours after iat",
            Self::Audience => "aud is ours; azp too when there are several",
            Self::Subject => "sub has 1 to 255 characters, none of them a control character",
            Self::OneTime => "a jti that was not used before (one-time issuers)",
            Self::MaxAge => "iat not longer ago than the issuer's maximum age",
        }
    }
}

/// A JWT that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeFailure {
    /// When.
    pub at: Time,
    /// The check that it failed.
    pub check: Check,
    /// From where it came.
    pub address: Option<String>,
}

/// What happened within an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeHour {
    /// When it began.
    pub hour: Time,
    /// JWTs that were exchanged.
    pub exchanged: u64,
    /// JWTs that were refused.
    pub refused: u64,
}

#[cfg(test)]
mod tests {
    use super::Check;

    #[test]
    fn a_check_is_read_by_its_code() {
        for check in Check::ALL {
            assert_eq!(Check::parse(check.code()), Some(check));
        }
        assert!(Check::ALL.is_sorted());
        assert_eq!(Check::parse("other"), None);
    }
}
