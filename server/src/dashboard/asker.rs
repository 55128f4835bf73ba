//! Whoever asks for a page, and what is done in his name.

use app::error::AppError;
use http::request::Parts;
use tower_sessions::Session;

use crate::{
    auth::{AdminIdentity, DashboardState, Failure, Person, by, session::Current},
    domain::{self, sign_in},
    model::{Actor, By, Identity, TenantId},
    rate_limit::RateLimiter,
    state::Services,
};

/// The request under way, as far as it says who is asking.
pub(super) struct Asker {
    state: DashboardState,
    parts: Parts,
}

impl Asker {
    pub(super) const fn new(state: DashboardState, parts: Parts) -> Self {
        Self { state, parts }
    }

    pub(super) fn services(&self) -> &Services {
        &self.state.services
    }

    /// Where a tenant stands with the quotas of a minute.
    pub(super) fn limiter(&self) -> &RateLimiter {
        &self.state.limiter
    }

    /// Who is signed in, if anybody.
    pub(super) async fn identity(&self) -> Result<Option<Identity>, AppError> {
        let person = Person::of(&self.state, &self.parts)
            .await
            .map_err(|failure| of_failure(&failure))?;
        Ok(person.map(|person| person.identity))
    }

    /// His tenant, made if he has none yet.
    pub(super) async fn tenant(&self) -> Result<TenantId, AppError> {
        let identity = self.identity().await?.ok_or(AppError::SignedOut)?;
        let services = self.services();
        sign_in::tenant_of(
            &services.ledger,
            &services.keyring,
            &services.clock,
            &identity,
            self.by(&identity),
        )
        .await
        .map_err(of_domain)
    }

    /// Whoever is signed in, as the audit log will have him.
    pub(super) fn by(&self, identity: &Identity) -> By {
        by(
            Actor::user(identity),
            &self.services().settings,
            &self.parts,
        )
    }

    /// Who is signed in and his tenant: what a change needs.
    pub(super) async fn owner(&self) -> Result<(TenantId, By), AppError> {
        let identity = self.identity().await?.ok_or(AppError::SignedOut)?;
        Ok((self.tenant().await?, self.by(&identity)))
    }

    /// One of the operator's people, as the log of a tenant will have him. Nobody else learns that there is such a thing.
    pub(super) async fn admin(&self) -> Result<By, AppError> {
        let admin = AdminIdentity::of(&self.state, &self.parts)
            .await
            .map_err(|failure| of_failure(&failure))?;
        let AdminIdentity(identity) = admin.ok_or(AppError::NotFound)?;
        Ok(by(
            Actor::admin(&identity),
            &self.services().settings,
            &self.parts,
        ))
    }

    /// The hash by which the session that asks is found among those of its person.
    pub(super) fn session_hash(&self) -> Option<[u8; 32]> {
        let session = self.parts.extensions.get::<Session>()?;
        Current::new(session.clone(), &self.services().clock).id_hash()
    }

    /// Whether this page needs a tenant. The others show a new person what there is without making one: he may have come
    /// to take over a tenant that exists.
    pub(super) fn needs_tenant(&self) -> bool {
        let path = self.parts.uri.path();
        path.starts_with(app::routes::DASHBOARD) || path.starts_with("/fn/")
    }
}

fn of_failure(failure: &Failure) -> AppError {
    if failure.status == http::StatusCode::SERVICE_UNAVAILABLE {
        AppError::Unavailable
    } else {
        AppError::Unexpected
    }
}

/// What a person is told of a verb that was not done.
pub(super) fn of_domain(error: domain::Error) -> AppError {
    match error {
        domain::Error::NotFound => AppError::NotFound,
        domain::Error::Stale => AppError::Stale,
        domain::Error::Suspended => {
            AppError::Forbidden("This tenant is suspended. Ask the operator of this server.".into())
        }
        domain::Error::RevealOff => AppError::Forbidden(
            "Revealing is switched off: its values were destroyed and new ones are shown once, when they are made. The \
             settings can switch it on for new values."
                .into(),
        ),
        domain::Error::NotKept => AppError::Forbidden(
            "This value was made while revealing was switched off, so it cannot be shown. Rotate the key to give it one that can."
                .into(),
        ),
        domain::Error::Unavailable => AppError::Unavailable,
        error => {
            tracing::error!(%error, "a request of the dashboard failed");
            AppError::Unexpected
        }
    }
}

/// Reads bytes as a form carries them: in hexadecimal.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_hex {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}
