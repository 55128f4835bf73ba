use super::Moment;

/// How far back a page of usage looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UsageRange {
    /// 24 hours.
    #[default]
    Day,
    /// Seven days.
    Week,
}

impl UsageRange {
    /// All, the shortest first.
    pub const ALL: [Self; 2] = [Self::Day, Self::Week];

    /// As an address says it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// By its code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.code() == code)
    }

    /// How many hours it is, the one that has begun included.
    #[must_use]
    pub const fn hours(self) -> u32 {
        match self {
            Self::Day => 24,
            Self::Week => 168,
        }
    }

    /// How many hours one column of a chart is. 168 columns would be narrower than a phone can show.
    #[must_use]
    pub const fn step(self) -> u32 {
        match self {
            Self::Day => 1,
            Self::Week => 4,
        }
    }
}

/// What one key, or the tokens of one issuer, did in an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourUsage {
    /// When it began.
    pub hour: Moment,
    /// What it was called then; none for all that an hour has no room for.
    pub label: Option<String>,
    /// Operations that took from the quota of reads.
    pub reads: u64,
    /// Operations that took from the quota of writes.
    pub writes: u64,
    /// Requests that were answered 429, in the order of [`Usage::limit_types`].
    pub refusals: Vec<u64>,
}

/// Something that a tier limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What it is.
    pub name: String,
    /// How much of it is used.
    pub used: u64,
    /// How much there is; none: unlimited.
    pub allowed: Option<u64>,
}

/// Lengths of time, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    /// How many.
    pub count: u64,
    /// How long one is on average.
    pub mean: u64,
    /// How long the longest is.
    pub longest: u64,
}

/// How a resource was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceUse {
    /// Its name.
    pub resource: String,
    /// Times that it was refused because of others.
    pub refusals: u64,
    /// Requests that waited for it.
    pub waits: Lengths,
    /// Whether there may have been more refusals and waits than are known.
    pub is_partial: bool,
    /// Times that it was granted.
    pub grants: u64,
    /// Holds that have ended.
    pub holds: Lengths,
}

/// The resources that are most in demand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// They, most refusals and waits first; without any, those that were granted most.
    pub resources: Vec<ResourceUse>,
    /// Since when refusals and waits are counted.
    pub counted_since: Moment,
    /// Since when grants and holds are known, if that is later than was asked for.
    pub known_since: Option<Moment>,
}

/// What a tenant used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// When the first column begins.
    pub since: Moment,
    /// What was done, the oldest first.
    pub hours: Vec<HourUsage>,
    /// The API's names of the limits that refuse.
    pub limit_types: Vec<String>,
    /// For how many hours the tier keeps it.
    pub kept_hours: u32,
    /// Where the tenant stands.
    pub limits: Vec<Limit>,
    /// What is contended.
    pub demand: Demand,
}
