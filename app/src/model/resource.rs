use super::Moment;

/// What a slot of a resource is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotState {
    /// Nobody holds it.
    Free,
    /// Somebody holds it.
    Held,
    /// Somebody holds it, and it is not given out again: the capacity has been lowered.
    Draining,
    /// Nobody gets it until its lock delay is over.
    Closed,
}

impl SlotState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Free, Self::Held, Self::Draining, Self::Closed];

    /// In a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Held => "held",
            Self::Draining => "draining",
            Self::Closed => "closed",
        }
    }
}

/// One unit of a resource; what is no pool has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceSlot {
    /// The name that callers know it by.
    pub name: String,
    /// What it is doing.
    pub state: SlotState,
    /// Who holds it, and by which grant of which name. Of several who share it, the one that ends first.
    pub holder: Option<Holder>,
    /// When it is held no longer, or open again; none: nobody knows.
    pub until: Option<Moment>,
}

/// Who holds a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub requester: String,
    /// What he reserved: the slot's pool, or something that it blocks.
    pub resource: String,
    /// The revision of the grant.
    pub fencing_token: u64,
}

/// What a tenant has said about a resource, and how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name.
    pub name: String,
    /// How many slots may be held at once.
    pub capacity: u16,
    /// What is held together with it.
    pub blocks: Vec<String>,
    /// Its ancestors in a tree, the topmost first.
    pub tree_path: Vec<String>,
    /// For how long it stays closed after a hold that ended by expiry or by force, in seconds.
    pub lock_delay_seconds: Option<u64>,
    /// How many slots are in each state, in the order of [`SlotState::ALL`].
    pub counts: [usize; 4],
    /// The slots, or the first of many.
    pub slots: Vec<ResourceSlot>,
}

impl Resource {
    /// How many slots are in this state.
    #[must_use]
    pub const fn count(&self, state: SlotState) -> usize {
        self.counts[state as usize]
    }
}

/// A name that stands in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreePlace {
    /// Its ancestors, the topmost first, and itself.
    pub path: Vec<String>,
    /// Whether it has a definition; else it is there because of what stands below it.
    pub is_registered: bool,
    /// Whether it is held itself, whole or in part.
    pub is_held: bool,
}

/// A part of a tenant's definitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourcePage {
    /// By name.
    pub resources: Vec<Resource>,
    /// How many there are in all.
    pub count: u64,
    /// How many there may be; none: unlimited.
    pub limit: Option<u64>,
    /// The name after which the next page begins; none at the end.
    pub next: Option<String>,
    /// The tree, each place after the one above it.
    pub tree: Vec<TreePlace>,
    /// Whether there is more of the tree than that.
    pub is_tree_cut: bool,
    /// Whether names without a definition cannot be reserved.
    pub requires_registration: bool,
}
