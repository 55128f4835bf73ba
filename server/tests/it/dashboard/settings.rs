//! The settings page: the name, sessions, revealing, the end of the account.

use std::collections::BTreeMap;

use coop_locker::{
    domain::{api_keys, sign_in},
    model::{Identity, TenantId},
};
use serde_json::json;

use super::{Browser, browser::field};
use crate::support::{Answer, App};

const SETTINGS: &str = "/dashboard/settings";
const MINUTE: i64 = 60_000;

pub async fn tenant_of(app: &App, email: &str) -> TenantId {
    let identity = Identity {
        issuer: "dev".to_owned(),
        subject: email.to_owned(),
        email: None,
        name: None,
    };
    let known = sign_in::known_tenant_of(&app.services.ledger, &identity).await;
    known.expect("read").expect("a tenant")
}

async fn act(browser: &Browser<'_>, action: &str, rest: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("action", action)];
    fields.extend(rest);
    browser.post(SETTINGS, &fields).await
}

#[tokio::test]
async fn a_tenant_is_renamed_and_the_page_says_who_one_is() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let page = ann.get(SETTINGS).await.text;
    assert!(
        page.contains("dev ann@example.com"),
        "for the operator's list"
    );
    for wrong in ["", "   ", &"x".repeat(101), "a\nb"] {
        let answer = act(&ann, "rename", &[("name", wrong)]).await;
        assert_eq!(answer.status, 400, "{wrong:?}");
    }
    let answer = act(&ann, "rename", &[("name", " Acme <Ltd> ")]).await;
    assert_eq!(answer.header("location"), "/dashboard/settings?done=rename");
    let page = ann.get("/dashboard").await.text;
    assert!(page.contains("<h1>Acme &lt;Ltd&gt;</h1>"), "{page}");
    let log = ann.get("/dashboard/audit?action=tenant.rename").await.text;
    assert!(log.contains("after: Acme &lt;Ltd&gt;"));
    app.shut_down().await;
}

#[tokio::test]
async fn a_person_sees_his_sessions_and_ends_one_or_all_others() {
    let app = App::start().await;
    let here = Browser::signed_in(&app, "ann@example.com").await;
    let there = Browser::signed_in(&app, "ann@example.com").await;
    let third = Browser::signed_in(&app, "ann@example.com").await;
    let bob = Browser::signed_in(&app, "bob@example.com").await;
    let page = here.get(SETTINGS).await.text;
    assert_eq!(page.matches("this one").count(), 1);
    assert_eq!(page.matches("name=\"session\"").count(), 2);
    assert!(page.contains("127.0.0.1"));

    let one = field(&page, "session");
    // Somebody else's is not there, and neither is nonsense.
    for (who, id) in [
        (&bob, one.as_str()),
        (&here, "zz"),
        (&here, "abc"),
        (&here, ""),
    ] {
        let answer = act(who, "end-session", &[("session", id)]).await;
        assert_eq!(answer.status, 404, "{id}");
    }
    let answer = act(&here, "end-session", &[("session", &one)]).await;
    assert_eq!(answer.status, 303);
    let still = [there.get("/dashboard").await, third.get("/dashboard").await];
    let ended = still.iter().filter(|answer| answer.status == 303).count();
    assert_eq!(ended, 1, "that one");

    assert_eq!(act(&here, "end-others", &[]).await.status, 303);
    for other in [&there, &third] {
        assert_eq!(other.get("/dashboard").await.status, 303);
    }
    assert_eq!(here.get("/dashboard").await.status, 200);
    assert_eq!(bob.get("/dashboard").await.status, 200);
    let log = here.get("/dashboard/audit?action=session.").await.text;
    assert!(log.contains("session.end<") && log.contains("session.end_others"));
    app.shut_down().await;
}

/// The values of all keys as the database keeps them.
async fn kept(app: &App) -> Vec<String> {
    app.column("SELECT COALESCE(CAST(length(ciphertext) AS TEXT), 'none') FROM api_keys")
        .await
}

