//! Why a verb was not done.

use crate::{
    keyring::SealError,
    ledger::{MutationError, Refused},
    model::Check,
    store::StoreError,
};

/// One type for all verbs. Texts inside [`Error::Internal`] are for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or it is somebody else's: nobody can tell which.
    #[error("there is no such thing")]
    NotFound,
    /// It has changed since it was looked at.
    #[error("it has changed in the meantime")]
    Stale,
    /// Something of that name is there already.
    #[error("that name is taken")]
    Taken,
    /// The default key can be rotated, not revoked.
    #[error("the default key cannot be revoked, only rotated")]
    DefaultKey,
    /// The tier does not allow another one.
    #[error("the tier allows {0} of them")]
    LimitReached(u64),
    /// The request's key was rotated before the request was decided.
    #[error("the key was rotated")]
    KeyRotated,
    /// The request's key was revoked before the request was decided.
    #[error("the key was revoked")]
    KeyRevoked,
    /// The exchanged token has expired.
    #[error("the token has expired")]
    TokenExpired,
    /// The exchanged token was revoked.
    #[error("the token was revoked")]
    TokenRevoked,
    /// The JWT does not pass this check. For the issuer's owner; its bearer learns only that it was refused.
    #[error("the JWT is not what it has to be: {}", .0.demand())]
    Rejected(Check),
    /// The tier does not have this.
    #[error("JWT exchange is not part of this tier")]
    TierRequired,
    /// It cannot be done like this; the text says why, to whoever asked.
    #[error("{0}")]
    Invalid(String),
    /// The tenant was suspended.
    #[error("the tenant is suspended")]
    Suspended,
    /// Revealing is switched off for the tenant.
    #[error("revealing is switched off")]
    RevealOff,
    /// The value was made, or revealing was switched off since, without being kept.
    #[error("this value was not kept")]
    NotKept,
    /// What was typed to confirm is not the tenant's name.
    #[error("that is not the tenant's name")]
    WrongName,
    /// Not acknowledged: whether it happened has to be asked again.
    #[error("the store cannot commit at the moment")]
    Unavailable,
    /// What nobody but the operator can do anything about.
    #[error("{0}")]
    Internal(String),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            error if error.is_unique_violation() => Self::Taken,
            StoreError::Corrupt(what) => Self::Internal(what),
            error => {
                tracing::error!(%error, "the store does not answer");
                Self::Unavailable
            }
        }
    }
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::KeyRotated => Self::KeyRotated,
            Refused::KeyRevoked => Self::KeyRevoked,
            Refused::TokenExpired => Self::TokenExpired,
            Refused::TokenRevoked => Self::TokenRevoked,
            Refused::Suspended => Self::Suspended,
            Refused::Unavailable => Self::Unavailable,
        }
    }
}

impl From<MutationError<Self>> for Error {
    fn from(error: MutationError<Self>) -> Self {
        match error {
            MutationError::Refused(error) => error,
            MutationError::Unavailable => Self::Unavailable,
        }
    }
}
