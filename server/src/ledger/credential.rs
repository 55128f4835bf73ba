//! One credential, as the requests that were authenticated with it hold it.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError, RwLock,
    atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering},
};

use coop_engine::{Requester, Time, Ttl};

use super::{Refused, day_count::DayCount, feed::Feed, hour_counts::HourCounts, usage::KeyUsage};
use crate::model::{ApiKeyId, Day, KeyDigest, KeyState, TenantId, Tier, Tiers, TrustedIssuerId};

/// A tenant as a request has to know it.
#[derive(Debug)]
pub struct TenantState {
    /// Its id.
    pub id: TenantId,
    tier: AtomicU8,
    suspended: AtomicBool,
    requires_registration: AtomicBool,
    pub(super) operations: DayCount,
    /// The operations that are on the disk.
    written: Mutex<(Day, u64)>,
    pub(super) is_listed: AtomicBool,
    /// Requests that wait for a reservation.
    pub(super) waiting: AtomicU32,
    /// Event streams of the API that are open.
    pub(super) streams: AtomicU64,
    /// Pages of the dashboard that are told of changes.
    pub(super) pages: AtomicU64,
    /// In a box of its own, since few tenants are ever watched.
    pub(super) feed: OnceLock<Box<Feed>>,
}

impl TenantState {
    /// A tenant in its present state.
    #[must_use]
    pub fn new(id: TenantId, tier: Tier, suspended: bool) -> Self {
        Self {
            id,
            tier: AtomicU8::new(tier as u8),
            suspended: AtomicBool::new(suspended),
            requires_registration: AtomicBool::new(false),
            operations: DayCount::default(),
            written: Mutex::default(),
            is_listed: AtomicBool::new(false),
            waiting: AtomicU32::new(0),
            streams: AtomicU64::new(0),
            pages: AtomicU64::new(0),
            feed: OnceLock::new(),
        }
    }

    /// The tier of this very moment.
    #[must_use]
    pub fn tier(&self) -> Tier {
        Tier::ALL[usize::from(self.tier.load(Ordering::Acquire))]
    }

    pub(super) fn set_tier(&self, tier: Tier) {
        self.tier.store(tier as u8, Ordering::Release);
        self.wake();
    }

    pub(super) fn set_suspended(&self, suspended: bool) {
        self.suspended.store(suspended, Ordering::Release);
        self.wake();
    }

    /// Whether the tenant is suspended at this very moment.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.suspended.load(Ordering::Acquire)
    }

    pub(super) fn set_requires_registration(&self, required: bool) {
        self.requires_registration
            .store(required, Ordering::Release);
    }

    /// Whether its resources have to be registered.
    #[must_use]
    pub fn requires_registration(&self) -> bool {
        self.requires_registration.load(Ordering::Acquire)
    }

    /// Whether a request of its waits for a reservation.
    #[must_use]
    pub fn has_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Operations counted on a day.
    #[must_use]
    pub fn operations_on(&self, day: Day) -> u64 {
        self.operations.on(day)
    }

    /// Takes back operations that were counted and then refused for another reason.
    pub fn give_back_operations(&self, day: Day, number: u64) {
        self.operations.give_back(day, number);
    }

    /// The last day on which something was counted, and how much.
    #[must_use]
    pub fn operations(&self) -> (Day, u64) {
        self.operations.read()
    }

    /// Notes that so much is on the disk.
    pub(super) fn set_written(&self, operations: (Day, u64)) {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = operations;
    }

    pub(super) fn is_written(&self) -> bool {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) == self.operations()
    }
}

/// One value of an API key, or a token that a JWT was exchanged for. A request keeps the one that it was authenticated
/// with.
#[derive(Debug)]
pub struct Credential {
    /// Whose it is.
    pub tenant: Arc<TenantState>,
    bearer: Bearer,
    /// What became of it: a [`KeyState`] as a number.
    state: AtomicU8,
}

#[derive(Debug)]
enum Bearer {
    Key {
        id: ApiKeyId,
        /// Changed in place: whoever was authenticated before a renaming still sees the key's end.
        label: RwLock<Arc<str>>,
        /// How the key is used.
        usage: Arc<KeyUsage>,
    },
    /// With what the tokens of its issuer do.
    Token(ExchangedToken, Arc<HourCounts>),
}

