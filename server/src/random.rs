//! The one source of randomness: the operating system's generator.

/// `N` random bytes, good enough for keys.
///
/// # Panics
/// When the operating system has no randomness to give. Nothing that could be answered then would be safe.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the module that everybody else has to ask"
    )]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// 64 random bits.
#[must_use]
pub fn u64() -> u64 {
    u64::from_le_bytes(bytes())
}
