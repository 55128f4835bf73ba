//! View models that travel to the browser. They hold what a page shows, and nothing that it may not show.

mod account;
mod api_key;
mod audit;
mod issuer;
mod moment;
mod reservation;
mod settings;
mod tenant;

pub use account::{Account, Suspension};
pub use api_key::{
    ApiKey, KeyList, KeyUsage, KeyValue, Refused, Shown, ShownBecause, Use, UsedKey,
};
pub use audit::{AuditEntry, AuditPage};
pub use issuer::{Issuer, IssuerFailure, IssuerHour, Issuers, Trial, Verdict};
pub use moment::Moment;
pub use reservation::{Reservation, ReservationPage};
pub use settings::{Session, Settings};
pub use tenant::{Tenant, TenantPage, TenantQuery, TenantView};
