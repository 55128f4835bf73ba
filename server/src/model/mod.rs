//! What the service keeps: plain values without I/O.

mod api_key;
mod audit;
mod day;
mod exchange;
mod hour;
mod ids;
mod issuer;
mod session;
mod tenant;
mod text;
mod tier;
mod usage;

pub use api_key::{ApiKey, KeyDigest, KeyState};
pub use audit::{Actor, AuditEntry, By, Deed, StoredAudit};
pub use day::Day;
pub use exchange::{Check, ExchangeFailure, ExchangeHour, StoredToken};
pub use hour::Hour;
pub use ids::{ApiKeyId, TenantId, TrustedIssuerId};
pub use issuer::{IssuerKeys, IssuerSettings, SigningAlgorithm, TrustedIssuer};
pub use session::{Identity, SignedIn, StoredSession};
pub use tenant::Tenant;
pub use text::{Reason, TenantName, UnusableText};
pub use tier::{Allowance, Tier, Tiers, UnknownTier};
pub use usage::{ApiKeyUsage, HourUsage, LimitType, UsageSource};
