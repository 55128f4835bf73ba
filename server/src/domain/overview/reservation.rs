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
