//! JWTs, signed with real keys.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use super::keys::Key;

/// A JWT that is not signed yet; a valid one, until a test changes it.
pub struct Draft {
    pub header: Value,
    pub claims: Value,
    pub key: &'static Key,
    /// Changes the finished token.
    pub finish: fn(String) -> String,
}

impl Draft {
    pub fn sign(&self) -> String {
        let text = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", text(&self.header), text(&self.claims));
        let algorithm = self.header["alg"].as_str().unwrap_or_default();
        let signature = self.key.sign(algorithm, message.as_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
        (self.finish)(format!("{message}.{signature}"))
    }
}