#[tokio::test]
async fn switched_off_revealing_destroys_what_is_kept_and_switched_on_again_it_is_for_new_values() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let page = ann.get("/dashboard").await.text;
    let (key, version) = (field(&page, "key"), field(&page, "version"));
    let reveal = [
        ("action", "reveal"),
        ("key", key.as_str()),
        ("version", &version),
    ];
    assert_eq!(ann.post("/dashboard", &reveal).await.status, 200);

    assert_eq!(
        act(&ann, "reveal-off", &[]).await.status,
        400,
        "not by accident"
    );
    assert_eq!(
        act(&ann, "reveal-off", &[("confirm", "yes")]).await.status,
        303
    );
    assert_eq!(kept(&app).await, ["none"]);
    let wrapped = "SELECT COALESCE(CAST(length(data_key) AS TEXT), 'none') FROM tenants";
    assert_eq!(app.column(wrapped).await, ["none"]);
    let refused = ann.post("/dashboard", &reveal).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("Revealing is switched off"));
    // A rotation shows its value once, and keeps nothing.
    let rotate = [("action", "rotate"), ("key", &key), ("version", &version)];
    let rotated = ann.post("/dashboard", &rotate).await;
    assert_eq!(rotated.status, 200);
    assert!(rotated.text.contains("The key has been rotated."));
    assert_eq!(kept(&app).await, ["none"]);

    assert_eq!(act(&ann, "reveal-on", &[]).await.status, 303);
    let refused = ann.post("/dashboard", &reveal).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("Rotate the key"), "{}", refused.text);
    let rotate = [
        ("action", "rotate"),
        ("key", key.as_str()),
        ("version", "2"),
    ];
    assert_eq!(ann.post("/dashboard", &rotate).await.status, 200);
    assert_eq!(ann.post("/dashboard", &reveal).await.status, 200);
    // Sent twice, it keeps the key that something is encrypted with already.
    assert_eq!(act(&ann, "reveal-on", &[]).await.status, 303);
    assert_eq!(ann.post("/dashboard", &reveal).await.status, 200);
    let log = ann.get("/dashboard/audit?action=tenant.").await.text;
    assert!(log.contains("tenant.reveal_off") && log.contains("valuesForgotten: 1"));
    assert_eq!(log.matches("tenant.reveal_on").count(), 1);
    app.shut_down().await;
}

/// How many rows of a tenant's each table has that knows tenants, read from the schema.
async fn rows(app: &App, tenant: TenantId) -> BTreeMap<String, i64> {
    let tables = app
        .column(
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'tenant_id' \
             WHERE m.type = 'table' ORDER BY m.name",
        )
        .await;
    let mut rows = BTreeMap::new();
    for table in tables {
        let id = tenant.as_i64();
        let sql = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table} WHERE tenant_id = {id}");
        let count = app.column(sql.leak()).await;
        rows.insert(table, count[0].parse().expect("a number"));
    }
    rows
}

/// Makes Ann's tenant have something in every table; answers with a working key.
async fn furnish(app: &App, ann: &Browser<'_>) -> (TenantId, String) {
    ann.get("/dashboard").await;
    let tenant = tenant_of(app, "ann@example.com").await;
    app.rotate_default(tenant).await;
    let key = app.rotate_default(tenant).await;
    let item = json!([{"requester": "w", "resource": "a", "ttlSeconds": 60}]);
    assert_eq!(app.reserve(&key, item).await.status, 200);
    app.keep_usage().await;
    let id = tenant.as_i64();
    let claim = format!(
        "INSERT INTO claims (code_hash, tenant_id, expires_at) VALUES (x'01', {id}, 9223372036854775807)"
    );
    app.meddle(claim.leak()).await;
    let exchanges = format!(
        "INSERT INTO trusted_issuers (id, tenant_id, label, issuer, audience, algorithms, jwks, enabled, version, one_time, \
             max_ttl_seconds, created_at) VALUES (1, {id}, 'a', 'b', 'c', 'RS256', '{{}}', 1, 1, 0, 60, 0); \
         INSERT INTO access_tokens (digest, tenant_id, issuer_id, issuer_version, subject, expires_at, revoked) \
             VALUES (x'02', {id}, 1, 1, 's', 9223372036854775807, 0); \
         INSERT INTO exchange_failures (id, tenant_id, issuer_id, at, failed_check) VALUES (1, {id}, 1, 1, 'exp'); \
         INSERT INTO exchange_counts (tenant_id, issuer_id, hour, exchanged, refused) VALUES ({id}, 1, 1, 1, 1)"
    );
    app.meddle(exchanges.leak()).await;
    let resources = format!(
        "INSERT INTO definitions (tenant_id, name, capacity, most, blocks, tree_path) VALUES ({id}, 'd', 1, 1, '[]', '[]'); \
         INSERT INTO closures (tenant_id, node, path, until) VALUES ({id}, 'n', '[]', 9223372036854775807)"
    );
    app.meddle(resources.leak()).await;
    (tenant, key)
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_in_any_table_and_its_keys_and_sessions_are_dead_at_once()
{
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let elsewhere = Browser::signed_in(&app, "ann@example.com").await;
    let bob = Browser::signed_in(&app, "bob@example.com").await;
    bob.get("/dashboard").await;
    let (tenant, key) = furnish(&app, &ann).await;
    let others = tenant_of(&app, "bob@example.com").await;
    let before = rows(&app, tenant).await;
    assert!(before.len() >= 8, "{before:?}");
    for (table, count) in &before {
        assert!(*count > 0, "furnish() has to put something into {table}");
    }
    let of_others = rows(&app, others).await;

    for wrong in ["", "ANN@EXAMPLE.COM", "bob@example.com"] {
        let answer = act(&ann, "delete", &[("name", wrong)]).await;
        assert_eq!(answer.status, 400, "{wrong:?}: {}", answer.text);
    }
    assert_eq!(rows(&app, tenant).await, before);
    let answer = act(&ann, "delete", &[("name", "ann@example.com")]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, "/")
    );
    assert_eq!(answer.header("clear-site-data"), "\"storage\"");
    assert_eq!(ann.cookie("coop_session"), None);

    for (table, count) in rows(&app, tenant).await {
        assert_eq!(count, 0, "{table}");
    }
    assert_eq!(rows(&app, others).await, of_others);
    assert_eq!(
        app.get(&key, "/Reservation").await.problem(401),
        "API_KEY_INVALID"
    );
    assert_eq!(elsewhere.get("/dashboard").await.status, 303);
    assert_eq!(bob.get("/dashboard").await.status, 200);
    let sessions = "SELECT subject FROM sessions";
    assert_eq!(app.column(sessions).await, ["bob@example.com"]);

    // Its expiries are announced to nobody, and whoever comes back begins anew.
    app.clock.advance_ms(2 * MINUTE);
    let marker = app.tenant(coop_locker::model::Tier::Free).await;
    assert_eq!(app.get(&marker.key, "/Reservation").await.status, 200);
    assert!(rows(&app, tenant).await.values().all(|count| *count == 0));
    let again = Browser::signed_in(&app, "ann@example.com").await;
    again.get("/dashboard").await;
    assert_ne!(tenant_of(&app, "ann@example.com").await, tenant);
    let default = api_keys::default_key(&app.services.ledger, tenant).await;
    assert!(default.is_err());
    app.shut_down().await;
}

