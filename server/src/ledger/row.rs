//! What a commit changes, as the commit log keeps it and the tables get it.

use serde::{Deserialize, Serialize};

/// One change, in the order of the decisions.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Row<'a> {
    /// A reservation begins.
    #[serde(borrow)]
    Begin(Begin<'a>),
    /// A reservation ends.
    End {
        tenant: i64,
        resource: &'a str,
        fencing_token: u64,
    },
    /// A reservation gets another end.
    Renew {
        tenant: i64,
        resource: &'a str,
        fencing_token: u64,
        expires_at: Option<i64>,
        ttl_seconds: Option<u32>,
    },
    /// What is written as it comes.
    Plain(#[serde(borrow)] Plain<'a>),
    /// How a tenant's book is afterwards.
    Book(Book),
}

/// A change that the tables get as it is, in the order of the decisions: the same name may be written several times.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Plain<'a> {
    /// A resource has a definition.
    Define {
        tenant: i64,
        name: &'a str,
        capacity: u16,
        most: u16,
        blocks: &'a str,
        tree_path: &'a str,
        lock_delay_seconds: Option<u32>,
    },
    /// It has none any more.
    Undefine { tenant: i64, name: &'a str },
    /// A lock delay begins.
    Close {
        tenant: i64,
        node: &'a str,
        path: &'a str,
        until: i64,
    },
    /// It ends.
    Open { tenant: i64, node: &'a str },
    /// Somebody did something that the audit log tells.
    Audit {
        tenant: i64,
        at: i64,
        entry: &'a str,
    },
    /// What the commit brought a tenant.
    Events {
        tenant: i64,
        revision: u64,
        at: i64,
        data: &'a str,
    },
}

/// A reservation.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Begin<'a> {
    pub(super) tenant: i64,
    pub(super) resource: &'a str,
    pub(super) fencing_token: u64,
    pub(super) requester: &'a str,
    pub(super) release_token: [u8; 16],
    pub(super) reserved_at: i64,
    pub(super) expires_at: Option<i64>,
    pub(super) ttl_seconds: Option<u32>,
    pub(super) api_key_label: &'a str,
    pub(super) resource_type: &'a str,
    pub(super) metadata: Option<&'a str>,
    pub(super) issuer_id: Option<i64>,
    pub(super) mode: i64,
    pub(super) holds: Option<&'a str>,
}

/// A tenant's book, and its operations of the day.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Book {
    pub(super) tenant: i64,
    pub(super) revision: u64,
    pub(super) last_now: i64,
    pub(super) next_deadline: Option<i64>,
    pub(super) active: u64,
    pub(super) day: u32,
    pub(super) operations: u64,
}
