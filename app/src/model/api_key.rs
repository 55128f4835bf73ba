use super::Moment;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An API key as lists show it: everything but its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The key's id; it is no secret.
    pub id: String,
    /// The owner's name for the key, shown as `apiKeyLabel` in events.
    pub label: String,
    /// The masked value, such as `coop_sk_Ab3d…x9Qz`.
    pub hint: String,
    /// The default key is made with the tenant; it can be rotated, not revoked.
    pub is_default: bool,
    /// When the key was made.
    pub created_at: Moment,
    /// Grows with each rotation. A form made for an older version is refused, so one that is sent twice rotates once.
    pub version: i64,
}

/// A key together with its secret. It exists only inside a `no-store` answer to a POST.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyValue {
    /// The key, in the version that `value` belongs to.
    pub key: ApiKey,
    /// The secret, as it goes into `X-Api-Key`.
    pub value: String,
}

/// A value that the page shows because a form without script asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The key and its value.
    pub value: KeyValue,
    /// The value is new: the form rotated the key.
    pub rotated: bool,
}

/// Leaves the secret out, so that no log line can hold it.
impl fmt::Debug for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyValue")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
