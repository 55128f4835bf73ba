/// How a resource is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// By one principal.
    #[default]
    Exclusive,
    /// By any number of principals, as long as each of them takes it shared.
    Shared,
}

impl Mode {
    /// Every mode there is.
    pub const ALL: [Self; 2] = [Self::Exclusive, Self::Shared];

    /// The name on the wire and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exclusive => "exclusive",
            Self::Shared => "shared",
        }
    }

    /// Whether two principals cannot hold the same thing in these modes.
    #[must_use]
    pub const fn excludes(self, other: Self) -> bool {
        matches!(self, Self::Exclusive) || matches!(other, Self::Exclusive)
    }
}

#[cfg(test)]
mod tests {
    use super::Mode;

    #[test]
    fn only_shared_goes_with_shared() {
        let [exclusive, shared] = Mode::ALL;
        assert!(!shared.excludes(shared));
        assert!(exclusive.excludes(shared) && shared.excludes(exclusive));
        assert!(exclusive.excludes(exclusive));
        assert_eq!(
            [exclusive.as_str(), shared.as_str()],
            ["exclusive", "shared"]
        );
    }
}