/// What a JWT was exchanged for. Its issuer's settings are those of the exchange: a change of them ends it.
#[derive(Clone, Debug)]
pub struct ExchangedToken {
    /// By which its value is found.
    pub digest: KeyDigest,
    /// Who vouched for the subject.
    pub issuer: TrustedIssuerId,
    /// The issuer's label.
    pub label: Arc<str>,
    /// Whom it speaks for, and for nobody else.
    pub subject: Requester,
    /// When it ends.
    pub expires_at: Time,
    /// The longest that its bearer may hold something, also when he asks for no end.
    pub max_ttl: Ttl,
    /// How much he may hold.
    pub max_active: Option<u64>,
}

impl Credential {
    pub(super) fn of_key(
        tenant: Arc<TenantState>,
        id: ApiKeyId,
        label: &str,
        usage: Arc<KeyUsage>,
    ) -> Self {
        usage.hours.set_label(label);
        Self::new(
            tenant,
            Bearer::Key {
                id,
                label: RwLock::new(label.into()),
                usage,
            },
        )
    }

    pub(super) const fn of_token(
        tenant: Arc<TenantState>,
        token: ExchangedToken,
        hours: Arc<HourCounts>,
    ) -> Self {
        Self::new(tenant, Bearer::Token(token, hours))
    }

    const fn new(tenant: Arc<TenantState>, bearer: Bearer) -> Self {
        Self {
            tenant,
            bearer,
            state: AtomicU8::new(KeyState::Current as u8),
        }
    }

    /// The API key, if it is one.
    #[must_use]
    pub const fn key(&self) -> Option<ApiKeyId> {
        match &self.bearer {
            Bearer::Key { id, .. } => Some(*id),
            Bearer::Token(..) => None,
        }
    }

    /// How the API key is used, if it is one.
    #[must_use]
    pub const fn usage(&self) -> Option<&Arc<KeyUsage>> {
        match &self.bearer {
            Bearer::Key { usage, .. } => Some(usage),
            Bearer::Token(..) => None,
        }
    }

    /// What it does in an hour: a key's own, a token's with all of its issuer.
    pub(super) fn hours(&self) -> &HourCounts {
        match &self.bearer {
            Bearer::Key { usage, .. } => &usage.hours,
            Bearer::Token(_, hours) => hours,
        }
    }

    /// The exchanged token, if it is one.
    #[must_use]
    pub const fn token(&self) -> Option<&ExchangedToken> {
        match &self.bearer {
            Bearer::Key { .. } => None,
            Bearer::Token(token, _) => Some(token),
        }
    }

    /// The label of the key at this very moment, or that of the token's issuer.
    #[must_use]
    pub fn label(&self) -> Arc<str> {
        match &self.bearer {
            Bearer::Key { label, .. } => {
                Arc::clone(&label.read().unwrap_or_else(PoisonError::into_inner))
            }
            Bearer::Token(token, _) => Arc::clone(&token.label),
        }
    }

    pub(super) fn rename(&self, new: &str) {
        if let Bearer::Key { label, usage, .. } = &self.bearer {
            usage.hours.set_label(new);
            *label.write().unwrap_or_else(PoisonError::into_inner) = new.into();
        }
    }

    /// Ends it, for everybody who holds it.
    pub(super) fn end(&self, state: KeyState) {
        self.state.store(state as u8, Ordering::Release);
        self.tenant.wake();
    }

    /// Whether it still opens something. Asked when a request arrives, once more when its command is decided, and before
    /// what was read is written out.
    ///
    /// # Errors
    /// Why it does not.
    pub fn check(&self, now: Time, tiers: &Tiers) -> Result<(), Refused> {
        let state = self.state.load(Ordering::Acquire);
        if state != KeyState::Current as u8 {
            return Err(match &self.bearer {
                Bearer::Token(..) => Refused::TokenRevoked,
                Bearer::Key { .. } if state == KeyState::Rotated as u8 => Refused::KeyRotated,
                Bearer::Key { .. } => Refused::KeyRevoked,
            });
        }
        if let Bearer::Token(token, _) = &self.bearer {
            if now >= token.expires_at {
                return Err(Refused::TokenExpired);
            }
            if !tiers.of(self.tenant.tier()).jwt_exchange {
                return Err(Refused::TokenRevoked);
            }
        }
        if self.tenant.is_suspended() {
            return Err(Refused::Suspended);
        }
        Ok(())
    }
}
