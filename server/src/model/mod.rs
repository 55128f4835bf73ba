//! What the service keeps: plain values without I/O.

mod api_key;
mod audit;
mod exchange;
mod ids;
mod issuer;
mod session;
mod tenant;
mod text;
mod tier;

pub use api_key::{ApiKey, KeyDigest, KeyState};
pub use audit::{Actor, AuditEntry, By, Deed, StoredAudit};
pub use exchange::{Check, ExchangeFailure, ExchangeHour, StoredToken};
pub use ids::{ApiKeyId, TenantId, TrustedIssuerId};
pub use issuer::{IssuerKeys, IssuerSettings, SigningAlgorithm, TrustedIssuer};
pub use session::{Identity, SignedIn, StoredSession};
pub use tenant::Tenant;
pub use text::{Reason, TenantName, UnusableText};
pub use tier::{Allowance, Tier, Tiers, UnknownTier};
