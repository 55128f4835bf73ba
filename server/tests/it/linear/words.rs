//! What clients ask and are told, as api.md has it, without the transport. Names and requesters are numbers here.

use std::sync::Arc;

use coop_engine::{Method, Mode};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    Reserve {
        who: usize,
        what: usize,
        mode: Mode,
        ttl: Option<u32>,
    },
    Unreserve {
        who: usize,
        what: usize,
        release: Arc<str>,
    },
    Renew {
        who: usize,
        what: usize,
        release: Arc<str>,
        ttl: u32,
        shorten: bool,
    },
    Verify {
        what: usize,
        token: u64,
    },
    Transaction {
        who: usize,
        what: Vec<usize>,
        method: Method,
    },
    List,
}

/// What a holder has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub token: u64,
    pub release: Arc<str>,
    /// Milliseconds of the server's time, rounded down, like all times here.
    pub reserved_at: i64,
    pub expires_at: Option<i64>,
    pub mode: Mode,
    /// Of a pool.
    pub slot: Option<u16>,
}

/// What became of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reserved {
    Acquired(Grant),
    AlreadyHad(Grant),
    /// By whom, and with which fencing token.
    AlreadyHeld(usize, u64),
    NotAvailable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreserved {
    Relinquished,
    NotReserved,
    DoesntOwn,
    InvalidToken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    Until(Option<i64>),
    Lost,
    DoesntOwn,
    InvalidToken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    Current,
    Stale,
    Unknown,
}

/// A row of the list: what, who, fencing token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(pub usize, pub usize, pub u64);

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Reserve(Reserved),
    Unreserve(Unreserved),
    Renew(Renewed),
    Verify(Verified),
    Transaction {
        success: bool,
        /// By name.
        reserved: Vec<(usize, Reserved)>,
        unavailable: Vec<(usize, Reserved)>,
    },
    List(Vec<Row>),
}

/// A request with the time around it, as its client read the clock: what was not answered may happen at any time after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub ask: Ask,
    pub asked_at: i64,
    pub answered_at: i64,
}

/// The names of a window, and what they mean on the wire. Every window has names of its own, so its history begins with
/// everything free.
#[derive(Clone, Debug)]
pub struct Names {
    pub prefix: String,
    /// The capacity of each; above 1 it is a pool.
    pub capacities: Arc<[u16]>,
}

impl Names {
    pub fn name(&self, what: usize) -> String {
        format!("{}-{what}", self.prefix)
    }

    pub fn read_name(&self, text: &str) -> usize {
        let number = text.strip_prefix(&self.prefix);
        let number = number.and_then(|rest| rest.strip_prefix('-')?.parse().ok());
        number.unwrap_or_else(|| panic!("{text} is none of this window's"))
    }
}

pub fn requester(who: usize) -> String {
    format!("w{who}")
}

pub fn read_requester(text: &str) -> usize {
    let number = text
        .strip_prefix('w')
        .and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("{text} is no requester of these tests"))
}
