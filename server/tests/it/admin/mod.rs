//! The operator's people: who is one, what they see and change, and what they leave behind in the log.

mod access;
mod suspension;
mod tenants;

use crate::sign_in::{browser::Browser, world::World};

/// A world with one admin, whose subject is `root`.
async fn world() -> World {
    World::with_admins("http://localhost:3000", &["root"]).await
}

async fn admin(world: &World) -> Browser<'_> {
    let mut browser = world.browser();
    world.sign_in_as(&mut browser, "root").await;
    browser
}

fn page_of(id: &str) -> String {
    format!("/admin/tenants/{id}")
}
