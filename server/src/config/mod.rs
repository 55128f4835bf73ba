//! Settings: embedded defaults < file < environment < flags.

mod check;
mod load;
mod networks;
mod settings;
mod tiers;

pub use check::{describe, warnings};
pub use load::{Overrides, load};
pub use networks::PrivateNetworks;
pub use settings::{ConfigError, DatabaseUrl, GoogleClient, LogFormat, Settings};
pub use tiers::{default_tiers, read_tiers};
