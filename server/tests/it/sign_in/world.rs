//! A server, the provider that it trusts, and the person who sits before both.

use coop_locker::clock::Clock as _;
use serde_json::json;
use url::Url;

use super::{
    browser::Browser,
    provider::{CLIENT, Grant, Provider, SECRET, field},
};
use crate::support::{Answer, App, jwt::Draft, keys::RSA};

pub struct World {
    pub app: App,
    pub provider: Provider,
}

impl World {
    pub async fn start() -> Self {
        Self::at("http://localhost:3000").await
    }

    pub async fn at(base_url: &str) -> Self {
        Self::with_admins(base_url, &[]).await
    }

    /// One whose operator has named these of the provider's people.
    pub async fn with_admins(base_url: &str, subjects: &[&str]) -> Self {
        let provider = Provider::start().await;
        let admins: Vec<String> = subjects
            .iter()
            .map(|subject| format!("{} {subject}", provider.issuer))
            .collect();
        let app = App::start_with(&[
            ("base_url", base_url),
            ("google_client_id", CLIENT),
            ("google_client_secret", SECRET),
            ("google_issuer", &provider.issuer),
            ("admins", &admins.join(",")),
        ])
        .await;
        Self { app, provider }
    }

    pub const fn browser(&self) -> Browser<'_> {
        Browser::new(&self.app)
    }

    /// Now, in seconds.
    pub fn now(&self) -> i64 {
        self.app.clock.now().as_micros() / 1_000_000
    }

    /// The person agrees at the provider: the way back.
    pub fn consent(&self, way: &Url) -> String {
        self.consent_with(way, |_| {})
    }

    /// The same, and the ID token is another one.
    pub fn consent_with(&self, way: &Url, change: impl FnOnce(&mut Draft)) -> String {
        let mut draft = Draft {
            header: json!({"alg": "RS256", "typ": "JWT", "kid": RSA.id}),
            claims: json!({
                "iss": self.provider.issuer,
                "sub": "1001",
                "aud": CLIENT,
                "iat": self.now(),
                "exp": self.now() + 3600,
                "nonce": field(way, "nonce"),
                "email": "ada@example.com",
                "name": "Ada",
            }),
            key: &RSA,
            finish: |token| token,
        };
        change(&mut draft);
        let code = format!("code-for-{}", field(way, "state"));
        let grant = Grant {
            redirect: field(way, "redirect_uri"),
            challenge: field(way, "code_challenge"),
            id_token: draft.sign(),
        };
        self.provider.grant(&code, grant);
        back(way, &code)
    }

    /// All of it, as a certain person.
    pub async fn sign_in_as(&self, browser: &mut Browser<'_>, subject: &str) {
        let way = browser.begin("/dashboard").await;
        let back = self.consent_with(&way, |draft| {
            draft.claims["sub"] = json!(subject);
            draft.claims["email"] = json!(format!("{subject}@example.com"));
        });
        let answer = browser.get(&back).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }

    /// All of it.
    pub async fn sign_in(&self, browser: &mut Browser<'_>) -> Answer {
        let way = browser.begin("/dashboard").await;
        let answer = browser.get(&self.consent(&way)).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer
    }
}

/// The path that the provider sends the browser to.
pub fn back(way: &Url, code: &str) -> String {
    format!(
        "/auth/google/callback?state={}&code={code}",
        field(way, "state")
    )
}
