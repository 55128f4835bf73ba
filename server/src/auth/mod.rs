//! Who is asking. Two domains that never see each other's credential: API keys here, sessions there.

pub mod api_key;
