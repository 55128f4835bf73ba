use std::sync::Arc;

use crate::{
    Capacity, IssuerId, Mode, Path, ReleaseToken, Requester, ResourceName, Revision, Ttl, WaiterId,
};

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
    /// Take several resources together: transaction by transaction, in order. If the grants exceed the tenant's limit,
    /// none of them.
    Transactions(Vec<Transaction>),
    /// Give resources back: item by item, in order.
    Unreserve(Vec<UnreserveItem>),
    /// Hold resources for longer: item by item, in order.
    Renew(Vec<RenewItem>),
    /// Say whether fencing tokens are those of present holders. Changes nothing.
    Verify(Vec<VerifyItem>),
    /// Say what taking resources would come to. Changes nothing.
    Check(Vec<CheckItem>),
    /// Take resources from whoever holds them: item by item, in order.
    ForceRelease(Vec<ForceReleaseItem>),
    /// Define resources: all of them, or none.
    Register(Vec<RegisterItem>),
    /// Forget the definition of a resource.
    Delete(ResourceName),
    /// These requests wait no longer: their clients are gone, or the credentials they came with.
    Leave(Vec<WaiterId>),
    /// Nobody waits any longer: all who do are refused now.
    EndWaits,
    /// Nothing of its own: only announce what has expired, and answer those who have waited long enough.
    Expire,
}

impl Command {
    /// The request that waits, if its answer may take a while.
    #[must_use]
    pub fn waiter(&self) -> Option<WaiterId> {
        let wait = match self {
            Self::Reserve(items) => items.first()?.wait,
            Self::Transactions(transactions) => transactions.first()?.wait,
            _ => None,
        };
        wait.map(|wait| wait.waiter)
    }

    /// Lets it be answered at once, whatever it asked for.
    pub fn answer_at_once(&mut self) {
        match self {
            Self::Reserve(items) => {
                for item in items {
                    item.wait = None;
                }
            }
            Self::Transactions(transactions) => {
                for asked in transactions {
                    asked.wait = None;
                }
            }
            _ => {}
        }
    }
}

/// One resource to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveItem {
    /// Who is to hold it.
    pub requester: Requester,
    /// What to take.
    pub resource: ResourceName,
    /// How to take it.
    pub mode: Mode,
    /// How long to hold it at most. `None`: until it is released.
    pub ttl: Option<Ttl>,
    /// A tag, shown in events.
    pub resource_type: Arc<str>,
    /// The text of a JSON object, as it was sent.
    pub metadata: Option<Arc<str>>,
    /// A fresh token, made by the caller, because deciding draws no random numbers. Used only if the item is granted.
    pub token: ReleaseToken,
    /// To wait for it, if it cannot be had at once. Only for the one item of a command: several are answered at once.
    pub wait: Option<Wait>,
}

/// That a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Which one.
    pub waiter: WaiterId,
    /// For how long at most.
    pub at_most: Ttl,
}

/// Several resources to take together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Shown in the events of its grants.
    pub id: Arc<str>,
    /// What is to become of it when something cannot be had.
    pub method: Method,
    /// The resources, all for the same requester. What their own `wait` says is not looked at.
    pub items: Vec<ReserveItem>,
    /// To wait, if it does not succeed at once. Only for the one transaction of a command, and not with
    /// [`Method::AsManyAsPossible`], which always ends at once.
    pub wait: Option<Wait>,
}

/// What a transaction has to take to succeed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Method {
    /// Everything. If something cannot be had, nothing is taken, not for a moment.
    #[default]
    AllOrNone,
    /// Anything: each for itself.
    AsManyAsPossible,
    /// One: what the requester has already, otherwise the first that is free.
    First,
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

/// One reservation to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewItem {
    /// Who holds it.
    pub requester: Requester,
    /// What is held.
    pub resource: ResourceName,
    /// The token of the grant. `None`: missing or malformed, which is answered like a wrong one.
    pub token: Option<ReleaseToken>,
    /// How long to hold it from now on. `None`: as long as it was last asked for.
    pub ttl: Option<Ttl>,
    /// The longest that its holder may ask for, also by leaving it out: he may have been allowed more before.
    pub at_most: Option<Ttl>,
    /// Whether it may end earlier than it would have.
    pub allow_shorten: bool,
}

/// One fencing token to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyItem {
    /// The resource or slot that is guarded.
    pub resource: ResourceName,
    /// What somebody claims to hold it with.
    pub fencing_token: Revision,
}

/// One resource to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckItem {
    /// Who would take it. `None`: somebody who holds nothing.
    pub requester: Option<Requester>,
    /// What would be taken.
    pub resource: ResourceName,
    /// How it would be taken.
    pub mode: Mode,
}

/// One reservation to end without its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForceReleaseItem {
    /// What was asked for.
    pub resource: ResourceName,
    /// Which grant of it. A newer one is not touched.
    pub fencing_token: Revision,
}

/// One resource to define.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterItem {
    /// Its name.
    pub name: ResourceName,
    /// How many slots it has.
    pub capacity: Capacity,
    /// What is held together with it.
    pub blocks: Vec<ResourceName>,
    /// Its ancestors in a tree.
    pub tree_path: Path,
    /// For how long it stays closed after a hold that ended by expiry or by force.
    pub lock_delay: Option<Ttl>,
}
