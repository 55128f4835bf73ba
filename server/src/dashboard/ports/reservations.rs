//! What is reserved.

use app::{
    error::AppError,
    model::{Reservation, ReservationPage},
    ports::ReservationsPort,
};
use async_trait::async_trait;

use super::moment;
use crate::{
    dashboard::asker::{Asker, of_domain},
    domain::{
        account,
        reservations::{self, ReservationFilter},
    },
};

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
}

fn shown(reservation: &coop_engine::Reservation) -> Reservation {
    Reservation {
        resource: reservation.resource.as_str().to_owned(),
        requester: Some(reservation.principal.requester.as_str().to_owned()),
        api_key_label: reservation.label.to_string(),
        reserved_at: moment(reservation.reserved_at),
        expires_at: reservation.expires_at.map(moment),
        fencing_token: reservation.fencing_token.as_u64(),
        resource_type: reservation.resource_type.to_string(),
        metadata: reservation.metadata.as_deref().map(str::to_owned),
    }
}
