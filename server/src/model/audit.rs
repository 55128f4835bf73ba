//! Who did something, and what the audit log keeps of it.

use coop_engine::Time;
use serde::{Deserialize, Serialize};

use super::{ApiKeyId, Identity, TenantId};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Actor {
    /// A person who is signed in to the dashboard, with the tenant that is his.
    User {
        /// The provider.
        issuer: String,
        /// The person at the provider.
        subject: String,
        /// For display only.
        email: Option<String>,
    },
    /// A person of the operator's, acting on somebody else's tenant.
    Admin {
        /// The provider.
        issuer: String,
        /// The person at the provider.
        subject: String,
        /// For display only.
        email: Option<String>,
    },
    /// A program with an API key.
    Key {
        /// Which one: its id as it is written.
        id: String,
    },
    /// The bearer of an exchanged token.
    Token {
        /// The trusted issuer's label.
        issuer: String,
        /// Whom the token speaks for.
        subject: String,
    },
    /// Somebody who presented a leaked value and nothing else.
    Finder,
    /// Somebody on the server's command line.
    Operator,
    /// The service itself.
    System,
}

/// Who does something, and from where. Every change of the control plane is handed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// The request that did it: the one that the answer named.
    pub request_id: Option<String>,
    /// The client's address.
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

impl By {
    /// Without a request behind it.
    #[must_use]
    pub const fn local(actor: Actor) -> Self {
        Self {
            actor,
            request_id: None,
            address: None,
            user_agent: None,
        }
    }
}

impl Actor {
    /// A person on his own dashboard.
    #[must_use]
    pub fn user(identity: &Identity) -> Self {
        Self::User {
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            email: identity.email.clone(),
        }
    }

    /// A person of the operator's.
    #[must_use]
    pub fn admin(identity: &Identity) -> Self {
        Self::Admin {
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            email: identity.email.clone(),
        }
    }

    /// A name for display: an e-mail address where there is one.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::User { subject, email, .. } => email.as_ref().unwrap_or(subject).clone(),
            Self::Admin { subject, email, .. } => {
                format!("{} (admin)", email.as_ref().unwrap_or(subject))
            }
            Self::Key { id } => id.clone(),
            Self::Token { issuer, subject } => format!("{subject} ({issuer})"),
            Self::Finder => "whoever found the value".to_owned(),
            Self::Operator => "the command line".to_owned(),
            Self::System => "Coop Locker".to_owned(),
        }
    }

    /// A program.
    #[must_use]
    pub fn key(id: ApiKeyId) -> Self {
        Self::Key { id: id.to_string() }
    }
}

/// One thing that was done, in the words of the log.
///
/// `action` is `noun.verb`, such as `api_key.rotate`; `subject` names what it was done to; `detail` says what it was before
/// and is now. There is never a secret in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deed {
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The particulars, an object; null when there are none.
    pub detail: serde_json::Value,
}

impl Deed {
    /// A deed with particulars.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "subjects are ids, which are copied, so no caller has to borrow"
    )]
    pub fn new(action: &str, subject: impl ToString, detail: serde_json::Value) -> Self {
        Self {
            action: action.to_owned(),
            subject: subject.to_string(),
            detail,
        }
    }
}

/// A row of the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Whose log it is in.
    pub tenant: TenantId,
    /// One more with every entry of the tenant's, from 1.
    pub number: i64,
    /// When it was done.
    pub at: Time,
    /// Who did it.
    pub by: By,
    /// What was done.
    pub deed: Deed,
}

/// A row as it is stored: the text that was hashed, and the hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAudit {
    /// The entry's number.
    pub number: i64,
    /// When it was done.
    pub at: Time,
    /// The entry as JSON.
    pub entry: String,
    /// SHA-256 over the hash of the entry before and this one's number, time and text.
    pub hash: Vec<u8>,
}
