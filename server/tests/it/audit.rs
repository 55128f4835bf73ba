//! What the audit log holds, and what shows when somebody changes it behind the server's back.

use coop_engine::Label;
use coop_locker::{
    domain::{api_keys, audit, tenants},
    model::{Actor, TenantId, Tier},
};

use crate::support::{App, by};

async fn actions(app: &App, tenant: TenantId) -> Vec<String> {
    let page = audit::list(&app.services.ledger, tenant, "", None, 100)
        .await
        .expect("read");
    assert_eq!(page.next, None);
    let actions = page.entries.into_iter().rev();
    actions.map(|entry| entry.deed.action).collect()
}

async fn verify(app: &App, tenant: TenantId) -> audit::Verified {
    let mut db = app.services.ledger.store().read().await.expect("a reader");
    audit::verify(&mut db, tenant).await.expect("read")
}

#[tokio::test]
async fn every_change_of_a_key_or_a_tenant_is_in_the_log_with_who_did_it() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await.id;
    let (ledger, clock) = (&app.services.ledger, &app.services.clock);
    let (key, value) = app.make_key(tenant, "robot").await;
    let label = Label::parse("worker").expect("a label");
    api_keys::rename(ledger, clock, tenant, key.id, label, by())
        .await
        .expect("renamed");
    api_keys::reveal(ledger, &app.services.keyring, clock, tenant, key.id, by())
        .await
        .expect("revealed");
    app.rotate_default(tenant).await;
    api_keys::revoke(ledger, clock, tenant, key.id, by())
        .await
        .expect("revoked");
    let reason = Some("asked nicely".to_owned());
    tenants::set_tier(ledger, clock, tenant, Tier::Free, reason, by())
        .await
        .expect("changed");
    assert_eq!(
        actions(&app, tenant).await,
        [
            "tenant.create",
            "api_key.create",
            "api_key.rename",
            "api_key.reveal",
            "api_key.rotate",
            "api_key.revoke",
            "tenant.set_tier",
        ]
    );
    let page = audit::list(ledger, tenant, "api_key.", None, 1)
        .await
        .expect("read");
    assert_eq!(page.entries[0].deed.action, "api_key.revoke");
    assert_eq!(page.entries[0].by.actor, Actor::Operator);
    assert_eq!(page.entries[0].deed.subject, key.id.to_string());
    assert!(page.next.is_some());

    let rows = app.column("SELECT entry FROM audit").await;
    assert!(rows.iter().all(|row| !row.contains(&value)), "a secret");
    app.shut_down().await;
}

#[tokio::test]
async fn what_was_refused_changes_nothing_and_a_limit_is_noted_once_in_a_row() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await.id;
    for _ in 0..3 {
        let refused = api_keys::create(
            &app.services.ledger,
            &app.services.keyring,
            &app.services.clock,
            &app.services.settings.tiers,
            tenant,
            Label::parse("more").expect("a label"),
            by(),
        );
        assert!(refused.await.is_err());
    }
    assert_eq!(
        actions(&app, tenant).await,
        ["tenant.create", "api_key.limit_refused"]
    );
    app.shut_down().await;
}

#[tokio::test]
async fn a_changed_a_missing_and_an_inserted_entry_break_the_chain_where_they_are() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await.id;
    for label in ["a", "b", "c", "d"] {
        app.make_key(tenant, label).await;
    }
    let whole = verify(&app, tenant).await;
    assert_eq!((whole.first, whole.last, whole.broken_at), (1, 5, None));

    app.meddle("UPDATE audit SET entry = replace(entry, '\"label\":\"b\"', '\"label\":\"x\"')")
        .await;
    assert_eq!(verify(&app, tenant).await.broken_at, Some(3));
    app.meddle("UPDATE audit SET entry = replace(entry, '\"label\":\"x\"', '\"label\":\"b\"')")
        .await;
    assert_eq!(verify(&app, tenant).await.head, whole.head);

    app.meddle("UPDATE audit SET at = at + 1 WHERE number = 2")
        .await;
    assert_eq!(verify(&app, tenant).await.broken_at, Some(2));
    app.meddle("UPDATE audit SET at = at - 1 WHERE number = 2")
        .await;

    app.meddle("DELETE FROM audit WHERE number = 4").await;
    assert_eq!(verify(&app, tenant).await.broken_at, Some(5));
    app.meddle(
        "INSERT INTO audit SELECT tenant_id, 4, at, entry, hash FROM audit WHERE number = 3",
    )
    .await;
    assert_eq!(verify(&app, tenant).await.broken_at, Some(4));
    app.shut_down().await;
}
