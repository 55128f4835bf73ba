//! A person's own sessions, and what the audit log of his tenant has of them.

use async_trait::async_trait;
use coop_engine::Time;
use serde_json::json;

use crate::{
    clock::SharedClock,
    domain::Error,
    ledger::{Effect, Ledger, Mutation},
    model::{By, Deed, Identity, SignedIn, StoredSession},
    store::Db,
};

/// The person's sessions that have not ended, the one used last first.
///
/// # Errors
/// When the store fails.
pub async fn list_of(
    ledger: &Ledger,
    identity: &Identity,
    now: Time,
) -> Result<Vec<StoredSession>, Error> {
    let mut db = ledger.store().read().await?;
    Ok(db
        .sessions_of(&identity.issuer, &identity.subject, now)
        .await?)
}

/// Ends one of the person's sessions. Nothing is opened with it from the moment that this returns.
///
/// # Errors
/// [`Error::NotFound`] when he has no such session.
pub async fn end(
    ledger: &Ledger,
    clock: &SharedClock,
    identity: &Identity,
    id_hash: &[u8],
    by: By,
) -> Result<(), Error> {
    let end = End {
        identity: identity.clone(),
        id_hash: id_hash.to_vec(),
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(end).await?)
}

struct End {
    identity: Identity,
    id_hash: Vec<u8>,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for End {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), Error> {
        let Identity {
            issuer, subject, ..
        } = &self.identity;
        let all = db.sessions_of(issuer, subject, self.now).await?;
        let ended = all
            .into_iter()
            .find(|session| session.id_hash[..] == self.id_hash[..])
            .and_then(|session| session.signed_in)
            .ok_or(Error::NotFound)?;
        db.delete_session_of(issuer, subject, &self.id_hash).await?;
        let deed = Deed::new("session.end", subject, of(&ended));
        note(db, &self.identity, self.now, &self.by, &deed).await
    }
}

/// Where the session came from that was ended.
fn of(session: &SignedIn) -> serde_json::Value {
    json!({"address": session.address, "userAgent": session.user_agent})
}

/// Ends all of the person's sessions but the one with the hash `except`; answers how many those were.
///
/// # Errors
/// When the store fails.
pub async fn end_others(
    ledger: &Ledger,
    clock: &SharedClock,
    identity: &Identity,
    except: [u8; 32],
    by: By,
) -> Result<u64, Error> {
    let end = EndOthers {
        identity: identity.clone(),
        except,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(end).await?)
}

struct EndOthers {
    identity: Identity,
    except: [u8; 32],
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for EndOthers {
    type Output = u64;
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<u64, Error> {
        let Identity {
            issuer, subject, ..
        } = &self.identity;
        let ended = db
            .delete_sessions_of(issuer, subject, Some(&self.except))
            .await?;
        if ended > 0 {
            let deed = Deed::new("session.end_others", subject, json!({"sessions": ended}));
            note(db, &self.identity, self.now, &self.by, &deed).await?;
        }
        Ok(ended)
    }
}

/// Notes in the log of the person's tenant, if he has one, that he signed in.
///
/// # Errors
/// When the store fails.
pub async fn note_sign_in(
    ledger: &Ledger,
    clock: &SharedClock,
    identity: &Identity,
    by: By,
) -> Result<(), Error> {
    note_that("session.sign_in", ledger, clock, identity, by).await
}

/// Notes in the log of the person's tenant, if he has one, that he signed out.
///
/// # Errors
/// When the store fails.
pub async fn note_sign_out(
    ledger: &Ledger,
    clock: &SharedClock,
    identity: &Identity,
    by: By,
) -> Result<(), Error> {
    note_that("session.sign_out", ledger, clock, identity, by).await
}

async fn note_that(
    action: &'static str,
    ledger: &Ledger,
    clock: &SharedClock,
    identity: &Identity,
    by: By,
) -> Result<(), Error> {
    let note = Note {
        action,
        identity: identity.clone(),
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(note).await?)
}

struct Note {
    action: &'static str,
    identity: Identity,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Note {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), Error> {
        let deed = Deed::new(self.action, &self.identity.subject, serde_json::Value::Null);
        note(db, &self.identity, self.now, &self.by, &deed).await
    }
}

/// A person without a tenant has no log.
async fn note(
    db: &mut Db,
    identity: &Identity,
    now: Time,
    by: &By,
    deed: &Deed,
) -> Result<(), Error> {
    let tenant = db
        .tenant_of_identity(&identity.issuer, &identity.subject)
        .await?;
    if let Some(tenant) = tenant {
        db.append_audit(tenant, now, by, deed).await?;
    }
    Ok(())
}
