/// What bounds a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many reservations the tenant may hold at once, those counted that somebody waits for. `None`: any number. A
    /// limit below what is held takes nothing away; it only refuses more. The tenant may have as many definitions.
    pub active_reservations: Option<u64>,
    /// How many of them one principal may hold at once, likewise. It bounds the end users of a tenant's product.
    pub of_one_principal: Option<u64>,
    /// How many due reservations one decision expires beyond those that the command touches, so that a million
    /// deadlines at one moment do not make one answer wait for all of them.
    pub expirations: usize,
    /// Whether only what is registered may be taken.
    pub requires_registration: bool,
}

impl Limits {
    /// The most requests of a tenant that may wait at once.
    pub const WAITERS: usize = 1_000;
}
