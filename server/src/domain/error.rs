//! Why a verb was not done.

use crate::{
    keyring::SealError,
    ledger::{MutationError, Refused},
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
    /// The request's key was rotated or revoked before the request was decided.
    #[error("the credential is no longer valid")]
    CredentialDied,
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
            Refused::CredentialDied => Self::CredentialDied,
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
