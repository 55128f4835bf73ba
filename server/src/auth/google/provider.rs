use std::sync::Arc;

use coop_engine::Time;
use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    CALLBACK,
    attempt::Attempt,
    id_token::{self, Expected, Rejected},
};
use crate::{
    auth::{
        fetch::{self, Document, FetchError, is_safe},
        jwks::Jwks,
    },
    clock::SharedClock,
    config::{GoogleClient, Settings},
    model::Identity,
};

/// Why the provider was of no help. For the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    #[error("discovery: {0}")]
    Discovery(#[from] FetchError),
    #[error("discovery: {0}")]
    Unusable(String),
    #[error("the code was not exchanged: {0}")]
    Exchange(String),
    #[error("there is no ID token in the answer")]
    NoIdToken,
    #[error("the ID token is refused: {0}")]
    IdToken(#[from] Rejected),
}

/// The OpenID provider of the settings.
pub struct Provider {
    client: GoogleClient,
    issuer: String,
    redirect: String,
    http: reqwest::Client,
    clock: SharedClock,
    discovery: Document<Discovery>,
    /// The key set of the discovery document that was used last.
    jwks: tokio::sync::Mutex<Option<(Url, Arc<Jwks>)>>,
}

/// What is read of the discovery document (OpenID Connect Discovery 1.0, section 3).
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
}

impl Discovery {
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let found: Self = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        for url in [
            &found.authorization_endpoint,
            &found.token_endpoint,
            &found.jwks_uri,
        ] {
            if !is_safe(url) {
                return Err(format!("{url} is neither https nor on this machine"));
            }
        }
        Ok(found)
    }
}

/// The one field of the token answer that matters here. It is a credential, so it does not print.
#[derive(Serialize, Deserialize)]
struct IdTokenField {
    id_token: Option<String>,
}

impl std::fmt::Debug for IdTokenField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdTokenField(…)")
    }
}

impl ExtraTokenFields for IdTokenField {}

type OpenIdClient = Client<
    BasicErrorResponse,
    StandardTokenResponse<IdTokenField, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl Provider {
    /// The provider of the settings, if one is configured. It is asked at the first sign-in, so that a provider that is
    /// down does not keep the server from starting.
    #[must_use]
    pub fn new(settings: &Settings, clock: &SharedClock) -> Option<Self> {
        let client = settings.google.clone()?;
        let issuer = settings.google_issuer.clone();
        let url = match Url::parse(&format!("{issuer}/.well-known/openid-configuration")) {
            Ok(url) if is_safe(&url) => url,
            _ => {
                tracing::error!(
                    issuer,
                    "google_issuer is neither an https address nor on this machine: nobody can sign in"
                );
                return None;
            }
        };
        let http = fetch::client();
        Some(Self {
            client,
            issuer,
            redirect: format!("{}{CALLBACK}", settings.base()),
            discovery: Document::new(http.clone(), url, clock.clone(), Discovery::parse),
            http,
            clock: clock.clone(),
            jwks: tokio::sync::Mutex::new(None),
        })
    }

    /// Where to send the browser.
    pub(super) async fn authorize(
        &self,
        attempt: &Attempt,
        state: &str,
    ) -> Result<Url, ProviderError> {
        let discovery = self.discovery().await?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let state = state.to_owned();
        let oauth = self.oauth(&discovery)?;
        let mut request = oauth
            .authorize_url(|| CsrfToken::new(state))
            .add_scopes(["openid", "email", "profile"].map(|scope| Scope::new(scope.to_owned())))
            .add_extra_param("nonce", &attempt.nonce)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if attempt.not_before.is_some() {
            // OpenID Connect Core 1.0, section 3.1.2.1. `max_age` also makes the provider say when that was.
            request = request
                .add_extra_param("prompt", "login")
                .add_extra_param("max_age", "0");
        }
        Ok(request.url().0)
    }

    /// Who it is that the provider sent back with `code`, and when he showed it, if the provider says so.
    pub(super) async fn identify(
        &self,
        attempt: &Attempt,
        code: String,
    ) -> Result<(Identity, Option<Time>), ProviderError> {
        let discovery = self.discovery().await?;
        let send = |request| fetch::send(self.http.clone(), request);
        let answer = self
            .oauth(&discovery)?
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request_async(&send)
            .await
            .map_err(|error| ProviderError::Exchange(describe(&error)))?;
        let token = answer
            .extra_fields()
            .id_token
            .as_deref()
            .ok_or(ProviderError::NoIdToken)?;
        let expected = Expected {
            issuer: &discovery.issuer,
            client_id: &self.client.id,
            nonce: &attempt.nonce,
            not_before: attempt.not_before,
            now: self.clock.now(),
        };
        let jwks = self.jwks(&discovery.jwks_uri).await;
        Ok(id_token::verify(token, &jwks, &expected).await?)
    }

    /// Whether an `iss` in the redirect (RFC 9207) names this provider.
    pub(super) fn is_issuer(&self, issuer: &str) -> bool {
        issuer.trim_end_matches('/') == self.issuer
    }

    async fn discovery(&self) -> Result<Arc<Discovery>, ProviderError> {
        let found = self.discovery.current().await?;
        if !self.is_issuer(&found.issuer) {
            return Err(ProviderError::Unusable(format!(
                "it speaks for {}, not for {}",
                found.issuer, self.issuer
            )));
        }
        Ok(found)
    }

    async fn jwks(&self, url: &Url) -> Arc<Jwks> {
        let mut kept = self.jwks.lock().await;
        match &*kept {
            Some((known, jwks)) if known == url => Arc::clone(jwks),
            _ => {
                let jwks = Jwks::new(self.http.clone(), url.clone(), self.clock.clone());
                let jwks = Arc::new(jwks);
                *kept = Some((url.clone(), Arc::clone(&jwks)));
                jwks
            }
        }
    }

    fn oauth(&self, discovery: &Discovery) -> Result<OpenIdClient, ProviderError> {
        let redirect = RedirectUrl::new(self.redirect.clone())
            .map_err(|e| ProviderError::Unusable(e.to_string()))?;
        Ok(Client::new(ClientId::new(self.client.id.clone()))
            .set_client_secret(ClientSecret::new(
                self.client.secret.expose_secret().to_owned(),
            ))
            .set_auth_uri(AuthUrl::from_url(discovery.authorization_endpoint.clone()))
            .set_token_uri(TokenUrl::from_url(discovery.token_endpoint.clone()))
            .set_redirect_uri(redirect))
    }
}

