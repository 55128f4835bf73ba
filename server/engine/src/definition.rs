use std::{error, fmt, sync::Arc};

use crate::{Path, ResourceName, Ttl};

/// How many principals may hold a resource at once, each one slot of it: 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Capacity(u16);

impl Capacity {
    /// What a resource has without a definition.
    pub const ONE: Self = Self(1);
    /// The most slots.
    pub const MAX: u16 = 1_000;

    /// Takes a number of any integer type.
    ///
    /// # Errors
    /// If it is not within 1 to [`Capacity::MAX`].
    pub fn parse(number: impl TryInto<u16>) -> Result<Self, CapacityError> {
        match number.try_into() {
            Ok(number) if (1..=Self::MAX).contains(&number) => Ok(Self(number)),
            _ => Err(CapacityError),
        }
    }

    /// The number of slots.
    #[must_use]
    pub const fn slots(self) -> u16 {
        self.0
    }
}

/// A capacity that is out of range. `Display` finishes the sentence "this number ...".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapacityError;

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let max = Capacity::MAX;
        write!(f, "must be a whole number from 1 to {max}")
    }
}

impl error::Error for CapacityError {}

/// What a tenant has said about a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The resource.
    pub name: ResourceName,
    /// How many slots may be held at once.
    pub capacity: Capacity,
    /// The greatest capacity since it was registered. Slots beyond the present capacity may still be held, and their
    /// names stay the pool's: they are not given out again.
    pub most: Capacity,
    /// What is held together with it.
    pub blocks: Arc<[ResourceName]>,
    /// Where it stands in a tree. Without ancestors it says nothing about a tree; it may still stand where the paths of
    /// others put it.
    pub tree_path: Path,
    /// For how long it stays closed after a hold that ended by expiry or by force.
    pub lock_delay: Option<Ttl>,
}

impl Definition {
    /// Whether more than one may hold it.
    #[must_use]
    pub fn is_pool(&self) -> bool {
        self.capacity > Capacity::ONE
    }

    /// The name under which a slot is held: the first by the pool's own, the others by theirs. `None` when it is too
    /// long to be a name, which registering makes sure of.
    #[must_use]
    pub fn node(&self, index: u16) -> Option<ResourceName> {
        if index == 0 {
            return Some(self.name.clone());
        }
        slot_name(&self.name, index)
    }
}

/// The name that callers know a slot by.
#[must_use]
pub(crate) fn slot_name(pool: &ResourceName, index: u16) -> Option<ResourceName> {
    ResourceName::parse(&format!("{pool}_{index}")).ok()
}

/// Reads a name as that of a slot: the pool and the number of the slot, written as it is written by [`slot_name`].
#[must_use]
pub(crate) fn read_slot(name: &str) -> Option<(&str, u16)> {
    let (pool, number) = name.rsplit_once('_')?;
    let is_canonical = number == "0" || !number.starts_with(['0', '+']);
    let index = number.parse().ok().filter(|_| is_canonical)?;
    (index < Capacity::MAX).then_some((pool, index))
}

#[cfg(test)]
mod tests {
    use super::{Capacity, CapacityError, read_slot};

    #[test]
    fn a_capacity_is_1_to_1000() {
        assert_eq!(Capacity::parse(1), Ok(Capacity::ONE));
        assert_eq!(Capacity::parse(1000).map(Capacity::slots), Ok(1000));
        for wrong in [0, 1001, -1, i64::MAX] {
            assert_eq!(Capacity::parse(wrong), Err(CapacityError));
        }
    }

    #[test]
    fn a_slot_has_one_name_and_no_other() {
        assert_eq!(read_slot("Printer_0"), Some(("Printer", 0)));
        assert_eq!(read_slot("a_b_999"), Some(("a_b", 999)));
        for other in [
            "Printer", "P_", "P_00", "P_01", "P_+1", "P_-1", "P_1000", "P_x",
        ] {
            assert_eq!(read_slot(other), None, "{other}");
        }
    }
}
