//! What the master key is used for.
//!
//! Look-up: HMAC-SHA-256 of the value under a pepper. Reveal: AES-256-GCM under a key of the tenant's, which is itself
//! wrapped by the master key. Every ciphertext is bound to whose it is, so that rows cannot be swapped.

use aes_gcm::{
    Aes256Gcm, Key, KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use super::{KeyText, MasterKey};
use crate::{
    model::{ApiKeyId, KeyDigest, TenantId},
    random,
};

const NONCE_LENGTH: usize = 12;

/// A ciphertext that this keyring did not make, or not for this row.
#[derive(Debug, thiserror::Error)]
#[error("a stored secret does not open with this master key")]
pub struct SealError;

/// The keys derived from the master key.
#[derive(Clone)]
pub struct Keyring {
    /// The keyed state, so that a look-up does not hash the pepper again.
    pepper: Hmac<Sha256>,
    wrapping: Aes256Gcm,
    fingerprint: [u8; 32],
}

/// A tenant's own encryption key.
pub struct DataKey(Aes256Gcm);

/// A [`DataKey`] as the store keeps it.
#[derive(Clone)]
pub struct WrappedKey(pub Vec<u8>);

impl Keyring {
    /// The pepper that new digests are made with.
    pub const PEPPER_VERSION: i64 = 1;

    /// Derives all keys.
    #[must_use]
    pub fn new(master: &MasterKey) -> Self {
        Self {
            pepper: keyed(&master.derive("pepper 1")),
            wrapping: Aes256Gcm::new(&Key::<Aes256Gcm>::from(master.derive("wrapping 1"))),
            fingerprint: master.derive("fingerprint"),
        }
    }

    /// Tells whether a database was made with this master key; says nothing about the key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        super::master::hex(&self.fingerprint[..16])
    }

    /// The hash by which a value is found.
    #[must_use]
    pub fn digest(&self, value: &KeyText) -> KeyDigest {
        let mut mac = self.pepper.clone();
        mac.update(value.expose().as_bytes());
        KeyDigest(mac.finalize().into_bytes().into())
    }

    /// A new key for a tenant.
    ///
    /// # Errors
    /// Never in practice: encryption of 32 bytes.
    pub fn new_data_key(&self, tenant: TenantId) -> Result<(DataKey, WrappedKey), SealError> {
        let key = random::bytes::<32>();
        let wrapped = seal(&self.wrapping, &key, &tenant_aad(tenant))?;
        Ok((
            DataKey(Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))),
            WrappedKey(wrapped),
        ))
    }

    /// Opens a tenant's key.
    ///
    /// # Errors
    /// [`SealError`] under another master key or for another tenant.
    pub fn unwrap(&self, tenant: TenantId, wrapped: &WrappedKey) -> Result<DataKey, SealError> {
        let key = open(&self.wrapping, &wrapped.0, &tenant_aad(tenant))?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| SealError)?;
        Ok(DataKey(Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))))
    }
}

impl DataKey {
    /// Encrypts a key's value for its row.
    ///
    /// # Errors
    /// Never in practice: encryption of 57 bytes.
    pub fn seal(
        &self,
        value: &KeyText,
        tenant: TenantId,
        id: ApiKeyId,
        version: i64,
    ) -> Result<Vec<u8>, SealError> {
        seal(
            &self.0,
            value.expose().as_bytes(),
            &key_aad(tenant, id, version),
        )
    }

    /// Decrypts it.
    ///
    /// # Errors
    /// [`SealError`] when the ciphertext belongs to another tenant, key or version.
    pub fn open(
        &self,
        sealed: &[u8],
        tenant: TenantId,
        id: ApiKeyId,
        version: i64,
    ) -> Result<KeyText, SealError> {
        let text = open(&self.0, sealed, &key_aad(tenant, id, version))?;
        let text = String::from_utf8(text).map_err(|_| SealError)?;
        KeyText::parse(&text).map_err(|_| SealError)
    }
}

/// SHA-256, for secrets that are random enough not to need a pepper: session ids, claim codes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// HMAC takes keys of any length: shorter than a block they are padded, which is what `new` wants done.
pub(super) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    Hmac::<Sha256>::new(&block.into())
}

fn tenant_aad(tenant: TenantId) -> String {
    tenant.to_string()
}

fn key_aad(tenant: TenantId, id: ApiKeyId, version: i64) -> String {
    format!("{tenant}|{id}|{version}")
}

/// The nonce stands before the ciphertext. It is random: a key encrypts far fewer than 2^32 values.
fn seal(cipher: &Aes256Gcm, plain: &[u8], aad: &str) -> Result<Vec<u8>, SealError> {
    let nonce = random::bytes::<NONCE_LENGTH>();
    let payload = Payload {
        msg: plain,
        aad: aad.as_bytes(),
    };
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), payload)
        .map_err(|_| SealError)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(cipher: &Aes256Gcm, sealed: &[u8], aad: &str) -> Result<Vec<u8>, SealError> {
    let (nonce, sealed) = sealed
        .split_first_chunk::<NONCE_LENGTH>()
        .ok_or(SealError)?;
    cipher
        .decrypt(
            &Nonce::from(*nonce),
            Payload {
                msg: sealed,
                aad: aad.as_bytes(),
            },
        )
        .map_err(|_| SealError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_for_its_own_tenant_key_and_version() {
        let ring = Keyring::new(&MasterKey::ephemeral());
        let (tenant, other) = (TenantId::from_i64(1), TenantId::from_i64(2));
        let id = ApiKeyId::from_i64(3);
        let (data_key, wrapped) = ring.new_data_key(tenant).expect("made");
        let value = KeyText::generate_api_key();
        let sealed = data_key.seal(&value, tenant, id, 1).expect("sealed");

        let data_key = ring.unwrap(tenant, &wrapped).expect("the same key");
        let opened = data_key.open(&sealed, tenant, id, 1).expect("opened");
        assert_eq!(opened.expose(), value.expose());
        assert!(data_key.open(&sealed, other, id, 1).is_err());
        assert!(
            data_key
                .open(&sealed, tenant, ApiKeyId::from_i64(4), 1)
                .is_err()
        );
        assert!(data_key.open(&sealed, tenant, id, 2).is_err());
        assert!(ring.unwrap(other, &wrapped).is_err());
    }

    #[test]
    fn another_master_key_finds_and_opens_nothing() {
        let (ring, other) = (
            Keyring::new(&MasterKey::ephemeral()),
            Keyring::new(&MasterKey::ephemeral()),
        );
        let tenant = TenantId::from_i64(1);
        let (_, wrapped) = ring.new_data_key(tenant).expect("made");
        let value = KeyText::generate_api_key();
        assert!(ring.digest(&value) != other.digest(&value));
        assert!(other.unwrap(tenant, &wrapped).is_err());
        assert_ne!(ring.fingerprint(), other.fingerprint());
    }
}
