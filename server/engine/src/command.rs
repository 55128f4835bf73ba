use std::sync::Arc;

use crate::{IssuerId, ReleaseToken, Requester, ResourceName, Ttl};

/// With which credential a command came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The trusted issuer of an exchanged token; `None` for an API key.
    pub issuer: Option<IssuerId>,
    /// The label of the key or of the issuer at the time of the request. Events keep it.
    pub label: Arc<str>,
}

/// What a tenant's book is asked to do. All items of one command are decided at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Take resources: item by item, in order. If the grants exceed the tenant's limit, none of them.
    Reserve(Vec<ReserveItem>),
    /// Give resources back: item by item, in order.
    Unreserve(Vec<UnreserveItem>),
    /// Nothing of its own: only announce reservations that have expired.
    Expire,
}

/// One resource to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveItem {
    /// Who is to hold it.
    pub requester: Requester,
    /// What to take.
    pub resource: ResourceName,
    /// How long to hold it at most. `None`: until it is released.
    pub ttl: Option<Ttl>,
    /// A tag, shown in events.
    pub resource_type: Arc<str>,
    /// The text of a JSON object, as it was sent.
    pub metadata: Option<Arc<str>>,
    /// A fresh token, made by the caller, because deciding draws no random numbers. Used only if the item is granted.
    pub token: ReleaseToken,
}

/// One resource to give back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreserveItem {
    /// Who holds it.
    pub requester: Requester,
    /// What to give back.
    pub resource: ResourceName,
    /// The token of the grant. `None`: missing or malformed, which is answered like a wrong one.
    pub token: Option<ReleaseToken>,
}
