use super::Moment;
use serde::{Deserialize, Serialize};

/// What a person may change of his tenant, and what there is to know of him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Whether the values of keys are kept, encrypted, to be revealed.
    pub keeps_values: bool,
    /// Whether names without a definition cannot be reserved.
    pub requires_registration: bool,
    /// His provider.
    pub issuer: String,
    /// What he is called there.
    pub subject: String,
    /// Where he is signed in, the one used last first.
    pub sessions: Vec<Session>,
}

/// One sign-in of a person that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Names it among his; opens nothing.
    pub id: String,
    /// When he signed in.
    pub since: Moment,
    /// When it was last used, give or take a few minutes.
    pub seen: Moment,
    /// From which address the sign-in came.
    pub address: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// The one that asks.
    pub is_this: bool,
}
