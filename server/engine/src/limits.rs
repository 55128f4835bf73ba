/// What bounds a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many reservations the tenant may hold at once. `None`: any number. A limit below what is held takes
    /// nothing away; it only refuses more.
    pub active_reservations: Option<u64>,
    /// How many of them one principal may hold at once, likewise. It bounds the end users of a tenant's product.
    pub of_one_principal: Option<u64>,
    /// How many due reservations one decision expires beyond those that the command touches, so that a million
    /// deadlines at one moment do not make one answer wait for all of them.
    pub expirations: usize,
}
