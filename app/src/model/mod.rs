//! View models that travel to the browser. They hold what a page shows, and nothing that it may not show.

mod account;
mod api_key;
mod audit;
mod event;
mod issuer;
mod moment;
mod refused_form;
mod reservation;
mod resource;
mod settings;
mod tenant;
mod usage;

pub use account::{Account, Suspension};
pub use api_key::{
    ApiKey, KeyList, KeyUsage, KeyValue, Refused, Shown, ShownBecause, Use, UsedKey,
};
pub use audit::{AuditEntry, AuditPage};
pub use event::{EVENT_KINDS, Event, EventPage, EventPlace, EventQuery, FirstSteps};
pub use issuer::{Issuer, IssuerFailure, IssuerHour, Issuers, Trial, Verdict};
pub use moment::Moment;
pub use refused_form::RefusedForm;
pub use reservation::{
    HoldView, Reservation, ReservationList, ReservationPage, ReservationQuery, ReservationView,
    Waiter,
};
pub use resource::{Holder, Resource, ResourcePage, ResourceSlot, SlotState, TreePlace};
pub use settings::{Session, Settings};
pub use tenant::{Tenant, TenantPage, TenantQuery, TenantView};
pub use usage::{Demand, HourUsage, Lengths, Limit, ResourceUse, Usage, UsageRange};
