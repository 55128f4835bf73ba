use std::{fmt, sync::Arc};

use crate::{Path, ResourceName, Ttl};

/// One thing that a reservation keeps from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What is compared with what others hold: the resource's name, or that of the slot. A pool's first slot goes by
    /// the pool's own name, so that a resource may become a pool while it is held.
    pub node: ResourceName,
    /// Of which pool it is a slot; `None`: it is no slot.
    pub slot: Option<Slot>,
    /// Where in a tree it stood when it was granted. It cannot be moved while it is held.
    pub path: Path,
    /// For how long it stays closed when it ends by expiry or by force, as it was defined at the grant.
    pub lock_delay: Option<Ttl>,
}

/// One unit of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The pool.
    pub pool: ResourceName,
    /// The number of the unit, from 0 on.
    pub index: u16,
}

/// The name that callers know it by: `Printer_0`.
impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.pool, self.index)
    }
}

/// What a reservation holds: most often the resource it is of and nothing else, which takes no memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holds(Option<Arc<[Hold]>>);

impl Holds {
    /// Only the resource itself, which has no definition.
    pub const PLAIN: Self = Self(None);

    /// The holds, what the reservation is of first. Without any: [`Holds::PLAIN`].
    #[must_use]
    pub fn new(holds: Vec<Hold>) -> Self {
        Self((!holds.is_empty()).then(|| Arc::from(holds)))
    }

    /// The holds of something that is defined; empty for [`Holds::PLAIN`].
    #[must_use]
    pub fn as_slice(&self) -> &[Hold] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether it is only the resource itself.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.0.is_none()
    }
}

/// A hold as it is looked at, the plain one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held<'a> {
    /// See [`Hold::node`].
    pub node: &'a ResourceName,
    /// See [`Hold::slot`].
    pub slot: Option<&'a Slot>,
    /// The ancestors, the topmost first.
    pub path: &'a [ResourceName],
    /// See [`Hold::lock_delay`].
    pub lock_delay: Option<Ttl>,
}

impl Held<'_> {
    /// The name that callers know it by.
    #[must_use]
    pub fn name(&self) -> String {
        self.slot
            .map_or_else(|| self.node.to_string(), ToString::to_string)
    }
}

impl<'a> From<&'a Hold> for Held<'a> {
    fn from(hold: &'a Hold) -> Self {
        Self {
            node: &hold.node,
            slot: hold.slot.as_ref(),
            path: hold.path.names(),
            lock_delay: hold.lock_delay,
        }
    }
}
