//! Which addresses may be asked for keys.

use coop_locker::model::{Check, IssuerKeys};

use super::world::{KeyServer, LOOPBACK, World};

#[tokio::test]
async fn without_the_operators_word_no_address_of_this_machine_is_asked() {
    let server = KeyServer::start().await;
    let port = server.url.rsplit_once(':').expect("a port").1;
    let world = World::with(&[]).await;
    for url in [
        server.url.clone(),
        format!("http://localhost:{port}"),
        format!("https://localhost:{port}"),
        "https://localhost/keys".to_owned(),
        "https://127.0.0.1/keys".to_owned(),
    ] {
        let keys = IssuerKeys::Url(url.clone());
        let issuer = world.issuer_with(|settings| settings.keys = keys).await;
        world
            .exchange(&world.draft(&issuer).sign())
            .await
            .problem(401);
        assert_eq!(world.failures(&issuer).await[0].check, Check::Key, "{url}");
        world.delete(&issuer).await;
    }
    assert_eq!(server.asked(), 0);
}

#[tokio::test]
async fn with_the_operators_word_a_server_on_this_machine_is_asked() {
    let server = KeyServer::start().await;
    let world = World::with(&[LOOPBACK]).await;
    let keys = IssuerKeys::Url(server.url.clone());
    let issuer = world.issuer_with(|settings| settings.keys = keys).await;
    world.token(&issuer, "alice").await;
    assert_eq!(server.asked(), 1);
}
