use crate::Requester;

/// The number of a trusted issuer of exchanged tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssuerId(i64);

impl IssuerId {
    /// The issuer stored under this number.
    #[must_use]
    pub const fn new(id: i64) -> Self {
        Self(id)
    }

    /// The number to store.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

/// Who holds or asks. Two principals are the same only if issuer and requester are: the requester `w1` of an API key
/// and the subject `w1` of an exchanged token never share a reservation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The trusted issuer of an exchanged token; `None` for API keys.
    pub issuer: Option<IssuerId>,
    /// The requester that a key acts for, or the subject of the token.
    pub requester: Requester,
}

impl Principal {
    /// Whether this is the principal of that issuer and requester.
    #[must_use]
    pub fn is(&self, issuer: Option<IssuerId>, requester: &Requester) -> bool {
        self.issuer == issuer && self.requester == *requester
    }
}
