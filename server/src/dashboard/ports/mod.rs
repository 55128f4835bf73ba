//! What the pages need done, done through the domain, in the name of whoever is signed in.

mod account;
mod admin;
mod api_keys;
mod audit;
mod events;
mod issuers;
mod reservations;
mod resources;
mod settings;
mod usage;

pub(super) use events::event_filter;

use app::model::Moment;
use coop_engine::Time;

const fn moment(time: Time) -> Moment {
    Moment(time.as_micros())
}
