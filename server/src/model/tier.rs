//! Tiers and what each allows.

use std::fmt;

/// A tenant's plan. The names are part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tier {
    /// The tier of a new tenant.
    Free = 0,
    /// The first with JWT exchange.
    Starter = 1,
    /// For production loads.
    Pro = 2,
    /// Without most limits.
    Enterprise = 3,
}

/// A tier that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("there is no tier {0:?}: it is one of free, starter, pro, enterprise")]
pub struct UnknownTier(pub String);

impl Tier {
    /// All, lowest first.
    pub const ALL: [Self; 4] = [Self::Free, Self::Starter, Self::Pro, Self::Enterprise];

    /// The name in JSON and on pages: `Free`, `Starter`, `Pro`, `Enterprise`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "Free",
            Self::Starter => "Starter",
            Self::Pro => "Pro",
            Self::Enterprise => "Enterprise",
        }
    }

    /// The name in the store, in settings and in rate-limit headers.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Pro => "pro",
            Self::Enterprise => "enterprise",
        }
    }

    /// Reads either name, in any case.
    ///
    /// # Errors
    /// [`UnknownTier`] for everything else.
    pub fn parse(text: &str) -> Result<Self, UnknownTier> {
        Self::ALL
            .into_iter()
            .find(|tier| tier.code().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownTier(text.to_owned()))
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What one tier allows. `None` means unlimited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// API keys a tenant may have.
    pub api_keys: Option<u64>,
    /// Write operations a minute; reads are five times as many.
    pub writes_per_minute: u32,
    /// Operations a UTC day.
    pub operations_per_day: Option<u64>,
    /// Reservations held at once.
    pub active_reservations: Option<u64>,
    /// API event streams open at once.
    pub event_streams: Option<u64>,
    /// How long events are kept, in hours.
    pub history_hours: u32,
    /// Whether the tenant's own JWTs can be exchanged.
    pub jwt_exchange: bool,
}

impl Allowance {
    /// Read operations a minute: five times the writes.
    #[must_use]
    pub const fn reads_per_minute(&self) -> u32 {
        self.writes_per_minute.saturating_mul(5)
    }
}

/// The allowances of all tiers, as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers([Allowance; 4]);

impl Tiers {
    /// In the order of [`Tier::ALL`].
    #[must_use]
    pub const fn new(allowances: [Allowance; 4]) -> Self {
        Self(allowances)
    }

    /// The lowest tier above that allows more of something than this one does.
    #[must_use]
    pub fn lifting(&self, tier: Tier, amount: impl Fn(&Allowance) -> Option<u64>) -> Option<Tier> {
        let own = amount(self.of(tier))?;
        Tier::ALL
            .into_iter()
            .filter(|other| *other > tier)
            .find(|other| amount(self.of(*other)).is_none_or(|more| more > own))
    }

    /// What a tier allows.
    #[must_use]
    pub const fn of(&self, tier: Tier) -> &Allowance {
        &self.0[tier as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_read_by_its_code_and_its_name() {
        for tier in Tier::ALL {
            assert_eq!(Tier::parse(tier.code()).ok(), Some(tier));
            assert_eq!(Tier::parse(tier.name()).ok(), Some(tier));
        }
        assert!(Tier::parse("gold").is_err());
    }
}
