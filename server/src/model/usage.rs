//! What became of an API key's values: when, from where and how often they were used.

use coop_engine::Time;

use super::{ApiKeyId, Day, TenantId};

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
