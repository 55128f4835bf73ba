//! What is held and what may be.

use super::NOW;
use crate::{
    error::AppError,
    model::{
        HoldView, Holder, Moment, Reservation, ReservationList, ReservationPage, ReservationQuery,
        ReservationView, Resource, ResourcePage, ResourceSlot, SlotState, TreePlace, Waiter,
    },
    ports::{ReservationsPort, ResourcesPort},
};
use async_trait::async_trait;

/// Held by `<b>worker</b>` for two minutes, for another 40 seconds.
pub(crate) fn reservation() -> Reservation {
    Reservation {
        resource: "printer".into(),
        requester: Some("<b>worker</b>".into()),
        is_shared: false,
        api_key_label: "default".into(),
        reserved_at: Moment(NOW.0 - 120_000_000),
        expires_at: Some(Moment(NOW.0 + 40_000_000)),
        fencing_token: 41,
        resource_type: "UserDefined".into(),
        metadata: None,
    }
}

/// The given reservations.
pub(crate) struct FakeReservations(pub Vec<Reservation>);

#[async_trait]
impl ReservationsPort for FakeReservations {
    async fn active(&self, limit: u32) -> Result<ReservationPage, AppError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(ReservationPage {
            reservations: self.0.iter().take(limit).cloned().collect(),
            active: self.0.len() as u64,
            more: self.0.len() > limit,
        })
    }

    /// Two wait for each. The prefix `far` is looked for in more than one look goes through.
    async fn list(&self, query: &ReservationQuery) -> Result<ReservationList, AppError> {
        let mut list = ReservationList {
            reservations: self.0.iter().cloned().map(|one| (one, 2)).collect(),
            next: None,
        };
        if query.requester == "nobody" || query.prefix == "far" {
            list.reservations.clear();
        }
        if query.prefix == "far" || query.label == "default" {
            list.next = Some("c/2".into());
        }
        Ok(list)
    }

    async fn find(&self, resource: &str, fencing_token: u64) -> Result<ReservationView, AppError> {
        let is_it =
            |one: &&Reservation| one.resource == resource && one.fencing_token == fencing_token;
        let reservation = self.0.iter().find(is_it).cloned();
        let hold = |name: &str, pool: Option<&str>| HoldView {
            name: name.into(),
            pool: pool.map(str::to_owned),
            path: Some(format!("Office > {name}")),
            lock_delay_seconds: Some(30),
        };
        let waiter = |requester: &str| Waiter {
            requester: requester.into(),
            api_key_label: "default".into(),
            resources: vec!["printer".into(), "paper".into()],
            since: Moment(NOW.0 - 5_000_000),
            until: Moment(NOW.0 + 20_000_000),
        };
        Ok(ReservationView {
            reservation: reservation.ok_or(AppError::NotFound)?,
            by_token: false,
            holds: vec![hold("printer_0", Some("printer")), hold("<i>stapler", None)],
            queue: vec![waiter("<b>next"), waiter("last")],
        })
    }
}

/// A pool of three slots and one that drains, with a blocker and a place in the tree.
pub(crate) fn resource() -> Resource {
    let slot = |index: usize, state: SlotState| ResourceSlot {
        name: format!("<i>Printer_{index}"),
        state,
        holder: matches!(state, SlotState::Held | SlotState::Draining).then(|| Holder {
            requester: "worker-1".into(),
            resource: "<i>Printer".into(),
            fencing_token: 41,
        }),
        until: (state == SlotState::Closed).then_some(Moment(NOW.0 + 10_000_000)),
    };
    let states = [
        SlotState::Held,
        SlotState::Free,
        SlotState::Closed,
        SlotState::Draining,
    ];
    Resource {
        name: "<i>Printer".into(),
        capacity: 3,
        blocks: ["a", "b", "c", "d"].map(str::to_owned).into(),
        tree_path: vec!["Company".into(), "Office".into()],
        lock_delay_seconds: Some(10),
        counts: [1; 4],
        slots: states
            .into_iter()
            .enumerate()
            .map(|(index, state)| slot(index, state))
            .collect(),
    }
}

/// The given resources, and whether names have to be registered.
pub(crate) struct FakeResources(pub Vec<Resource>, pub bool);

#[async_trait]
impl ResourcesPort for FakeResources {
    async fn list(&self, after: &str) -> Result<ResourcePage, AppError> {
        let place = |path: &[&str], is_registered, is_held| TreePlace {
            path: path.iter().map(|&name| name.to_owned()).collect(),
            is_registered,
            is_held,
        };
        let is_empty = self.0.is_empty() || !after.is_empty();
        let tree = [
            place(&["Company"], false, false),
            place(&["Company", "Office"], true, false),
            place(&["Company", "Office", "<i>Printer"], true, true),
            place(&["Company", "Yard"], true, false),
        ];
        Ok(ResourcePage {
            resources: if is_empty { vec![] } else { self.0.clone() },
            count: self.0.len() as u64,
            limit: Some(500),
            next: (!is_empty).then(|| "<i>Printer".into()),
            tree: if is_empty { vec![] } else { tree.into() },
            is_tree_cut: false,
            requires_registration: self.1,
        })
    }

    async fn find(&self, name: &str) -> Result<Resource, AppError> {
        let found = self.0.iter().find(|one| one.name == name);
        found.cloned().ok_or(AppError::NotFound)
    }
}
