/// What stands in an example where the key belongs, while the key is masked.
pub const PLACEHOLDER_KEY: &str = "YOUR_API_KEY";

/// The three calls that everything starts with, as commands to paste into a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `worker-1` reserves; the answer is `ACQUIRED`.
    Reserve,
    /// `worker-2` asks for the same and is told who holds it.
    Conflict,
    /// `worker-1` gives it back with its release token.
    Release,
}

impl Call {
    /// The command, for the server at `base_url`.
    #[must_use]
    pub fn curl(self, base_url: &str, key: &str) -> String {
        let (verb, item) = match self {
            Self::Reserve => (
                "reserve",
                r#"{"requester":"worker-1","resource":"printer","ttlSeconds":300}"#,
            ),
            Self::Conflict => (
                "reserve",
                r#"{"requester":"worker-2","resource":"printer","ttlSeconds":300}"#,
            ),
            Self::Release => (
                "unreserve",
                r#"{"requester":"worker-1","resource":"printer","releaseToken":"RELEASE_TOKEN"}"#,
            ),
        };
        format!(
            "curl {base_url}/api/v1/Reservation/{verb} \\\n  -H 'X-Api-Key: {key}' \\\n  \
             -H 'Content-Type: application/json' \\\n  -d '[{item}]'"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_holds_the_address_the_key_and_one_item() {
        let curl = Call::Release.curl("http://localhost:3000", "coop_sk_x");
        assert_eq!(
            curl,
            "curl http://localhost:3000/api/v1/Reservation/unreserve \\\n  -H 'X-Api-Key: coop_sk_x' \\\n  \
             -H 'Content-Type: application/json' \\\n  \
             -d '[{\"requester\":\"worker-1\",\"resource\":\"printer\",\"releaseToken\":\"RELEASE_TOKEN\"}]'"
        );
    }
}
