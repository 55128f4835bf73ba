//! Opens what every command of the binary needs: the store, the master key, the ledger.

use std::sync::Arc;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::SharedClock,
    config::{DatabaseUrl, Settings},
    keyring::{Keyring, MasterKey, MasterKeyError},
    ledger::{self, Running},
    state::{Parts, Services},
    store::{Db, Purpose, StoreError, open_sqlite},
};

const FINGERPRINT: &str = "master_key";

/// Why the program cannot work.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The database belongs to another master key.
    #[error("the master key file {0} is not the one that this database was made with")]
    OtherMasterKey(String),
    /// PostgreSQL.
    #[error("database_url: reservations are not served from PostgreSQL yet; use sqlite:PATH")]
    Postgres,
    /// A listener.
    #[error("cannot listen on {0}: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
    /// Everything else.
    #[error("{0}")]
    Other(String),
}

/// Open services and the writer behind them.
pub struct Opening {
    /// What the doors share.
    pub services: Services,
    /// The ledger's writer, to be watched.
    pub running: Running,
}

/// Opens everything.
///
/// # Errors
/// [`StartError`] says what the operator can do.
pub async fn open(
    settings: Settings,
    clock: SharedClock,
    purpose: Purpose,
) -> Result<Opening, StartError> {
    if matches!(settings.database, DatabaseUrl::Postgres(_)) {
        return Err(StartError::Postgres);
    }
    let mut opened = open_sqlite(&settings.database, purpose).await?;
    let keyring = Arc::new(Keyring::new(
        &master_key(&settings, &mut opened.writer).await?,
    ));
    check_fingerprint(&settings, &mut opened.writer, &keyring).await?;
    let tasks = TaskTracker::new();
    let running = ledger::start(opened, settings.tiers.clone(), clock.clone(), &tasks).await?;
    let services = Services::new(Parts {
        settings: Arc::new(settings),
        ledger: running.ledger.clone(),
        keyring,
        clock,
        tasks,
        stop: CancellationToken::new(),
    });
    Ok(Opening { services, running })
}

/// A database that was made with a master key is not opened with a new one: that would open none of its keys.
async fn master_key(settings: &Settings, db: &mut Db) -> Result<MasterKey, StartError> {
    if settings.database == DatabaseUrl::Memory && !settings.master_key_file.exists() {
        return Ok(MasterKey::ephemeral());
    }
    let is_new = db.meta(FINGERPRINT).await?.is_none();
    Ok(MasterKey::load(&settings.master_key_file, is_new)?)
}

async fn check_fingerprint(
    settings: &Settings,
    db: &mut Db,
    keyring: &Keyring,
) -> Result<(), StartError> {
    match db.meta(FINGERPRINT).await? {
        None => Ok(db.insert_meta(FINGERPRINT, &keyring.fingerprint()).await?),
        Some(fingerprint) if fingerprint == keyring.fingerprint() => Ok(()),
        Some(_) => Err(StartError::OtherMasterKey(
            settings.master_key_file.display().to_string(),
        )),
    }
}
