//! An API key as the store knows it: without its value.

use std::fmt;

use coop_engine::Time;

use super::{ApiKeyId, TenantId};

/// The keyed hash of a key's value, by which it is found.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyDigest(pub [u8; 32]);

impl fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyDigest(…)")
    }
}

/// Why a value that once was a key no longer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It is the current value of its key.
    Current,
    /// A rotation replaced it.
    Rotated,
    /// Its key was revoked.
    Revoked,
}

/// One key through all its rotations.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Shown as `apiKeyLabel`.
    pub label: String,
    /// Enough of the value to recognise it: `coop_sk_Ab3d…x9Qz`.
    pub hint: String,
    /// The default key cannot be revoked, only rotated.
    pub is_default: bool,
    /// One more with every rotation.
    pub version: i64,
    /// When it was made.
    pub created_at: Time,
    /// Who made it, for display.
    pub created_by: String,
    /// When its value last changed.
    pub rotated_at: Option<Time>,
}
