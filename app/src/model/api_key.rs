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
    /// Who made it.
    pub created_by: String,
    /// When its value was last replaced.
    pub rotated_at: Option<Moment>,
    /// Grows with each rotation. A form made for an older version is refused, so one that is sent twice rotates once.
    pub version: i64,
}

/// A key with how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedKey {
    /// The key.
    pub key: ApiKey,
    /// How it is used.
    pub usage: KeyUsage,
}

/// How a key is used. Days are in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyUsage {
    /// The last request with its present value.
    pub last: Option<Use>,
    /// Requests today.
    pub requests_today: u64,
    /// Of those, the ones that were answered with an error.
    pub refusals_today: u64,
    /// Requests with a former value since the last rotation.
    pub old_value_uses: u64,
    /// The last of those.
    pub old_value_last: Option<Use>,
    /// Event streams that are open with it.
    pub open_streams: u64,
    /// Requests in a minute, about: the last whole one, or this one if it has more already.
    pub requests_a_minute: u64,
}

impl KeyUsage {
    /// What a rotation would cut off, in a sentence.
    #[must_use]
    pub fn cut(&self) -> String {
        let streams = match self.open_streams {
            0 => None,
            1 => Some("one open event stream".to_owned()),
            many => Some(format!("{many} open event streams")),
        };
        let requests = match self.requests_a_minute {
            0 => None,
            1 => Some("about one request a minute".to_owned()),
            many => Some(format!("about {many} requests a minute")),
        };
        match (streams, requests) {
            (None, None) => "At this moment nothing uses the value.".to_owned(),
            (Some(one), None) | (None, Some(one)) => format!("It cuts off {one}."),
            (Some(streams), Some(requests)) => format!("It cuts off {streams} and {requests}."),
        }
    }
}

/// A request that came with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub at: Moment,
    /// The network that it came from.
    pub from: Option<String>,
    /// What its sender calls itself.
    pub user_agent: Option<String>,
}

/// A part of the tenant's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyList {
    /// The default key first, then in the order in which they were made.
    pub keys: Vec<UsedKey>,
    /// How many there are in all.
    pub count: u64,
    /// How many the tier allows; none: unlimited.
    pub limit: Option<u64>,
    /// The lowest tier that allows more.
    pub lifted_by: Option<String>,
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
    /// What the form did.
    pub because: ShownBecause,
}

/// Why a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShownBecause {
    /// It was asked for once more.
    Revealed,
    /// It is new: the key was rotated.
    Rotated,
    /// The key is new.
    Created,
}

/// A form of the keys page that was refused, with what was typed into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub error: crate::error::AppError,
    /// The label that was typed.
    pub label: String,
}

/// Leaves the secret out, so that no log line can hold it.
impl fmt::Debug for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyValue")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::KeyUsage;

    #[test]
    fn what_a_rotation_cuts_off_is_a_sentence() {
        for (open_streams, requests_a_minute, expected) in [
            (0, 0, "At this moment nothing uses the value."),
            (1, 0, "It cuts off one open event stream."),
            (0, 1, "It cuts off about one request a minute."),
            (
                3,
                40,
                "It cuts off 3 open event streams and about 40 requests a minute.",
            ),
        ] {
            let usage = KeyUsage {
                open_streams,
                requests_a_minute,
                ..KeyUsage::default()
            };
            assert_eq!(usage.cut(), expected);
        }
    }
}
