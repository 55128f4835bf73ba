//! Changes of the control plane, in the one queue that everything is decided in.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::oneshot;

use super::{Credentials, TenantState};
use crate::{
    model::{ApiKeyId, Day, KeyDigest, KeyState, TenantId, Tier, TrustedIssuerId},
    store::{Db, StoreError, TokenRow},
};

/// What a committed change means for the credentials in memory.
#[derive(Clone, Debug)]
pub enum Effect {
    /// A value is a key from now on.
    Added {
        /// By which it is found.
        digest: KeyDigest,
        /// Whose it is.
        tenant: TenantId,
        /// The tenant's tier, if this is its first key.
        tier: Tier,
        /// The key.
        key: ApiKeyId,
        /// Its label.
        label: String,
    },
    /// A value is no key any more.
    Retired {
        /// By which it was found.
        digest: KeyDigest,
        /// What became of it.
        state: KeyState,
    },
    /// A key has another label from now on.
    Renamed {
        /// By which its value is found.
        digest: KeyDigest,
        /// The new label.
        label: String,
    },
    /// A token was issued.
    Issued(Box<TokenRow>),
    /// An issuer has changed: its tokens are void.
    IssuerChanged(TrustedIssuerId),
    /// A retired value is remembered no longer.
    Forgotten(KeyDigest),
    /// The tenant's tier changed.
    TierChanged(TenantId, Tier),
    /// Whether the tenant's resources have to be registered, from now on.
    RequiresRegistration(TenantId, bool),
    /// From now on nothing of the tenant's is decided.
    Suspended(TenantId),
    /// The tenant's suspension has ended.
    Resumed(TenantId),
    /// There is no such tenant any more, and none of these values is a key of anybody's.
    TenantDeleted {
        /// Which one. Ids are random and never given twice.
        tenant: TenantId,
        /// Everything by which a value of its keys was found.
        digests: Vec<KeyDigest>,
    },
    /// So many operations of a day are on the disk.
    OperationsWritten(Arc<TenantState>, (Day, u64)),
}

impl Effect {
    /// Whether a credential may open nothing any more from now on.
    const fn ends_credentials(&self) -> bool {
        matches!(
            self,
            Self::Retired { .. }
                | Self::IssuerChanged(_)
                | Self::TierChanged(..)
                | Self::Suspended(_)
                | Self::TenantDeleted { .. }
        )
    }

    fn apply(self, credentials: &Credentials) {
        match self {
            Self::Added {
                digest,
                tenant,
                tier,
                key,
                label,
            } => credentials.add(digest, tenant, tier, key, &label),
            Self::Retired { digest, state } => credentials.retire(&digest, state),
            Self::Renamed { digest, label } => credentials.rename(&digest, &label),
            Self::Issued(token) => credentials.add_token(*token),
            Self::IssuerChanged(issuer) => credentials.retire_tokens_of(issuer),
            Self::Forgotten(digest) => credentials.forget(&digest),
            Self::TierChanged(tenant, tier) => credentials.set_tier(tenant, tier),
            Self::Suspended(tenant) => credentials.set_suspended(tenant, true),
            Self::Resumed(tenant) => credentials.set_suspended(tenant, false),
            Self::TenantDeleted { tenant, digests } => credentials.remove(tenant, &digests),
            Self::RequiresRegistration(tenant, required) => {
                credentials.set_requires_registration(tenant, required);
            }
            Self::OperationsWritten(tenant, operations) => tenant.set_written(operations),
        }
    }
}

/// One change, in a transaction of its own.
#[async_trait]
pub trait Mutation: Send + 'static {
    /// What it answers.
    type Output: Send + 'static;
    /// Why it may be refused; a refusal undoes everything it did.
    type Error: From<StoreError> + Send + 'static;

    /// Does it. What is put into `effects` takes effect after the commit and before the answer.
    async fn apply(
        self,
        db: &mut Db,
        effects: &mut Vec<Effect>,
    ) -> Result<Self::Output, Self::Error>;
}

