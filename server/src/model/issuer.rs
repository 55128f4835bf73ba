//! A tenant's own token issuer, whose JWTs may be exchanged.

use coop_engine::{Time, Ttl};

use super::{TenantId, TrustedIssuerId};

/// How tokens may be signed: asymmetric algorithms only, so that nothing public can sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// RSA, PKCS #1 v1.5.
    Rs256,
    /// RSA, PSS.
    Ps256,
    /// ECDSA on P-256.
    Es256,
    /// ECDSA on P-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl SigningAlgorithm {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Rs256,
        Self::Ps256,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// The name of RFC 7518, section 3.1, and RFC 8037.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads a name, exactly as it is written in a token's header.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Where an issuer's public keys come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerKeys {
    /// They are fetched from this address, and again when they change.
    Url(String),
    /// They were uploaded: the text of a key set (RFC 7517). Nothing is fetched.
    Set(String),
}

/// What its owner may change about an issuer. A change voids the tokens that were issued before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSettings {
    /// Shown as `apiKeyLabel`; unique in the tenant.
    pub label: String,
    /// How its tokens may be signed.
    pub algorithms: Vec<SigningAlgorithm>,
    /// Its keys.
    pub keys: IssuerKeys,
    /// Whether each token has to have a `jti` and is exchanged once.
    pub one_time: bool,
    /// How old a token may be, by its `iat`, in seconds.
    pub max_age_seconds: Option<u32>,
    /// The longest that its end users may hold something, also when they ask for no end.
    pub max_ttl: Ttl,
    /// How many reservations each of its end users may hold.
    pub max_active: Option<u64>,
}

impl IssuerSettings {
    /// An hour: what bounds end users when nobody said anything else.
    ///
    /// # Panics
    /// Never: an hour is a TTL.
    #[must_use]
    pub fn default_max_ttl() -> Ttl {
        Ttl::parse(3_600_u32).expect("an hour is a TTL")
    }
}

/// A tenant's own token issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// Its id.
    pub id: TrustedIssuerId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The `aud` of its tokens.
    pub audience: String,
    /// What a token has to carry to prove that the audience is the tenant's. None: it is proven, or ours to begin with.
    pub challenge: Option<String>,
    /// Whether tokens are taken at all.
    pub enabled: bool,
    /// One more with every change.
    pub version: i64,
    /// When it was added.
    pub created_at: Time,
    /// The rest.
    pub settings: IssuerSettings,
}

impl TrustedIssuer {
    /// Whether the audience is known to be the tenant's.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.challenge.is_none()
    }
}
