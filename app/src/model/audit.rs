use super::Moment;
use serde::{Deserialize, Serialize};

/// An entry of a tenant's audit log, in words for people. There is never a secret in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// One more with every entry of the tenant's.
    pub number: i64,
    /// When it was done.
    pub at: Moment,
    /// Who did it.
    pub who: String,
    /// `noun.verb`, such as `api_key.rotate`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The particulars: what each is called, and what it is.
    pub details: Vec<(String, String)>,
    /// From which address.
    pub address: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// The request that did it.
    pub request_id: Option<String>,
}

/// A part of a log, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// The older ones have numbers below this. None at the end.
    pub next: Option<i64>,
}
