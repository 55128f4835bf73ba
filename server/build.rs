//! Tells Cargo when the embedded site has changed.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Only release builds embed it. A file that is not there counts as changed every time, which a debug build, run by
    // run, would pay for nothing.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is how Cargo talks to a build script"
    )]
    let profile = env::var("PROFILE");
    if profile.is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../target/site/manifest.json");
    }
}
