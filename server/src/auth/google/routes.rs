use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use http::{
    Extensions, HeaderMap, StatusCode,
    header::{RETRY_AFTER, SET_COOKIE},
    request::Parts,
};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    attempt::{self, Attempt},
    provider::ProviderError,
};
use crate::{
    auth::{
        DashboardState, Failure, return_to,
        session::{CookieKind, Cookies},
        sign_in_as,
    },
    client,
    rate_limit::whole_seconds,
};

/// What a link to the sign-in may say.
#[derive(Deserialize)]
pub struct Start {
    return_to: Option<String>,
    /// Present: the person has to show who he is although he has a session, there or here.
    again: Option<String>,
}

/// What the provider says when it sends the browser back.
#[derive(Deserialize)]
pub struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Sends the browser to the provider.
///
/// # Errors
/// [`Failure`] when no provider is configured or it does not answer.
pub async fn start(
    State(state): State<DashboardState>,
    headers: HeaderMap,
    extensions: Extensions,
    query: Result<Query<Start>, QueryRejection>,
) -> Result<Response, Failure> {
    let Some(provider) = &state.provider else {
        return Err(Failure::not_found());
    };
    // Each sign-in that begins is kept for ten minutes, and anybody may begin one.
    let proxies = state.services.settings.trusted_proxies;
    let address = client::address(&headers, &extensions, proxies).map(client::limited);
    if let Err(wait) = state.limiter.sign_ins().take(address) {
        let retry_after = [(RETRY_AFTER, whole_seconds(wait))];
        return Ok((retry_after, too_many()).into_response());
    }
    let (asked, again) = query.map_or((None, false), |Query(start)| {
        (start.return_to, start.again.is_some())
    });
    let settings = &state.services.settings;
    let cookies = Cookies::new(settings);
    // Tabs of one browser share its secret, so that the sign-in begun last does not end the others.
    let browser = cookies
        .read(CookieKind::SignIn, &headers)
        .filter(|value| attempt::is_secret(value))
        .map_or_else(attempt::secret, str::to_owned);
    let not_before = again.then(|| state.services.clock.now());
    let attempt = Attempt::new(return_to(&settings.base_url, asked.as_deref()), not_before);
    let secret = attempt::secret();
    let url = provider
        .authorize(&attempt, &secret)
        .await
        .map_err(unhelpful)?;
    attempt.keep(&state.services, &browser, &secret).await?;
    let cookie = cookies.set(CookieKind::SignIn, &browser, attempt::VALID);
    Ok((
        AppendHeaders([(SET_COOKIE, cookie)]),
        Redirect::to(url.as_str()),
    )
        .into_response())
}

/// Signs in whoever the provider says it is.
///
/// # Errors
/// [`Failure`] when this browser began no such sign-in, the person or the provider refused, or the store fails.
pub async fn callback(
    State(state): State<DashboardState>,
    session: Session,
    parts: Parts,
    query: Result<Query<Callback>, QueryRejection>,
) -> Result<Response, Failure> {
    let Some(provider) = &state.provider else {
        return Err(Failure::not_found());
    };
    let Ok(Query(answer)) = query else {
        return Err(over());
    };
    // The attempt is used up first, whatever the rest of the answer is.
    let cookies = Cookies::new(&state.services.settings);
    let browser = cookies.read(CookieKind::SignIn, &parts.headers);
    let (Some(browser), Some(secret)) = (browser, answer.state.as_deref()) else {
        return Err(over());
    };
    let Some(attempt) = Attempt::take(&state.services, browser, secret).await? else {
        return Err(over());
    };
    if let Some(error) = answer.error {
        return Err(refused(&error));
    }
    if answer
        .iss
        .is_some_and(|issuer| !provider.is_issuer(&issuer))
    {
        return Err(over());
    }
    let code = answer.code.ok_or_else(over)?;
    let (identity, shown) = provider.identify(&attempt, code).await.map_err(unhelpful)?;
    sign_in_as(&state, session, &parts, identity, shown).await?;
    Ok(Redirect::to(&attempt.return_to).into_response())
}

fn too_many() -> Failure {
    Failure::new(
        StatusCode::TOO_MANY_REQUESTS,
        "Too many sign-ins from your network",
        "Somebody at your address has begun many sign-ins within a minute. Wait a moment, then sign in again.",
    )
}

fn over() -> Failure {
    Failure::new(
        StatusCode::BAD_REQUEST,
        "This sign-in is over",
        "It was used already, took longer than ten minutes, or began in another browser. Sign in again.",
    )
}

fn refused(error: &str) -> Failure {
    if error == "access_denied" {
        return Failure::new(
            StatusCode::FORBIDDEN,
            "You did not sign in",
            "The sign-in was called off at the provider. Sign in again whenever you like.",
        );
    }
    // Said by whoever made the link: it is shown to nobody, and cut in the log.
    let error: String = error
        .chars()
        .filter(char::is_ascii_graphic)
        .take(40)
        .collect();
    tracing::warn!(error, "the sign-in provider refused");
    Failure::new(
        StatusCode::BAD_GATEWAY,
        "The sign-in provider refused",
        "Try again. If it stays like this, tell the operator the request id.",
    )
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that map_err wants"
)]
fn unhelpful(error: ProviderError) -> Failure {
    tracing::warn!(%error, "the sign-in provider was of no help");
    Failure::new(
        StatusCode::BAD_GATEWAY,
        "The sign-in provider is of no help just now",
        "It did not answer, or its answer could not be trusted. Try again in a moment.",
    )
}
