//! Who is signed in to the dashboard.

use coop_engine::Time;
use serde::{Deserialize, Serialize};

/// A person as an OpenID provider knows him. Only the pair decides; the rest is for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The provider, or `dev` for the development sign-in.
    pub issuer: String,
    /// The person, unique at the provider.
    pub subject: String,
    /// For display only: it may change hands.
    pub email: Option<String>,
    /// For display only.
    pub name: Option<String>,
}

/// Whose session it is, since when, and from where the sign-in came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The provider.
    pub issuer: String,
    /// The person at the provider.
    pub subject: String,
    /// When the sign-in was.
    pub since: Time,
    /// When the session was last used, give or take a few minutes.
    pub seen: Time,
    /// The client's address at the sign-in.
    pub address: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
}

/// A dashboard session at rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// SHA-256 of the id that the cookie carries: a leaked table opens no session.
    pub id_hash: [u8; 32],
    /// What the session holds, as JSON.
    pub data: String,
    /// When it ends.
    pub expires_at: Time,
    /// Nothing for a sign-in that is under way.
    pub signed_in: Option<SignedIn>,
}
