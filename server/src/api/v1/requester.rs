//! Who a request acts for: with a key, whomever it names; with an exchanged token, the end user alone.

use coop_engine::{Principal, Requester, Reservation};
use http::StatusCode;

use crate::{
    api::json::{self, Fields},
    auth::api_key::ApiPrincipal,
    problem::Problem,
};

/// Reads the requesters of a request.
pub(super) struct Requesters {
    /// Whom an exchanged token speaks for.
    subject: Option<Requester>,
    names_another: bool,
}

impl Requesters {
    pub(super) fn of(principal: &ApiPrincipal) -> Self {
        let token = principal.credential().token();
        Self {
            subject: token.map(|token| token.subject.clone()),
            names_another: false,
        }
    }

    /// An item's `requester`. It has to be there for a key; for an end user it is himself.
    pub(super) fn read(&mut self, fields: &mut Fields<'_>) -> Option<Requester> {
        let Some(subject) = self.subject.clone() else {
            return fields.required("requester", json::text(Requester::parse));
        };
        let named = fields.optional("requester", json::text(Requester::parse))?;
        self.names_another |= named.is_some_and(|named| named != subject);
        Some(subject)
    }

    /// A query's `requester`, which asks for no more than what may be seen anyway.
    pub(super) fn note(&mut self, named: Option<&str>) {
        if let (Some(subject), Some(named)) = (&self.subject, named) {
            self.names_another |= named != subject.as_str();
        }
    }

    /// Refuses an end user who acts for somebody else.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.names_another {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "REQUESTER_MISMATCH",
                "An exchanged token acts for its own subject alone: leave `requester` out. Nothing was done.",
            ));
        }
        Ok(())
    }
}

/// What a caller may know of others' reservations.
pub(super) struct Sight(Option<Principal>);

impl Sight {
    pub(super) fn of(principal: &ApiPrincipal) -> Self {
        let token = principal.credential().token();
        Self(token.map(|token| Principal {
            issuer: Some(token.issuer.for_principals()),
            requester: token.subject.clone(),
        }))
    }

    /// The one principal whose reservations may be seen; none: all of the tenant's.
    pub(super) fn principal(&self) -> Option<Principal> {
        self.0.clone()
    }

    /// Whether it may be told who holds this and why.
    pub(super) fn covers(&self, reservation: &Reservation) -> bool {
        self.0
            .as_ref()
            .is_none_or(|principal| *principal == reservation.principal)
    }

    /// A holder's name in an explanation.
    pub(super) fn name<'a>(&self, held: &'a Reservation) -> &'a str {
        if self.covers(held) {
            held.principal.requester.as_str()
        } else {
            "Somebody else"
        }
    }
}

/// The end user of an issuer who holds this, if it is one.
pub(super) fn end_user(reservation: &Reservation) -> Option<String> {
    let requester = &reservation.principal.requester;
    reservation
        .principal
        .issuer
        .map(|_| requester.as_str().to_owned())
}
