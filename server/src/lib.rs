//! Coop Locker.
