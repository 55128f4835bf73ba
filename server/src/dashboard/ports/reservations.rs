//! What is reserved.

use app::{
    error::AppError,
    model::{
        HoldView, Reservation, ReservationList, ReservationPage, ReservationQuery, ReservationView,
        Waiter,
    },
    ports::ReservationsPort,
};
use async_trait::async_trait;
use coop_engine::{Held, Mode, ResourceName, Ttl};

use super::moment;
use crate::{
    dashboard::asker::{Asker, of_domain},
    domain::{
        account, overview,
        reservations::{self, ReservationFilter, ReservationPosition},
    },
};

/// Reservations on one page.
const SHOWN: usize = 50;

#[async_trait]
impl ReservationsPort for Asker {
    async fn active(&self, limit: u32) -> Result<ReservationPage, AppError> {
        let tenant = self.tenant().await?;
        let ledger = &self.services().ledger;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let now = self.services().clock.now();
        let page = reservations::list(
            ledger,
            tenant,
            &ReservationFilter::default(),
            None,
            limit,
            now,
        )
        .await
        .map_err(of_domain)?;
        let more = page.next.is_some();
        let reservations: Vec<_> = page.reservations.iter().map(shown).collect();
        // The tenant's count holds those whose expiry is about to be announced; a list that is whole is counted itself.
        let active = if more {
            let account = account::of(ledger, tenant).await.map_err(of_domain)?;
            account.active_reservations
        } else {
            reservations.len() as u64
        };
        Ok(ReservationPage {
            reservations,
            active,
            more,
        })
    }

    async fn list(&self, query: &ReservationQuery) -> Result<ReservationList, AppError> {
        let tenant = self.tenant().await?;
        let (ledger, now) = (&self.services().ledger, self.services().clock.now());
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let filter = ReservationFilter {
            requester: some(&query.requester),
            prefix: some(&query.prefix),
            resource_type: some(&query.resource_type),
            api_key_label: some(&query.label),
            ..ReservationFilter::default()
        };
        let after = match query.cursor.as_str() {
            "" => None,
            cursor => Some(ReservationPosition::parse(cursor).ok_or_else(|| {
                AppError::Invalid("The address names a place in the list that there is not.".into())
            })?),
        };
        let page = reservations::list(ledger, tenant, &filter, after, SHOWN, now)
            .await
            .map_err(of_domain)?;
        let counted = overview::waiting_for(ledger, tenant, page.reservations)
            .await
            .map_err(of_domain)?;
        let reservations = counted
            .iter()
            .map(|(held, waiting)| (shown(held), *waiting));
        Ok(ReservationList {
            reservations: reservations.collect(),
            next: page.next.as_ref().map(ToString::to_string),
        })
    }

    async fn find(&self, resource: &str, fencing_token: u64) -> Result<ReservationView, AppError> {
        let tenant = self.tenant().await?;
        let resource = ResourceName::parse(resource).map_err(|_| AppError::NotFound)?;
        let ledger = &self.services().ledger;
        let view = overview::reservation(ledger, tenant, resource, fencing_token)
            .await
            .map_err(of_domain)?;
        Ok(ReservationView {
            by_token: view.reservation.principal.issuer.is_some(),
            holds: view.reservation.holds().map(shown_hold).collect(),
            queue: view.queue.iter().map(shown_waiter).collect(),
            reservation: shown(&view.reservation),
        })
    }
}

/// The fencing token, and the resource behind it: names may hold anything but control characters.
fn shown(reservation: &coop_engine::Reservation) -> Reservation {
    Reservation {
        resource: reservation.resource.as_str().to_owned(),
        requester: Some(reservation.principal.requester.as_str().to_owned()),
        is_shared: reservation.mode == Mode::Shared,
        api_key_label: reservation.label.to_string(),
        reserved_at: moment(reservation.reserved_at),
        expires_at: reservation.expires_at.map(moment),
        fencing_token: reservation.fencing_token.as_u64(),
        resource_type: reservation.resource_type.to_string(),
        metadata: reservation.metadata.as_deref().map(str::to_owned),
    }
}

fn shown_hold(held: Held<'_>) -> HoldView {
    let steps = held.path.iter().map(ToString::to_string);
    let path: Vec<String> = steps.chain([held.name()]).collect();
    HoldView {
        name: held.name(),
        pool: held.slot.map(|slot| slot.pool.to_string()),
        path: (path.len() > 1).then(|| path.join(" > ")),
        lock_delay_seconds: held.lock_delay.map(Ttl::seconds).map(u64::from),
    }
}

fn shown_waiter(waiter: &overview::Waiter) -> Waiter {
    Waiter {
        requester: waiter.principal.requester.to_string(),
        api_key_label: waiter.label.to_string(),
        resources: waiter.resources.iter().map(ToString::to_string).collect(),
        since: moment(waiter.since),
        until: moment(waiter.until),
    }
}
