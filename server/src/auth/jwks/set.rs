use std::{collections::HashMap, sync::Arc};

use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::Client;
use serde_json::Value;
use url::Url;

use super::key::Key;
use crate::{
    auth::fetch::{Document, FetchError},
    clock::SharedClock,
};

/// The most keys a set may have; real ones have a handful.
const MOST_KEYS: usize = 100;

/// Why there is no key for a token.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The token names none, one that is not in the set, or one that is not for its algorithm.
    #[error("the set has no usable key of that id for that algorithm")]
    Unknown,
    /// The set cannot be had.
    #[error("the key set: {0}")]
    Fetch(#[from] FetchError),
}

/// A key that a signature can be held against.
pub struct VerificationKey {
    set: Arc<KeySet>,
    id: String,
}

impl VerificationKey {
    /// For `jsonwebtoken`.
    #[must_use]
    pub fn decoding(&self) -> Option<&DecodingKey> {
        self.set.keys.get(&self.id).map(|key| &key.decoding)
    }
}

/// The usable keys of a set.
pub struct KeySet {
    keys: HashMap<String, Key>,
    /// Whether a private or shared key is among its members. It is not used, and it is not where it belongs.
    pub has_secrets: bool,
}

impl KeySet {
    /// Reads a set. Keys that may not be used are left out; an id that two keys share stands for neither.
    ///
    /// # Errors
    /// When it is no key set.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let set: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        let members = set
            .get("keys")
            .and_then(Value::as_array)
            .ok_or("there is no array of keys")?;
        if members.len() > MOST_KEYS {
            return Err(format!("there are more than {MOST_KEYS} keys"));
        }
        let mut seen = HashMap::<&str, usize>::new();
        for id in members
            .iter()
            .filter_map(|member| member.get("kid")?.as_str())
        {
            *seen.entry(id).or_default() += 1;
        }
        let keys = members
            .iter()
            .filter_map(Key::read)
            .filter(|key| seen.get(key.id.as_str()) == Some(&1))
            .map(|key| (key.id.clone(), key))
            .collect();
        let has_secrets = members.iter().any(super::key::has_secret);
        Ok(Self { keys, has_secrets })
    }

    /// Whether anything can be held against it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.keys.values().any(|key| !key.algorithms.is_empty())
    }

    /// The key that a token's header names.
    ///
    /// # Errors
    /// [`KeyError::Unknown`]
    pub fn key(
        self: Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<VerificationKey, KeyError> {
        match id {
            Some(id) if self.has(id, algorithm) => Ok(VerificationKey {
                id: id.to_owned(),
                set: self,
            }),
            _ => Err(KeyError::Unknown),
        }
    }

    /// Whether there is a key of that id for that algorithm.
    #[must_use]
    pub fn has(&self, id: &str, algorithm: Algorithm) -> bool {
        self.keys
            .get(id)
            .is_some_and(|key| key.algorithms.contains(&algorithm))
    }
}

/// A set at an address. Fresh for 10 minutes; an id that is missing makes it ask again, at most every 30 seconds.
pub struct Jwks(Document<KeySet>);

impl Jwks {
    /// Fetches nothing yet.
    #[must_use]
    pub fn new(client: Client, url: Url, clock: SharedClock) -> Self {
        Self(Document::new(client, url, clock, KeySet::parse))
    }

    /// The key that a token's header names.
    ///
    /// # Errors
    /// [`KeyError`]
    pub async fn key(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<VerificationKey, KeyError> {
        let id = id.ok_or(KeyError::Unknown)?;
        let mut set = self.0.current().await?;
        if !set.has(id, algorithm) {
            set = self.0.newer(&set).await?;
        }
        set.key(Some(id), algorithm)
    }

    /// The set, fresh where possible.
    ///
    /// # Errors
    /// When they cannot be had: why.
    pub async fn current(&self) -> Result<Arc<KeySet>, FetchError> {
        self.0.current().await
    }
}
