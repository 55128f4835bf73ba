use coop_engine::Time;
use serde::{Deserialize, Serialize};
use tower_sessions::{Expiry, Session, cookie::time::OffsetDateTime, session};

use super::{ABSOLUTE, IDLE, NOTED_EVERY};
use crate::{clock::SharedClock, model::Identity};

/// The one thing that a session holds.
const WHO: &str = "who";

#[derive(Clone, Serialize, Deserialize)]
struct SignedIn {
    identity: Identity,
    /// Both in microseconds.
    since: i64,
    seen: i64,
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

    /// Signs a person in, under an id that nobody has seen before: one that was planted in the browser is worth
    /// nothing afterwards.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_in(&self, identity: Identity) -> Result<(), session::Error> {
        if self.session.id().is_some() {
            self.session.cycle_id().await?;
        }
        self.session.clear().await;
        let now = self.clock.now().as_micros();
        self.keep(SignedIn {
            identity,
            since: now,
            seen: now,
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
