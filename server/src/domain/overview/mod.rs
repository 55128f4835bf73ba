//! What an owner sees of his tenant's book: read in one look each, so that everything on a page goes together.

mod reservation;
mod resource;

pub use reservation::{ReservationView, Waiter, reservation, waiting_for};
pub use resource::{
    ResourcePage, ResourceView, SlotState, SlotView, TreePlace, resource, resources,
};
