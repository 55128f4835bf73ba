//! Keys at rest: what they look like, how they are found by hash and how they are encrypted.

mod master;
mod ring;
mod value;

pub use master::{MasterKey, MasterKeyError, hex};
pub use ring::{DataKey, Keyring, SealError, WrappedKey, sha256};
pub use value::{
    ALPHABET, API_KEY_PREFIX, CHECKSUM_LENGTH, KeyText, Malformed, RANDOM_LENGTH, TOKEN_PREFIX,
};
