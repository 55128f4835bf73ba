//! Commands on their way to the ledger, and refusals of whole commands on their way back.

use coop_engine::{Command, DefinitionProblem, Denial, Limits, Outcome, Time};
use http::StatusCode;

use super::{ApiState, holder::millis_until};
use crate::{
    api::metered::{Limited, Metered},
    domain::reservations::{self, Decided},
    model::Tier,
    problem::{FieldProblem, LimitExceeded, Problem},
    rate_limit::Standing,
};

/// Seconds after which a tenant at its limit should look again, whatever its deadlines are.
const LONGEST_RETRY: u64 = 60;

impl ApiState {
    /// Decides a command in the name of who asks. What is answered is never [`Outcome::Denied`].
    pub(super) async fn decide(
        &self,
        asker: &Metered,
        standing: Standing,
        command: Command,
    ) -> Result<Decided, Limited> {
        let credential = asker.principal.credential();
        let decided = reservations::decide(&self.services.ledger, credential, command);
        let decided = decided
            .await
            .map_err(|error| Limited::new(standing, error))?;
        if let Outcome::Denied(denial) = &decided.outcome {
            let problem = self.denied(credential.tenant.tier(), denial, decided.now);
            return Err(Limited::new(standing, problem));
        }
        Ok(decided)
    }

    fn denied(&self, tier: Tier, denial: &Denial, now: Time) -> Problem {
        match denial {
            Denial::ActiveReservations {
                limit,
                next_deadline,
            } => self.too_many(
                tier,
                *limit,
                retry_after(*next_deadline, now),
                format!(
                    "{tier} allows {limit} active reservations. Nothing of this request was reserved."
                ),
            ),
            Denial::OfOnePrincipal {
                limit,
                next_deadline,
            } => {
                let exceeded = LimitExceeded {
                    limit_type: "activeReservations",
                    limit: *limit,
                    tier: Some(tier),
                    retry_after: retry_after(*next_deadline, now),
                    // An end user's own limit is his issuer's, whatever the tier.
                    upgrade_required: false,
                };
                let detail = format!(
                    "The token's issuer allows {limit} active reservations. Nothing of this request was reserved."
                );
                Problem::limit("ACTIVE_RESERVATIONS_EXCEEDED", exceeded, detail)
            }
            // A tenant may have as many definitions as active reservations, so it is the same limit.
            Denial::Definitions { limit } => self.too_many(
                tier,
                *limit,
                LONGEST_RETRY,
                format!(
                    "{tier} allows {limit} definitions, as many as active reservations. Nothing of this request was \
                     registered: delete definitions that are not needed."
                ),
            ),
            Denial::Waiters => {
                let exceeded = LimitExceeded {
                    limit_type: "waiters",
                    limit: Limits::WAITERS as u64,
                    tier: None,
                    retry_after: 1,
                    upgrade_required: false,
                };
                let detail = format!(
                    "{} requests of this tenant are waiting, as many as may. Ask again, or without waitSeconds.",
                    Limits::WAITERS
                );
                Problem::limit("TOO_MANY_WAITERS", exceeded, detail)
            }
            Denial::Definition { index, problem } => Problem::invalid(vec![FieldProblem {
                pointer: format!("/{index}/{}", field_of(problem)),
                message: format!("{problem}; nothing of this request was registered"),
            }]),
            Denial::InUse(name) => Problem::new(
                StatusCode::CONFLICT,
                "IN_USE",
                format!(
                    "{name} is held or waited for, or takes a part in what is. Nothing was changed: try again when it is \
                     free."
                ),
            ),
            Denial::NotDefined => not_defined(),
        }
    }

    fn too_many(&self, tier: Tier, limit: u64, retry_after: u64, detail: String) -> Problem {
        let tiers = &self.services.settings.tiers;
        let exceeded = LimitExceeded {
            limit_type: "activeReservations",
            limit,
            tier: Some(tier),
            retry_after,
            upgrade_required: tiers
                .lifting(tier, |allows| allows.active_reservations)
                .is_some(),
        };
        Problem::limit("ACTIVE_RESERVATIONS_EXCEEDED", exceeded, detail)
    }
}

/// There is no definition of that name.
pub(super) fn not_defined() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "No resource of that name is defined.",
    )
}

/// A command was answered as another one would be: a bug.
pub(super) fn unexpected() -> Limited {
    Problem::internal("a command was answered as something else").into()
}

fn retry_after(next_deadline: Option<Time>, now: Time) -> u64 {
    next_deadline
        .map_or(LONGEST_RETRY, |deadline| {
            millis_until(now, deadline).div_ceil(1_000)
        })
        .clamp(1, LONGEST_RETRY)
}

/// Which field of a definition has to change.
const fn field_of(problem: &DefinitionProblem) -> &'static str {
    match problem {
        DefinitionProblem::Twice
        | DefinitionProblem::Collision(_)
        | DefinitionProblem::SlotNamesTooLong => "name",
        DefinitionProblem::TooManyBlockers
        | DefinitionProblem::TooManyBlockersInAll(_)
        | DefinitionProblem::BlockerCycle(_) => "blocks",
        DefinitionProblem::TooDeep
        | DefinitionProblem::OwnAncestor(_)
        | DefinitionProblem::Elsewhere(_) => "treePath",
    }
}
