//! How keys are used: when and from where last, and how much in each hour.

use coop_engine::Time;

use super::{ApiKeyId, Day, Hour, TenantId, TrustedIssuerId};

/// How a key was used. Counts are of whole requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyUsage {
    /// The key.
    pub key: ApiKeyId,
    /// Whose it is.
    pub tenant: TenantId,
    /// When a request last came with it; never, if it is new.
    pub last_used_at: Option<Time>,
    /// The network that request came from: `203.0.113.0/24`.
    pub last_used_from: Option<String>,
    /// What its sender calls itself.
    pub user_agent: Option<String>,
    /// The day that is counted, UTC.
    pub day: Day,
    /// Requests on that day.
    pub requests_today: u64,
    /// Of those, the ones that were answered with an error.
    pub refusals_today: u64,
    /// Requests with a former value since the last rotation. Somebody has not learnt the new one.
    pub old_value_uses_since_rotation: u64,
    /// When the last of them came.
    pub old_value_last_used_at: Option<Time>,
    /// The network that it came from.
    pub old_value_last_used_from: Option<String>,
}

/// Who is counted in an hour: an API key, or all exchanged tokens of an issuer. Ids are random, so that one number tells
/// which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsageSource(i64);

impl UsageSource {
    /// All that have no row of their own because an hour has too many.
    pub const OTHERS: Self = Self(0);

    /// From the store's integer.
    #[must_use]
    pub const fn from_i64(id: i64) -> Self {
        Self(id)
    }

    /// The store's integer.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

impl From<ApiKeyId> for UsageSource {
    fn from(key: ApiKeyId) -> Self {
        Self(key.as_i64())
    }
}

impl From<TrustedIssuerId> for UsageSource {
    fn from(issuer: TrustedIssuerId) -> Self {
        Self(issuer.as_i64())
    }
}

/// What a request was refused for with 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum LimitType {
    /// Operations a minute.
    Rate = 0,
    /// Operations a day.
    Daily = 1,
    /// Reservations held at once.
    ActiveReservations = 2,
    /// Requests that wait at once.
    Waiters = 3,
    /// Event streams open at once.
    EventStreams = 4,
    /// Whatever has no count of its own.
    Other = 5,
}

impl LimitType {
    /// All, in the order in which they are counted.
    pub const ALL: [Self; 6] = [
        Self::Rate,
        Self::Daily,
        Self::ActiveReservations,
        Self::Waiters,
        Self::EventStreams,
        Self::Other,
    ];

    /// The API's name of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Daily => "daily",
            Self::ActiveReservations => "activeReservations",
            Self::Waiters => "waiters",
            Self::EventStreams => "eventStreams",
            Self::Other => "other",
        }
    }

    /// By the API's name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let known = Self::ALL.into_iter().find(|known| known.name() == name);
        known.unwrap_or(Self::Other)
    }
}

/// What one source did in an hour, or in a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourUsage {
    /// Whose it is.
    pub tenant: TenantId,
    /// When.
    pub hour: Hour,
    /// Who.
    pub source: UsageSource,
    /// What it was called then.
    pub label: String,
    /// Operations that took from the quota of reads.
    pub reads: u64,
    /// Operations that took from the quota of writes.
    pub writes: u64,
    /// Requests that were answered 429, in the order of [`LimitType::ALL`].
    pub refusals: [u64; LimitType::ALL.len()],
}
