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
    /// The person has to show once more who he is, and not before this second.
    pub(super) not_before: Option<i64>,
}

impl Attempt {
    pub(super) fn new(return_to: String, not_before: Option<Time>) -> Self {
        Self {
            not_before: not_before.map(|time| time.as_micros().div_euclid(1_000_000)),
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
            None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_recognised_and_nothing_else_is() {
        let one = secret();
        assert!(is_secret(&one), "{one}");
        assert_ne!(one, secret());
        let too_long = format!("{one}A");
        let with_a_dot = format!("{}.", &one[1..]);
        let with_a_semicolon = format!("{};", &one[1..]);
        for other in ["", &one[1..], &too_long, &with_a_dot, &with_a_semicolon] {
            assert!(!is_secret(other), "{other:?}");
        }
    }

    #[test]
    fn the_verifier_and_the_nonce_are_not_each_other() {
        let attempt = Attempt::new("/".to_owned(), None);
        assert!(is_secret(&attempt.nonce) && is_secret(&attempt.verifier));
        assert_ne!(attempt.nonce, attempt.verifier);
    }

    /// Whoever comes back chooses both parts, so moving the dot must not lead to somebody's attempt.
    #[test]
    fn the_key_of_an_attempt_is_made_by_one_pair_only() {
        let (browser, state) = (secret(), secret());
        let kept = key(&browser, &state);
        let whole = format!("{browser}{state}");
        for at in (0..=whole.len()).filter(|at| *at != browser.len()) {
            assert_ne!(key(&whole[..at], &whole[at..]), kept, "{at}");
        }
        assert_ne!(key(&kept, ""), kept);
        assert_ne!(key("", &kept), kept);
    }
}
