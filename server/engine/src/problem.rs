use std::{error, fmt};

use crate::{Path, ResourceName};

/// What is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefinitionProblem {
    /// The same name is defined twice in one request.
    Twice,
    /// It has more blockers than it may have.
    TooManyBlockers,
    /// It, or this resource that needs it, would have more blockers than a resource may have when theirs are counted.
    TooManyBlockersInAll(ResourceName),
    /// Blockers lead back to where they start.
    BlockerCycle(ResourceName),
    /// Its path is longer than a tree may be high.
    TooDeep,
    /// A name is in its path twice, or its own is in it.
    OwnAncestor(ResourceName),
    /// This name stands elsewhere in the tree.
    Elsewhere(ResourceName),
    /// This name would be that of a slot and of something else.
    Collision(ResourceName),
    /// The names of its slots would be longer than a name may be.
    SlotNamesTooLong,
}

impl DefinitionProblem {
    /// The most blockers that a definition may name.
    pub const MAX_BLOCKERS: usize = 32;
    /// The most blockers that a resource may have, those of its blockers counted.
    pub const MAX_BLOCKERS_IN_ALL: usize = 64;
}

/// Finishes the sentence "this definition ...".
impl fmt::Display for DefinitionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice => f.write_str("is in the request twice"),
            Self::TooManyBlockers => {
                write!(f, "must name at most {} blockers", Self::MAX_BLOCKERS)
            }
            Self::TooManyBlockersInAll(name) => write!(
                f,
                "would give {name} more than {} blockers in all",
                Self::MAX_BLOCKERS_IN_ALL
            ),
            Self::BlockerCycle(name) => write!(f, "would make {name} its own blocker"),
            Self::TooDeep => write!(f, "must be at most {} levels deep", Path::MAX_LEVELS),
            Self::OwnAncestor(name) => write!(f, "would make {name} its own ancestor"),
            Self::Elsewhere(name) => write!(f, "puts {name} where it is not in the tree"),
            Self::Collision(name) => {
                write!(f, "would make {name} a slot and something else as well")
            }
            Self::SlotNamesTooLong => write!(
                f,
                "would have slots with names of more than {} characters",
                ResourceName::MAX_CHARACTERS
            ),
        }
    }
}

impl error::Error for DefinitionProblem {}
