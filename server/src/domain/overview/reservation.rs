use std::sync::Arc;

use coop_engine::{
    Ask, Book as _, MemoryBook, Principal, Reservation, ResourceName, Ticket, Time, Wait,
};

use crate::{domain::Error, ledger::Ledger, model::TenantId};

/// A reservation and who waits for it.
#[derive(Debug)]
pub struct ReservationView {
    /// The reservation.
    pub reservation: Arc<Reservation>,
    /// Who waits, in order.
    pub queue: Vec<Waiter>,
}

/// A request that waits.
#[derive(Debug, PartialEq, Eq)]
pub struct Waiter {
    /// Who.
    pub principal: Principal,
    /// The label of its key or issuer.
    pub label: Arc<str>,
    /// What it asks for.
    pub resources: Vec<ResourceName>,
    /// Since when.
    pub since: Time,
    /// When it is refused at the latest.
    pub until: Time,
}

/// How many wait for each of these reservations.
///
/// # Errors
/// When the book cannot be read.
pub async fn waiting_for(
    ledger: &Ledger,
    tenant: TenantId,
    reservations: Vec<Reservation>,
) -> Result<Vec<(Reservation, usize)>, Error> {
    let count = move |book: &MemoryBook, _| {
        let each = reservations.into_iter().map(|held| {
            let waiting = book.waiting_for(&held);
            (held, waiting)
        });
        each.collect()
    };
    Ok(ledger.look(tenant, count).await?)
}

/// The grant of a resource with this fencing token, and who waits for it.
///
/// # Errors
/// [`Error::NotFound`] when it has ended; when the book cannot be read.
pub async fn reservation(
    ledger: &Ledger,
    tenant: TenantId,
    resource: ResourceName,
    fencing_token: u64,
) -> Result<ReservationView, Error> {
    let find = move |book: &MemoryBook, now| {
        let mut asked = book.all_asked(resource.as_str());
        let held = asked.find(|held| held.fencing_token.as_u64() == fencing_token)?;
        let is_held = !held.is_expired(now);
        is_held.then(|| ReservationView {
            reservation: Arc::clone(held),
            queue: queue(book.tickets(), held),
        })
    };
    ledger.look(tenant, find).await?.ok_or(Error::NotFound)
}

/// Those who wait for something that the reservation keeps from them, in order.
fn queue<'a>(tickets: impl Iterator<Item = &'a Arc<Ticket>>, held: &Reservation) -> Vec<Waiter> {
    tickets
        .filter(|ticket| ticket.principal != held.principal)
        .filter(|ticket| ticket.wants.iter().any(|want| held.keeps_out(want)))
        .filter_map(|ticket| {
            let listener = ticket.listeners.first()?;
            let wait = wait(&listener.ask)?;
            let since = listener.until.as_micros() - wait.at_most.as_micros();
            let asked = listener.ask.items().iter();
            Some(Waiter {
                principal: ticket.principal.clone(),
                label: Arc::clone(&listener.label),
                resources: asked.map(|item| item.resource.clone()).collect(),
                since: Time::from_micros(since),
                until: listener.until,
            })
        })
        .collect()
}

const fn wait(ask: &Ask) -> Option<Wait> {
    match ask {
        Ask::Reserve(item) => item.wait,
        Ask::Transaction(transaction) => transaction.wait,
    }
}

#[cfg(test)]
mod tests {
    use coop_engine::{
        Caller, Command, Limits, Mode, ReleaseToken, Requester, ReserveItem, Revision, Ttl,
        WaiterId, decide,
    };

    use super::*;

    fn item(requester: &str, wait: Option<Wait>) -> ReserveItem {
        ReserveItem {
            requester: Requester::parse(requester).expect("a requester"),
            resource: ResourceName::parse("door").expect("a name"),
            mode: Mode::Exclusive,
            ttl: None,
            resource_type: "UserDefined".into(),
            metadata: None,
            token: ReleaseToken::from_bytes([7; 16]),
            wait,
        }
    }

    #[test]
    fn those_who_wait_are_told_in_order_with_the_time_they_came_and_the_time_they_give_up() {
        let mut book = MemoryBook::new(Revision::ZERO, Time::from_micros(0));
        let limits = Limits {
            active_reservations: None,
            of_one_principal: None,
            expirations: 10,
            requires_registration: false,
        };
        let caller = Caller {
            issuer: None,
            label: "default".into(),
        };
        let wait = |number| {
            Some(Wait {
                waiter: WaiterId::new(number),
                at_most: Ttl::parse(20).expect("a time"),
            })
        };
        for (at, item) in [
            (1, item("holder", None)),
            (2, item("first", wait(1))),
            (3, item("second", wait(2))),
        ] {
            let command = Command::Reserve(vec![item]);
            let now = Time::from_micros(at * 1_000_000);
            let decision = decide(&book, &caller, &command, now, &limits);
            book.apply(&decision).expect("it fits");
        }
        let held = book.all_asked("door").next().expect("held");
        let queue = queue(book.tickets(), held);
        let told: Vec<_> = queue
            .iter()
            .map(|one| {
                let seconds = |time: Time| time.as_micros() / 1_000_000;
                let who = one.principal.requester.as_str();
                (who, seconds(one.since), seconds(one.until))
            })
            .collect();
        assert_eq!(told, [("first", 2, 22), ("second", 3, 23)]);
        assert_eq!(book.waiting_for(held), 2);
    }
}
