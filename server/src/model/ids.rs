//! Identifiers: 62 random bits in the store, a prefix and eleven base62 characters everywhere else.
//!
//! Random, so that an id says nothing about how many tenants there are; an integer, so that the ledger's rows stay small.

use std::fmt;

use coop_engine::IssuerId;

use crate::base62;

/// 62^11 is above 2^65, so every id has exactly this many characters.
const DIGITS: usize = 11;

fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, id: i64) -> fmt::Result {
    let mut text = String::with_capacity(prefix.len() + DIGITS);
    text.push_str(prefix);
    base62::push(&mut text, &id.to_be_bytes(), DIGITS);
    f.write_str(&text)
}

fn read_id(text: &str, prefix: &str) -> Option<i64> {
    let digits = text.strip_prefix(prefix)?;
    if digits.len() == DIGITS {
        base62::parse(digits)
    } else {
        None
    }
}

/// A tenant: the account, the isolation boundary, the unit of ordering. Written `ten_…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(i64);

/// An API key, through all its rotations. Written `key_…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiKeyId(i64);

impl TenantId {
    /// From the store's integer.
    #[must_use]
    pub const fn from_i64(id: i64) -> Self {
        Self(id)
    }

    /// A new one from 64 random bits, of which 62 are used.
    #[must_use]
    pub const fn from_random(bits: u64) -> Self {
        Self((bits >> 2).cast_signed())
    }

    /// The store's integer.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// Reads what [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        read_id(text, "ten_").map(Self)
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, "ten_", self.0)
    }
}

impl ApiKeyId {
    /// From the store's integer.
    #[must_use]
    pub const fn from_i64(id: i64) -> Self {
        Self(id)
    }

    /// A new one from 64 random bits, of which 62 are used.
    #[must_use]
    pub const fn from_random(bits: u64) -> Self {
        Self((bits >> 2).cast_signed())
    }

    /// The store's integer.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// Reads what [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        read_id(text, "key_").map(Self)
    }
}

impl fmt::Display for ApiKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, "key_", self.0)
    }
}

/// A trusted issuer, through all its changes. Written `iss_…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrustedIssuerId(i64);

impl TrustedIssuerId {
    /// From the store's integer.
    #[must_use]
    pub const fn from_i64(id: i64) -> Self {
        Self(id)
    }

    /// A new one from 64 random bits, of which 62 are used.
    #[must_use]
    pub const fn from_random(bits: u64) -> Self {
        Self((bits >> 2).cast_signed())
    }

    /// The store's integer.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// As reservations know it.
    #[must_use]
    pub const fn for_principals(self) -> IssuerId {
        IssuerId::new(self.0)
    }

    /// Reads what [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        read_id(text, "iss_").map(Self)
    }
}

impl fmt::Display for TrustedIssuerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, "iss_", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_wrote() {
        for bits in [0, 4, u64::MAX, 0x1234_5678_9abc_def0] {
            let id = TenantId::from_random(bits);
            assert_eq!(TenantId::parse(&id.to_string()), Some(id));
            let id = TrustedIssuerId::from_random(bits);
            assert_eq!(TrustedIssuerId::parse(&id.to_string()), Some(id));
        }
    }

    #[test]
    fn another_kind_of_id_or_a_damaged_one_is_refused() {
        let id = TenantId::from_random(77).to_string();
        assert_eq!(ApiKeyId::parse(&id), None);
        assert_eq!(TenantId::parse(&id[..id.len() - 1]), None);
        assert_eq!(TenantId::parse(&format!("{id}0")), None);
        assert_eq!(TenantId::parse("ten_zzzzzzzzzzz"), None);
    }
}
