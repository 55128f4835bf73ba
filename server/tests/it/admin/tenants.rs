//! Finding tenants, changing their tier, and what the log has of it.

use coop_locker::{
    domain::audit,
    model::{Actor, AuditEntry, TenantId, Tier},
};

use super::{admin, page_of, world};
use crate::support::App;

/// The id of the one tenant that there is.
pub async fn only_tenant(app: &App) -> String {
    let ids = app.column("SELECT CAST(id AS TEXT) FROM tenants").await;
    assert_eq!(ids.len(), 1, "{ids:?}");
    TenantId::from_i64(ids[0].parse().expect("a number")).to_string()
}

/// A tenant's log, the oldest first.
pub async fn log(app: &App, tenant: TenantId) -> Vec<AuditEntry> {
    let page = audit::list(&app.services.ledger, tenant, "", None, 100).await;
    let mut entries = page.expect("read").entries;
    entries.reverse();
    entries
}

pub fn actions(log: &[AuditEntry]) -> Vec<&str> {
    log.iter().map(|entry| entry.deed.action.as_str()).collect()
}

#[tokio::test]
async fn tenants_are_found_by_id_name_e_mail_and_tier_and_none_of_their_values_is_shown() {
    let world = world().await;
    let app = &world.app;
    let (free, pro) = (app.tenant(Tier::Free).await, app.tenant(Tier::Pro).await);
    let items = serde_json::json!([{"requester": "w", "resource": "secret-name"}]);
    app.reserve(&pro.key, items).await;
    let mut owner = world.browser();
    world.sign_in_as(&mut owner, "zoe").await;
    owner.get("/dashboard").await;
    let mut root = admin(&world).await;
    let (free_id, pro_id) = (free.id.to_string(), pro.id.to_string());
    for (query, has_free, has_pro, has_zoe) in [
        ("", true, true, true),
        ("?q=ACM", true, true, false),
        ("?q=acme&tier=Pro", false, true, false),
        ("?q=zoe%40example", false, false, true),
        ("?q=%25", false, false, false),
        (&format!("?q={pro_id}"), false, true, false),
    ] {
        let page = root.get(&format!("/admin{query}")).await;
        assert_eq!(page.status, 200);
        for (text, is_there) in [
            (free_id.as_str(), has_free),
            (&pro_id, has_pro),
            ("zoe@example.com", has_zoe),
        ] {
            assert_eq!(page.text.contains(text), is_there, "{query}: {text}");
        }
    }
    let page = root.get(&page_of(&pro_id)).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("cache-control"), "no-store");
    for hidden in [&pro.key[..20], "secret-name", "coop_sk_"] {
        assert!(!page.text.contains(hidden), "{hidden}");
    }
    for nothing in ["ten_00000000001", "nonsense", "ten_"] {
        assert_eq!(root.get(&page_of(nothing)).await.status, 404, "{nothing}");
    }
    world.app.shut_down().await;
}

#[tokio::test]
async fn many_tenants_come_in_pages() {
    let world = world().await;
    for _ in 0..51 {
        world.app.tenant(Tier::Free).await;
    }
    let mut root = admin(&world).await;
    let first = root.get("/admin?q=acme").await.text;
    assert_eq!(first.matches("href=\"/admin/tenants/").count(), 50);
    let next = first.split("href=\"/admin?").nth(1).expect("a next page");
    let next = next
        .split('"')
        .next()
        .expect("an end")
        .replace("&amp;", "&");
    let second = root.get(&format!("/admin?{next}")).await.text;
    assert_eq!(second.matches("href=\"/admin/tenants/").count(), 1);
    assert!(!second.contains("Next page"));
    world.app.shut_down().await;
}

#[tokio::test]
async fn that_somebody_looked_is_in_the_tenants_own_log_once_in_a_row() {
    let world = world().await;
    let tenant = world.app.tenant(Tier::Free).await;
    let mut root = admin(&world).await;
    let page = page_of(&tenant.id.to_string());
    for _ in 0..3 {
        root.get(&page).await;
    }
    root.get(&format!("{page}?before=2")).await;
    let entries = log(&world.app, tenant.id).await;
    assert_eq!(actions(&entries), ["tenant.create", "admin.view"]);
    assert!(
        matches!(&entries[1].by.actor, Actor::Admin { subject, .. } if subject == "root"),
        "{:?}",
        entries[1].by
    );
    world.app.shut_down().await;
}

#[tokio::test]
async fn a_tier_is_changed_with_a_reason_that_the_owner_reads_and_acts_on_the_next_request() {
    let world = world().await;
    let mut owner = world.browser();
    world.sign_in_as(&mut owner, "owner").await;
    owner.get("/dashboard").await;
    let id = only_tenant(&world.app).await;
    let mut root = admin(&world).await;
    let page = page_of(&id);
    let long = "x".repeat(501);
    for (reason, tier) in [("", "Pro"), ("  ", "Pro"), (&long, "Pro"), ("paid", "Gold")] {
        let fields = [("action", "set-tier"), ("tier", tier), ("reason", reason)];
        let answer = root.submit(&page, &fields).await;
        assert_eq!(answer.status, 400, "{tier} {reason}: {}", answer.text);
    }
    assert_eq!(root.submit(&page, &[]).await.status, 400);
    let fields = [("action", "dance"), ("reason", "why not")];
    assert_eq!(root.submit(&page, &fields).await.status, 400);

    let fields = [
        ("action", "set-tier"),
        ("tier", "Pro"),
        ("reason", "paid for"),
    ];
    let answer = root.submit(&page, &fields).await;
    assert_eq!(answer.header("location"), format!("{page}?done=set-tier"));
    let seen = root.get(answer.header("location")).await.text;
    assert!(seen.contains("The tier has been changed"), "{seen}");
    assert!(owner.get("/dashboard").await.text.contains(">Pro<"));
    let told = owner.get("/dashboard/audit").await.text;
    for part in [
        "tenant.set_tier",
        "before: Free",
        "after: Pro",
        "reason: paid for",
        "root@example.com (admin)",
        "admin.view",
    ] {
        assert!(told.contains(part), "{part}");
    }
    let nobody = page_of("ten_00000000001");
    assert_eq!(root.submit(&nobody, &fields).await.status, 404);
    world.app.shut_down().await;
}