#[tokio::test]
async fn what_a_crash_leaves_of_a_deleted_account_is_forgotten_later() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let (tenant, _) = furnish(&app, &ann).await;
    let delete = format!("DELETE FROM tenants WHERE id = {}", tenant.as_i64());
    app.meddle(delete.leak()).await;
    let app = app.restart().await;
    let settings = &app.services.settings;
    let now = app.services.clock.now();
    coop_locker::domain::housekeeping::prune(&app.services.ledger, &settings.tiers, now)
        .await
        .expect("pruned");
    for (table, count) in rows(&app, tenant).await {
        assert_eq!(count, 0, "{table}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn an_account_is_deleted_by_somebody_who_was_just_seen() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    ann.get("/dashboard").await;
    app.clock.advance_ms(15 * MINUTE + 1);
    let name = [("name", "ann@example.com")];
    let answer = act(&ann, "delete", &name).await;
    assert_eq!(
        answer.header("location"),
        "/auth/again?return_to=%2Fdashboard%2Fsettings"
    );
    let again = ann.get(answer.header("location")).await.text;
    assert!(again.contains("/auth/dev?return_to=%2Fdashboard%2Fsettings"));
    tenant_of(&app, "ann@example.com").await;
    let back = [("email", "ann@example.com"), ("return_to", SETTINGS)];
    let signed_in = ann.post("/auth/dev", &back).await;
    assert_eq!(signed_in.header("location"), SETTINGS);
    assert_eq!(act(&ann, "delete", &name).await.header("location"), "/");
    app.shut_down().await;
}

#[tokio::test]
async fn a_deletion_races_with_nobody() {
    let app = App::start().await;
    let tenant = app.tenant(coop_locker::model::Tier::Enterprise).await;
    let asking = (0..20).map(|number| {
        let item = json!([{"requester": "w", "resource": format!("a{number}"), "ttlSeconds": 1}]);
        app.reserve(&tenant.key, item)
    });
    let deleting = coop_locker::domain::settings::delete(&app.services.ledger, tenant.id, "acme");
    let (answers, deleted) = tokio::join!(futures_util::future::join_all(asking), deleting);
    deleted.expect("deleted");
    for answer in answers {
        assert!(
            matches!(answer.status.as_u16(), 200 | 401),
            "{}",
            answer.text
        );
    }
    app.clock.advance_ms(5_000);
    app.services.ledger.tick();
    // The next tenant's creation is behind the tick in the queue.
    app.tenant(coop_locker::model::Tier::Free).await;
    assert!(
        rows(&app, tenant.id)
            .await
            .values()
            .all(|count| *count == 0)
    );
    app.shut_down().await;
}
