//! A suspended tenant decides and changes nothing, and reads.

use coop_engine::Label;
use coop_locker::{
    domain::{self, admin, api_keys, settings},
    keyring::KeyText,
    model::{Reason, TenantName, Tier},
};
use serde_json::json;

use super::{admin as signed_in_admin, page_of, world};
use crate::{
    sign_in::browser::Browser,
    support::{App, by},
};

async fn suspend(app: &App, tenant: coop_locker::model::TenantId) {
    let services = &app.services;
    let reason = Reason::parse("spam").expect("a reason");
    admin::suspend(&services.ledger, &services.clock, tenant, reason, by())
        .await
        .expect("suspended");
}

/// The key of the default key's form on a page.
fn field(html: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let at = html.find(&start).expect("a field") + start.len();
    html[at..].split('"').next().expect("an end").to_owned()
}

async fn revealed(owner: &mut Browser<'_>) -> String {
    let page = owner.get("/dashboard").await.text;
    let key = field(&page, "key");
    let shown = owner
        .submit("/dashboard", &[("action", "reveal"), ("key", &key)])
        .await;
    let mut values = shown
        .text
        .match_indices("coop_sk_")
        .filter_map(|(at, _)| shown.text.get(at..at + 57))
        .filter(|value| KeyText::parse(value).is_ok());
    values.next().expect("a key").to_owned()
}

#[tokio::test]
async fn a_suspended_tenants_keys_are_refused_its_dashboard_says_so_and_resuming_ends_that() {
    let world = world().await;
    let mut owner = world.browser();
    world.sign_in_as(&mut owner, "owner").await;
    let key = revealed(&mut owner).await;
    let app = &world.app;
    let held = json!([{"requester": "w", "resource": "a"}]);
    assert_eq!(app.reserve(&key, held.clone()).await.status, 200);
    let id = super::tenants::only_tenant(app).await;
    let mut root = signed_in_admin(&world).await;
    let page = page_of(&id);

    let fields = [("action", "suspend"), ("reason", "too much <noise>")];
    let answer = root.submit(&page, &fields).await;
    assert_eq!(answer.header("location"), format!("{page}?done=suspend"));
    for path in ["/Reservation", "/auth/whoami"] {
        assert_eq!(app.get(&key, path).await.problem(403), "TENANT_SUSPENDED");
    }
    let refused = app.reserve(&key, held.clone()).await;
    assert_eq!(refused.problem(403), "TENANT_SUSPENDED");
    let twice = root.submit(&page, &fields).await;
    assert_eq!(twice.status, 400, "it is so already");

    for path in ["/dashboard", "/dashboard/audit", "/dashboard/settings"] {
        let page = owner.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains("This tenant is suspended"), "{path}");
        assert!(page.text.contains("too much &lt;noise&gt;"), "{path}");
    }
    assert!(
        owner.get("/dashboard").await.text.contains(">w<"),
        "what is held is still shown"
    );
    let form = owner.get("/dashboard").await.text;
    let (id, version) = (field(&form, "key"), field(&form, "version"));
    for action in ["reveal", "rotate"] {
        let fields = [("action", action), ("key", &id), ("version", &version)];
        let answer = owner.submit("/dashboard", &fields).await;
        assert_eq!(answer.status, 403, "{action}");
        assert!(!answer.text.contains(&key));
    }
    for fields in [
        [("action", "rename"), ("name", "other")],
        [("action", "reveal-off"), ("confirm", "yes")],
        [("action", "delete"), ("name", "owner@example.com")],
    ] {
        let answer = owner.submit("/dashboard/settings", &fields).await;
        assert_eq!(answer.status, 403, "{fields:?}: {}", answer.text);
    }

    let fields = [("action", "resume"), ("reason", "they called")];
    assert_eq!(root.submit(&page, &fields).await.status, 303);
    assert_eq!(root.submit(&page, &fields).await.status, 400);
    assert_eq!(
        app.reserve(&key, held).await.json()[0]["status"],
        "ALREADY_HAD"
    );
    assert!(!owner.get("/dashboard").await.text.contains("is suspended"));
    let log = owner.get("/dashboard/audit?action=tenant.").await.text;
    for part in ["tenant.suspend", "tenant.resume", "reason: they called"] {
        assert!(log.contains(part), "{part}");
    }
    world.app.shut_down().await;
}

#[tokio::test]
async fn no_verb_that_changes_a_tenant_slips_in_behind_its_suspension() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let (further, _) = app.make_key(tenant.id, "further").await;
    let key = api_keys::default_key(&app.services.ledger, tenant.id).await;
    let key = key.expect("there");
    suspend(&app, tenant.id).await;
    let services = &app.services;
    let (ledger, keyring, clock) = (&services.ledger, &services.keyring, &services.clock);
    let label = || Label::parse("other").expect("a label");
    let id = tenant.id;
    let name = TenantName::parse("other").expect("a name");
    let tiers = &services.settings.tiers;
    let refused: [(&str, Result<(), domain::Error>); 9] = [
        (
            "create",
            api_keys::create(ledger, keyring, clock, tiers, id, label(), by())
                .await
                .map(drop),
        ),
        (
            "rename",
            api_keys::rename(ledger, clock, id, key.id, label(), by())
                .await
                .map(drop),
        ),
        (
            "reveal",
            api_keys::reveal(ledger, keyring, clock, id, key.id, by())
                .await
                .map(drop),
        ),
        (
            "rotate",
            api_keys::rotate(ledger, keyring, clock, id, key.id, 1, by())
                .await
                .map(drop),
        ),
        (
            "revoke",
            api_keys::revoke(ledger, clock, id, further.id, by()).await,
        ),
        (
            "name",
            settings::rename(ledger, clock, id, name, by()).await,
        ),
        (
            "reveal on",
            settings::keep_values(ledger, keyring, clock, id, by()).await,
        ),
        (
            "reveal off",
            settings::stop_keeping_values(ledger, clock, id, by()).await,
        ),
        ("delete", settings::delete(ledger, id, "acme").await),
    ];
    for (verb, result) in refused {
        assert!(
            matches!(result, Err(domain::Error::Suspended)),
            "{verb}: {result:?}"
        );
    }
    let log = super::tenants::log(&app, id).await;
    assert_eq!(
        super::tenants::actions(&log),
        ["tenant.create", "api_key.create", "tenant.suspend"]
    );
    app.shut_down().await;
}

#[tokio::test]
async fn a_suspension_outlasts_a_restart() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    suspend(&app, tenant.id).await;
    let app = app.restart().await;
    let refused = app.get(&tenant.key, "/Reservation").await;
    assert_eq!(refused.problem(403), "TENANT_SUSPENDED");
    app.shut_down().await;
}
