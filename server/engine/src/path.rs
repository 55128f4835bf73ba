use std::sync::Arc;

use crate::ResourceName;

/// The ancestors of a place in a tree, the topmost first, without the place itself. Cheap to clone, and nothing at all
/// for what is in no tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Option<Arc<[ResourceName]>>);

impl Path {
    /// The most levels that a tree may have, the place itself included.
    pub const MAX_LEVELS: usize = 16;

    /// From the ancestors, the topmost first.
    #[must_use]
    pub fn new(ancestors: Vec<ResourceName>) -> Self {
        Self((!ancestors.is_empty()).then(|| Arc::from(ancestors)))
    }

    /// The ancestors, the topmost first.
    #[must_use]
    pub fn names(&self) -> &[ResourceName] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether this is one of the ancestors.
    #[must_use]
    pub fn contains(&self, name: &ResourceName) -> bool {
        self.names().contains(name)
    }
}
