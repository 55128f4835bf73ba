//! Answers in words, so that they can be compared and read.

use coop_engine::{
    Denial, Outcome, Refusal, RefusalStatus, Released, RenewOutcome, Reservation, ReserveOutcome,
    Time, TransactionOutcome, UnreserveOutcome, VerifyOutcome, Would,
};

pub fn each(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join("; ")
}

pub fn refused(status: &str, ends: Option<i64>, position: Option<usize>) -> String {
    format!("{status}, first end {ends:?}, place {position:?}")
}

pub fn transaction(
    success: bool,
    reserved: &[(usize, String)],
    unavailable: &[(usize, String)],
) -> String {
    format!("success {success}, reserved {reserved:?}, unavailable {unavailable:?}")
}

pub fn denied(what: &str, next: Option<i64>) -> String {
    format!("denied: {what}, next {next:?}")
}

/// What the engine tells.
pub fn outcome_in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Reserve(items) => each(items.iter().map(reserved)),
        Outcome::Transactions(all) => each(all.iter().map(transacted)),
        Outcome::Waiting => "waiting".to_owned(),
        Outcome::Unreserve(items) => each(items.iter().map(unreserved)),
        Outcome::Renew(items) => each(items.iter().map(renewed)),
        Outcome::Verify(items) => each(items.iter().map(|item| match item {
            VerifyOutcome::Current(held) => format!("CURRENT {}", held.fencing_token),
            VerifyOutcome::Stale => "STALE".to_owned(),
            VerifyOutcome::Unknown => "UNKNOWN".to_owned(),
        })),
        Outcome::Check(items) => each(items.iter().map(|item| {
            let would = match &item.would {
                Would::Acquire => "would get it".to_owned(),
                Would::AlreadyHave(held) => had(held),
                Would::Refuse(refusal) => refusal_in_words(refusal),
            };
            let capacity = item.capacity.slots();
            format!("{would}, {} of {capacity}", item.free_slots)
        })),
        Outcome::ForceRelease(items) => each(
            items
                .iter()
                .map(|item| item.as_ref().map_or_else(|| "gone".to_owned(), released)),
        ),
        Outcome::Registered | Outcome::Deleted | Outcome::Done => "done".to_owned(),
        Outcome::Denied(denial) => denial_in_words(denial),
    }
}

fn reserved(item: &ReserveOutcome) -> String {
    match item {
        ReserveOutcome::Acquired(held) => format!("ACQUIRED {}", held.fencing_token),
        ReserveOutcome::AlreadyHad(held) => had(held),
        ReserveOutcome::Refused(refusal) => refusal_in_words(refusal),
    }
}

fn had(held: &Reservation) -> String {
    format!("ALREADY_HAD {}", held.fencing_token)
}

fn refusal_in_words(refusal: &Refusal) -> String {
    let status = match refusal.status {
        RefusalStatus::AlreadyHeld => "ALREADY_HELD",
        RefusalStatus::NotAvailable => "NOT_AVAILABLE",
        RefusalStatus::NotRegistered => "NOT_REGISTERED",
        RefusalStatus::SharedPool => "SHARED_POOL",
    };
    let end = |held: &Reservation| held.expires_at.map_or(i64::MAX, Time::as_micros);
    let ends = refusal.held_by().map(|held| end(held));
    refused(status, ends, refusal.position)
}

fn transacted(outcome: &TransactionOutcome) -> String {
    let items = |items: &[(usize, ReserveOutcome)]| -> Vec<(usize, String)> {
        let words = items.iter().map(|(index, item)| (*index, reserved(item)));
        words.collect()
    };
    transaction(
        outcome.success,
        &items(&outcome.reserved),
        &items(&outcome.unavailable),
    )
}

fn released(released: &Released) -> String {
    let number = released.reservation.fencing_token;
    format!("RELEASED {number} {:?}", released.freed)
}

fn unreserved(item: &UnreserveOutcome) -> String {
    match item {
        UnreserveOutcome::Relinquished(end) => released(end),
        UnreserveOutcome::NotReserved => "NOT_RESERVED".to_owned(),
        UnreserveOutcome::DoesntOwnReservation(_) => "DOESNT_OWN_RESERVATION".to_owned(),
        UnreserveOutcome::InvalidReleaseToken => "INVALID_RELEASE_TOKEN".to_owned(),
    }
}

fn renewed(item: &RenewOutcome) -> String {
    match item {
        RenewOutcome::Renewed(held) => {
            let until = held.expires_at.map(Time::as_micros);
            format!("RENEWED {} {until:?}", held.fencing_token)
        }
        RenewOutcome::Lost => "LOST".to_owned(),
        RenewOutcome::DoesntOwnReservation(_) => "DOESNT_OWN_RESERVATION".to_owned(),
        RenewOutcome::InvalidReleaseToken => "INVALID_RELEASE_TOKEN".to_owned(),
    }
}

fn denial_in_words(denial: &Denial) -> String {
    match denial {
        Denial::ActiveReservations {
            limit,
            next_deadline,
        } => denied(
            &format!("{limit} active"),
            next_deadline.map(Time::as_micros),
        ),
        Denial::OfOnePrincipal {
            limit,
            next_deadline,
        } => denied(&format!("{limit} own"), next_deadline.map(Time::as_micros)),
        Denial::Waiters => denied("waiters", None),
        Denial::Definitions { limit } => denied(&format!("{limit} definitions"), None),
        Denial::Definition { .. } => denied("no sense", None),
        Denial::InUse(_) => denied("in use", None),
        Denial::NotDefined => denied("not defined", None),
    }
}