/// The parser's own text may quote the answer, and with it a token.
fn describe<E: std::error::Error>(
    error: &oauth2::RequestTokenError<E, BasicErrorResponse>,
) -> String {
    match error {
        oauth2::RequestTokenError::ServerResponse(answer) => {
            format!("the provider says {}", answer.error().as_ref())
        }
        oauth2::RequestTokenError::Request(error) => error.to_string(),
        oauth2::RequestTokenError::Parse(..) => "the answer is no token answer".to_owned(),
        oauth2::RequestTokenError::Other(_) => "the answer is not what was expected".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use oauth2::basic::BasicClient;

    use super::*;

    /// What is logged when the token endpoint answers this.
    async fn logged(status: u16, answer: &'static str) -> String {
        let token = TokenUrl::new("https://accounts.example/token".to_owned()).expect("a URL");
        let send = async |_: oauth2::HttpRequest| {
            let response = http::Response::builder().status(status);
            response.body(answer.as_bytes().to_vec())
        };
        let error = BasicClient::new(ClientId::new("id".to_owned()))
            .set_token_uri(token)
            .exchange_code(AuthorizationCode::new("code".to_owned()))
            .request_async(&send)
            .await
            .expect_err("that is no token answer");
        describe(&error)
    }

    #[tokio::test]
    async fn an_answer_of_the_token_endpoint_is_not_quoted_in_the_log() {
        for (status, answer) in [
            (200, r#"{"access_token": "a-secret", "token_type": 5}"#),
            (200, r#"{"access_token": {"a-secret": 1}}"#),
            (200, ""),
            (400, r#"{"a-secret": 1}"#),
            (500, "a-secret"),
            (500, ""),
        ] {
            let text = logged(status, answer).await;
            assert!(!text.contains("secret"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_logged_by_its_code_without_what_else_was_said() {
        let answer = r#"{"error": "invalid_grant", "error_description": "a-secret"}"#;
        assert_eq!(logged(400, answer).await, "the provider says invalid_grant");
    }

    #[test]
    fn an_id_token_does_not_print() {
        let field = IdTokenField {
            id_token: Some("eyJ".to_owned()),
        };
        assert!(!format!("{field:?}").contains("eyJ"));
    }
}