/// Why a mutation was not done, or not for certain.
#[derive(Debug, thiserror::Error)]
pub enum MutationError<E> {
    /// It was refused; nothing has changed.
    #[error("refused")]
    Refused(E),
    /// The server is stopping, or could not commit.
    #[error("not acknowledged: the store cannot commit")]
    Unavailable,
}

/// A mutation in the queue, whatever its types.
#[async_trait]
pub(super) trait Queued: Send {
    /// Does it and answers. An error means that the fate of a commit is unknown.
    async fn run(
        self: Box<Self>,
        db: &mut Db,
        credentials: &Credentials,
    ) -> Result<Ended, StoreError>;
}

/// What a mutation has ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ended {
    /// The tenant that was deleted.
    pub(super) tenant: Option<TenantId>,
    /// Whether credentials may have ended.
    pub(super) credentials: bool,
}

pub(super) struct Pending<M: Mutation> {
    pub(super) mutation: M,
    pub(super) reply: oneshot::Sender<Result<M::Output, M::Error>>,
}

#[async_trait]
impl<M: Mutation> Queued for Pending<M> {
    async fn run(
        self: Box<Self>,
        db: &mut Db,
        credentials: &Credentials,
    ) -> Result<Ended, StoreError> {
        // Nobody reads an answer whose asker has gone, hence the ignored sends.
        let mut effects = Vec::new();
        if let Err(error) = db.begin().await {
            let _ = self.reply.send(Err(error.into()));
            return Ok(Ended::default());
        }
        let output = match self.mutation.apply(db, &mut effects).await {
            Ok(output) => output,
            Err(error) => {
                db.rollback().await?;
                let _ = self.reply.send(Err(error));
                return Ok(Ended::default());
            }
        };
        if let Err(error) = db.commit().await {
            if !error.is_no_room() {
                return Err(error);
            }
            db.rollback().await?;
            let _ = self.reply.send(Err(error.into()));
            return Ok(Ended::default());
        }
        let mut ended = Ended::default();
        for effect in effects {
            if let Effect::TenantDeleted { tenant, .. } = &effect {
                ended.tenant = Some(*tenant);
            }
            ended.credentials |= effect.ends_credentials();
            effect.apply(credentials);
        }
        let _ = self.reply.send(Ok(output));
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use coop_engine::Time;

    use super::*;
    use crate::{
        config::DatabaseUrl,
        store::{Purpose, open_sqlite},
    };

    /// Takes so many bytes.
    struct Fill(usize);

    #[async_trait]
    impl Mutation for Fill {
        type Output = ();
        type Error = StoreError;

        async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), StoreError> {
            let insert = sqlx::query("INSERT INTO filled (bytes) VALUES (zeroblob($1))");
            let bytes = i64::try_from(self.0).expect("few");
            db.execute(insert.bind(bytes)).await.map(drop)
        }
    }

    async fn run(db: &mut Db, bytes: usize) -> Result<(), StoreError> {
        let credentials =
            Credentials::load(Vec::new(), Vec::new(), Vec::new(), Time::from_micros(0));
        let (reply, answer) = oneshot::channel();
        let mutation = Fill(bytes);
        let ended = Box::new(Pending { mutation, reply })
            .run(db, &credentials)
            .await;
        ended.expect("the fate of everything is known");
        answer.await.expect("answered")
    }

    #[tokio::test]
    async fn a_change_that_finds_no_room_is_refused_and_the_next_one_is_done() {
        let opened = open_sqlite(&DatabaseUrl::Memory, Purpose::Command).await;
        let mut db = opened.expect("opened").writer;
        let table = sqlx::query("CREATE TABLE filled (bytes BLOB)");
        db.execute(table).await.expect("made");
        db.pragma("PRAGMA max_page_count = 200").await.expect("set");
        let refused = run(&mut db, 1_000_000).await.expect_err("refused");
        assert!(refused.is_no_room(), "{refused}");
        run(&mut db, 1_000).await.expect("done");
        let filled = sqlx::query("SELECT length(bytes) FROM filled");
        assert_eq!(db.fetch_all(filled).await.expect("rows").len(), 1);
        db.rollback().await.expect("without a transaction too");
    }
}
