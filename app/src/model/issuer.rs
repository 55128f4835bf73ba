use super::Moment;
use serde::{Deserialize, Serialize};

/// A trusted issuer, as its tenant's owner sees it. Nothing of it is secret: keys of issuers are public ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    /// The issuer's id.
    pub id: String,
    /// Shown as `apiKeyLabel`.
    pub label: String,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The `aud` of its tokens.
    pub audience: String,
    /// What a token has to carry to prove that the audience is the tenant's; none: it is.
    pub challenge: Option<String>,
    /// How its tokens may be signed.
    pub algorithms: Vec<String>,
    /// Where its keys are fetched from; none: they were uploaded.
    pub keys_url: Option<String>,
    /// Whether its tokens are taken.
    pub enabled: bool,
    /// Grows with each change. A form made for an older version is refused.
    pub version: i64,
    /// Whether each token is exchanged once.
    pub one_time: bool,
    /// How old a token may be, in seconds.
    pub max_age_seconds: Option<u32>,
    /// The longest that an end user may hold something, in seconds.
    pub max_ttl_seconds: u32,
    /// How many reservations an end user may hold.
    pub max_active: Option<u64>,
    /// The hours of the last day in which something happened, the newest first.
    pub hours: Vec<IssuerHour>,
    /// The last refusals, the newest first.
    pub failures: Vec<IssuerFailure>,
}

/// What happened within an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerHour {
    /// When it began.
    pub hour: Moment,
    /// Tokens that were exchanged.
    pub exchanged: u64,
    /// Tokens that were refused.
    pub refused: u64,
}

/// A token that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerFailure {
    /// When.
    pub at: Moment,
    /// What it should have been.
    pub demand: String,
    /// From where it came.
    pub address: Option<String>,
}

/// A tenant's issuers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuers {
    /// By label.
    pub issuers: Vec<Issuer>,
    /// Whether the tier has JWT exchange.
    pub allowed: bool,
    /// The audience that is the tenant's without any proof.
    pub default_audience: String,
    /// The claim that carries a challenge.
    pub challenge_claim: String,
    /// All algorithms that there are.
    pub algorithms: Vec<String>,
}

/// What became of one check of a token that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It passed.
    Passed,
    /// It failed; the ones after it were not made.
    Failed,
    /// It was not made.
    NotMade,
}

impl Verdict {
    /// In a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotMade => "not made",
        }
    }
}

/// A token that its issuer's owner tried. Nothing was issued for it, and the token itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The issuer's label.
    pub label: String,
    /// Every check, in order: what the token has to be, and whether it is.
    pub checks: Vec<(String, Verdict)>,
    /// Whom a token that passed speaks for.
    pub subject: Option<String>,
}
