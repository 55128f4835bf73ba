//! The operator's own people.

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::request::Parts;

use super::{DashboardState, Failure, Person, dev};
use crate::{config::Settings, model::Identity};

/// A signed-in person whom the operator's configuration names. It is looked up with every request, so that whoever is
/// taken off the list has been an admin; it is written on no tenant, so that no bug of a tenant's makes one.
#[derive(Clone, Debug)]
pub struct AdminIdentity(pub Identity);

/// Whether the configuration names this person. The development sign-in asks for no password, so nobody who came by it
/// is ever an admin, whatever the list says.
#[must_use]
pub fn is_admin(settings: &Settings, identity: &Identity) -> bool {
    identity.issuer != dev::ISSUER
        && settings
            .admins
            .iter()
            .any(|(issuer, subject)| *issuer == identity.issuer && *subject == identity.subject)
}

impl AdminIdentity {
    /// The admin who asks, if it is one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(state: &DashboardState, parts: &Parts) -> Result<Option<Self>, Failure> {
        let person = Person::of(state, parts).await?;
        Ok(person
            .map(|person| person.identity)
            .filter(|identity| is_admin(&state.services.settings, identity))
            .map(Self))
    }
}

impl FromRequestParts<DashboardState> for AdminIdentity {
    type Rejection = Response;

    /// Whoever is no admin is told what a path is told that leads nowhere: that there is such a part is nobody else's
    /// business.
    async fn from_request_parts(
        parts: &mut Parts,
        state: &DashboardState,
    ) -> Result<Self, Response> {
        match Self::of(state, parts).await {
            Ok(Some(admin)) => Ok(admin),
            Ok(None) => Err(Failure::not_found().into_response()),
            Err(failure) => Err(failure.into_response()),
        }
    }
}

/// Lets nothing pass but an admin's requests, before a method or a path is looked at.
pub async fn guard(State(state): State<DashboardState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match AdminIdentity::from_request_parts(&mut parts, &state).await {
        Ok(_) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::session::tests::settings;

    fn person(issuer: &str, subject: &str) -> Identity {
        Identity {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            email: Some("root@example.com".to_owned()),
            name: None,
        }
    }

    #[test]
    fn an_admin_is_named_by_issuer_and_subject_and_by_nothing_else() {
        let mut settings = settings("https://locks.example");
        settings.admins = vec![("https://id.example".to_owned(), "7".to_owned())];
        assert!(is_admin(&settings, &person("https://id.example", "7")));
        for (issuer, subject) in [
            ("https://id.example", "8"),
            ("https://id.example", ""),
            ("https://other.example", "7"),
            ("7", "https://id.example"),
        ] {
            assert!(!is_admin(&settings, &person(issuer, subject)), "{issuer}");
        }
    }

    #[test]
    fn nobody_who_signed_in_for_development_is_one() {
        let mut settings = settings("http://localhost:3000");
        settings.admins = vec![(dev::ISSUER.to_owned(), "root@example.com".to_owned())];
        assert!(!is_admin(
            &settings,
            &person(dev::ISSUER, "root@example.com")
        ));
    }
}
