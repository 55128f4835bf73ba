//! View models that travel to the browser. They hold what a page shows, and nothing that it may not show.

mod account;
mod api_key;
mod moment;
mod reservation;

pub use account::Account;
pub use api_key::{ApiKey, KeyList, KeyValue, Refused, Shown, ShownBecause};
pub use moment::Moment;
pub use reservation::{Reservation, ReservationPage};
