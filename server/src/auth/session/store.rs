use std::fmt;

use async_trait::async_trait;
use coop_engine::Time;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::current::{date, signed_in};
use crate::{
    domain::{self, sessions},
    random,
    state::Services,
};

/// Ids of 128 random bits never collide; a generator that fails would make them, and then this ends.
const ATTEMPTS: usize = 3;

/// Keeps sessions in the service's own store, by the hash of their id. Writes go through the one queue.
#[derive(Clone)]
pub struct Store {
    services: Services,
}

impl Store {
    /// Over these services.
    #[must_use]
    pub const fn new(services: Services) -> Self {
        Self { services }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> Result<()> {
        for _ in 0..ATTEMPTS {
            record.id = Id(i128::from_le_bytes(random::bytes()));
            let secret = secret(record.id);
            let created = sessions::create(
                &self.services.ledger,
                &secret,
                encode(record)?,
                end(record),
                signed_in(&record.data),
            );
            match created.await {
                Err(domain::Error::Taken) => {}
                result => return result.map_err(failed),
            }
        }
        Err(Error::Backend("no free session id".to_owned()))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let secret = secret(record.id);
        let saved = sessions::save(
            &self.services.ledger,
            &secret,
            encode(record)?,
            end(record),
            signed_in(&record.data),
        );
        // One that was ended in another tab meanwhile stays ended; the next request finds that out.
        saved.await.map(drop).map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.services.clock.now();
        let stored = sessions::find(&self.services.ledger, &secret(*id), now)
            .await
            .map_err(failed)?;
        stored
            .map(|stored| {
                Ok(Record {
                    id: *id,
                    data: serde_json::from_str(&stored.data)
                        .map_err(|e| Error::Decode(e.to_string()))?,
                    expiry_date: date(stored.expires_at),
                })
            })
            .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sessions::delete(&self.services.ledger, &secret(*id))
            .await
            .map_err(failed)
    }
}

pub(super) fn secret(id: Id) -> [u8; 16] {
    id.0.to_le_bytes()
}

fn encode(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|e| Error::Encode(e.to_string()))
}

fn end(record: &Record) -> Time {
    let micros = record.expiry_date.unix_timestamp_nanos() / 1000;
    Time::from_micros(i64::try_from(micros).unwrap_or_default())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that map_err wants"
)]
fn failed(error: domain::Error) -> Error {
    Error::Backend(error.to_string())
}
