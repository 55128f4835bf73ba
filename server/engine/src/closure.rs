use crate::{Path, ResourceName, Time};

/// A lock delay that runs: nobody gets the resource, because whoever lost it may not know yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// What is closed, see [`Hold::node`](crate::Hold::node).
    pub node: ResourceName,
    /// Where it stood in a tree when it was held.
    pub path: Path,
    /// From this moment on it is open again.
    pub until: Time,
}
