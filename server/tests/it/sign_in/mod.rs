//! Sign-in by OpenID Connect, sessions and sign-out, against a provider within the test: its keys are real, and it
//! checks what a real one checks.

pub mod browser;
mod fresh;
mod id_token;
mod outages;
pub mod provider;
mod session;
mod sign_out;
mod there_and_back;
pub mod world;
