//! Dashboard sessions and sign-ins under way, at rest. Both are rows found by the hash of a secret that only one
//! browser has, so a leaked table opens nothing.

mod own;

use async_trait::async_trait;
use coop_engine::Time;

pub use own::{end, end_others, list_of, note_sign_in, note_sign_out};

use super::Error;
use crate::{
    keyring::sha256,
    ledger::{Effect, Ledger, Mutation},
    model::{SignedIn, StoredSession},
    store::Db,
};

/// Keeps what belongs to a secret until `expires_at`.
///
/// # Errors
/// [`Error::Taken`] when the secret is in use, which its maker answers with another one.
pub async fn create(
    ledger: &Ledger,
    secret: &[u8],
    data: String,
    expires_at: Time,
    signed_in: Option<SignedIn>,
) -> Result<(), Error> {
    Ok(ledger
        .mutate(Create(stored(secret, data, expires_at, signed_in)))
        .await?)
}

/// Overwrites what belongs to a secret; false when it has ended, and then it stays ended.
///
/// # Errors
/// When the store fails.
pub async fn save(
    ledger: &Ledger,
    secret: &[u8],
    data: String,
    expires_at: Time,
    signed_in: Option<SignedIn>,
) -> Result<bool, Error> {
    Ok(ledger
        .mutate(Save(stored(secret, data, expires_at, signed_in)))
        .await?)
}

/// What belongs to a secret, with the time of its end.
///
/// # Errors
/// When the store fails.
pub async fn find(
    ledger: &Ledger,
    secret: &[u8],
    now: Time,
) -> Result<Option<StoredSession>, Error> {
    Ok(ledger
        .store()
        .read()
        .await?
        .session(&sha256(secret), now)
        .await?)
}

/// Takes what belongs to a secret away: of several callers only the first gets it.
///
/// # Errors
/// When the store fails.
pub async fn take(ledger: &Ledger, secret: &[u8], now: Time) -> Result<Option<String>, Error> {
    Ok(ledger
        .mutate(Take {
            id_hash: sha256(secret),
            now,
        })
        .await?)
}

/// Ends what belongs to a secret.
///
/// # Errors
/// When the store fails.
pub async fn delete(ledger: &Ledger, secret: &[u8]) -> Result<(), Error> {
    Ok(ledger.mutate(Delete(sha256(secret))).await?)
}

/// The hash by which a session is found; it may be shown to the person whose session it is.
#[must_use]
pub fn id_hash(secret: &[u8]) -> [u8; 32] {
    sha256(secret)
}

fn stored(
    secret: &[u8],
    data: String,
    expires_at: Time,
    signed_in: Option<SignedIn>,
) -> StoredSession {
    StoredSession {
        id_hash: id_hash(secret),
        data,
        expires_at,
        signed_in,
    }
}

struct Create(StoredSession);

#[async_trait]
impl Mutation for Create {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), Error> {
        Ok(db.insert_session(&self.0).await?)
    }
}

struct Save(StoredSession);

#[async_trait]
impl Mutation for Save {
    type Output = bool;
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<bool, Error> {
        Ok(db.update_session(&self.0).await?)
    }
}

struct Take {
    id_hash: [u8; 32],
    now: Time,
}

#[async_trait]
impl Mutation for Take {
    type Output = Option<String>;
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<Option<String>, Error> {
        Ok(db.take_session(&self.id_hash, self.now).await?)
    }
}

struct Delete([u8; 32]);

#[async_trait]
impl Mutation for Delete {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), Error> {
        Ok(db.delete_session(&self.0).await?)
    }
}
