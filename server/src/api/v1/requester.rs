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

    /// An item's `requester` when it may be left out with a key too.
    #[expect(
        clippy::option_option,
        reason = "wrong ends the item, missing is a value"
    )]
    pub(super) fn read_optional(&mut self, fields: &mut Fields<'_>) -> Option<Option<Requester>> {
        if self.subject.is_some() {
            return self.read(fields).map(Some);
        }
        fields.optional("requester", json::text(Requester::parse))
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

    /// Whether it may be told what this one holds and why.
    pub(super) fn covers(&self, other: &Principal) -> bool {
        self.0.as_ref().is_none_or(|principal| principal == other)
    }

    /// A name at the beginning of a sentence.
    pub(super) fn name<'a>(&self, other: &'a Principal) -> &'a str {
        self.known(other).unwrap_or("Somebody else")
    }

    /// A name within a sentence.
    pub(super) fn within<'a>(&self, other: &'a Principal) -> &'a str {
        self.known(other).unwrap_or("somebody else")
    }

    fn known<'a>(&self, other: &'a Principal) -> Option<&'a str> {
        self.covers(other).then(|| other.requester.as_str())
    }

    /// That of a key.
    #[cfg(test)]
    pub(super) const fn everything() -> Self {
        Self(None)
    }

    /// That of an end user.
    #[cfg(test)]
    pub(super) const fn only(principal: Principal) -> Self {
        Self(Some(principal))
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
