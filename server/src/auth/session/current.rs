use std::collections::HashMap;

use coop_engine::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_sessions::{Expiry, Session, cookie::time::OffsetDateTime, session};

use super::{ABSOLUTE, FRESH, IDLE, NOTED_EVERY, store::secret};
use crate::{
    clock::SharedClock,
    domain::sessions::id_hash,
    model::{self, By, Identity},
};

/// The one thing that a session holds.
const WHO: &str = "who";

/// Times are in microseconds.
#[derive(Clone, Serialize, Deserialize)]
struct SignedIn {
    identity: Identity,
    since: i64,
    seen: i64,
    /// When he last showed who he is: to the provider, which may have been before he came here.
    shown: i64,
    address: Option<String>,
    user_agent: Option<String>,
}

/// What the rows of sessions are found by, read out of what a session holds.
pub(super) fn signed_in(data: &HashMap<String, Value>) -> Option<model::SignedIn> {
    let who = SignedIn::deserialize(data.get(WHO)?).ok()?;
    Some(model::SignedIn {
        issuer: who.identity.issuer,
        subject: who.identity.subject,
        since: Time::from_micros(who.since),
        seen: Time::from_micros(who.seen),
        address: who.address,
        user_agent: who.user_agent,
    })
}

/// The session of the request under way.
pub struct Current<'a> {
    session: Session,
    clock: &'a SharedClock,
}

impl<'a> Current<'a> {
    /// Reads nothing yet.
    #[must_use]
    pub const fn new(session: Session, clock: &'a SharedClock) -> Self {
        Self { session, clock }
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn identity(&self) -> Result<Option<Identity>, session::Error> {
        Ok(self.signed_in().await?.map(|who| who.identity))
    }

    /// Whether the person showed who he is a short while ago.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_fresh(&self) -> Result<bool, session::Error> {
        let now = self.clock.now().as_micros();
        let who = self.signed_in().await?;
        Ok(who.is_some_and(|who| now.saturating_sub(who.shown) <= FRESH))
    }

    /// Whether somebody is still signed in, asked of the store once more: for what goes on after its request.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_signed_in_still(&self) -> Result<bool, session::Error> {
        self.session.load().await?;
        Ok(self.signed_in().await?.is_some())
    }

    /// The hash by which this session is found among those of its person.
    #[must_use]
    pub fn id_hash(&self) -> Option<[u8; 32]> {
        self.session.id().map(|id| id_hash(&secret(id)))
    }

    /// Signs a person in, under an id that nobody has seen before: one that was planted in the browser is worth
    /// nothing afterwards. `shown` is when he showed who he is, if the provider says so; without its word that is now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_in(
        &self,
        identity: Identity,
        shown: Option<Time>,
        by: &By,
    ) -> Result<(), session::Error> {
        if self.session.id().is_some() {
            self.session.cycle_id().await?;
        }
        self.session.clear().await;
        let now = self.clock.now().as_micros();
        self.keep(SignedIn {
            identity,
            since: now,
            seen: now,
            // The provider's clock may be ahead of ours.
            shown: shown.map_or(now, |shown| shown.as_micros().min(now)),
            address: by.address.clone(),
            user_agent: by.user_agent.clone(),
        })
        .await
    }

    /// Ends the session.
    ///
    /// # Errors
    /// When the store fails: then it has perhaps not ended.
    pub async fn sign_out(&self) -> Result<(), session::Error> {
        if self.session.id().is_none() {
            return Ok(());
        }
        self.session.flush().await
    }

    /// Moves the end of a session that is in use. A write only when the last one is a while ago.
    pub(super) async fn note_use(&self) -> Result<(), session::Error> {
        let now = self.clock.now().as_micros();
        match self.signed_in().await? {
            Some(who) if now.saturating_sub(who.seen) >= NOTED_EVERY => {
                self.keep(SignedIn { seen: now, ..who }).await
            }
            _ => Ok(()),
        }
    }

    async fn signed_in(&self) -> Result<Option<SignedIn>, session::Error> {
        // Without a cookie there is nothing to read, and no record to make.
        if self.session.id().is_none() && !self.session.is_modified() {
            return Ok(None);
        }
        self.session.get(WHO).await
    }

    async fn keep(&self, who: SignedIn) -> Result<(), session::Error> {
        let end = who
            .seen
            .saturating_add(IDLE)
            .min(who.since.saturating_add(ABSOLUTE));
        self.session
            .set_expiry(Some(Expiry::AtDateTime(date(Time::from_micros(end)))));
        self.session.insert(WHO, who).await
    }
}

/// tower-sessions counts in its own type.
pub(super) fn date(time: Time) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.as_micros()) * 1000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
