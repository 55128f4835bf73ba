use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use coop_engine::Time;
use serde::{Deserialize, Serialize};

use crate::{domain, domain::sessions, random, state::Services};

/// How long a person may take at the provider, in seconds: 10 minutes.
pub(super) const VALID: u32 = 10 * 60;

/// One sign-in under way. It is found by `state` together with a secret that only the browser that began it has.
#[derive(Serialize, Deserialize)]
pub(super) struct Attempt {
    /// Comes back inside the ID token.
    pub(super) nonce: String,
    /// What the code is bought with (RFC 7636).
    pub(super) verifier: String,
    /// Where to go afterwards.
    pub(super) return_to: String,
}

impl Attempt {
    pub(super) fn new(return_to: String) -> Self {
        Self {
            nonce: secret(),
            verifier: secret(),
            return_to,
        }
    }

    /// Keeps it under `state`.
    pub(super) async fn keep(
        &self,
        services: &Services,
        browser: &str,
        state: &str,
    ) -> Result<(), domain::Error> {
        let data =
            serde_json::to_string(self).map_err(|e| domain::Error::Internal(e.to_string()))?;
        let end = services.clock.now().as_micros() + i64::from(VALID) * 1_000_000;
        let key = key(browser, state);
        sessions::create(
            &services.ledger,
            key.as_bytes(),
            data,
            Time::from_micros(end),
        )
        .await
    }

    /// Takes it back: the second one to come with the same state finds nothing.
    pub(super) async fn take(
        services: &Services,
        browser: &str,
        state: &str,
    ) -> Result<Option<Self>, domain::Error> {
        let key = key(browser, state);
        let now = services.clock.now();
        let data = sessions::take(&services.ledger, key.as_bytes(), now).await?;
        data.map(|data| {
            serde_json::from_str(&data).map_err(|e| domain::Error::Internal(e.to_string()))
        })
        .transpose()
    }
}

/// 256 random bits in 43 characters: also the least that RFC 7636 allows for a verifier.
pub(super) fn secret() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random::bytes::<32>())
}

/// Whether a cookie's value can be one of ours.
pub(super) fn is_secret(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Neither part can hold a dot, so no two pairs make the same key; and no session id has this length.
fn key(browser: &str, state: &str) -> String {
    format!("{browser}.{state}")
}
