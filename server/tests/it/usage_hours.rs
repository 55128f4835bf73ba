//! What is done in each hour: counted with every request, kept a moment later.

use coop_engine::Label;
use coop_locker::{
    clock::Clock as _,
    domain::{api_keys, housekeeping, usage},
    model::{Hour, HourUsage, LimitType, TenantId, Tier},
};
use serde_json::json;

use crate::support::{App, by};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

async fn of(app: &App, tenant: TenantId) -> Vec<HourUsage> {
    app.keep_usage().await;
    let hours = usage::hours(&app.services.ledger, tenant, Hour::default()).await;
    hours.expect("read")
}

/// Label, reads, writes and the hour, counted back from now.
fn told(app: &App, hours: &[HourUsage]) -> Vec<(String, u64, u64, u32)> {
    let now = Hour::of(app.clock.now()).number();
    hours
        .iter()
        .map(|one| {
            let back = now - one.hour.number();
            (one.label.clone(), one.reads, one.writes, back)
        })
        .collect()
}

fn row(label: &str, reads: u64, writes: u64, back: u32) -> (String, u64, u64, u32) {
    (label.to_owned(), reads, writes, back)
}

#[tokio::test]
async fn each_hour_counts_what_was_taken_from_the_quotas_by_the_label_of_the_key_then() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    let (robot, value) = app.make_key(tenant.id, "robot").await;
    let items = json!([{"requester": "w", "resource": "a"}, {"requester": "w", "resource": "b"}]);
    app.reserve(&tenant.key, items).await;
    app.get(&tenant.key, "/Reservation").await;
    // What cannot be used has cost one all the same.
    app.reserve(&value, json!("nothing")).await;
    assert_eq!(
        told(&app, &of(&app, tenant.id).await)
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>(),
        [row("default", 1, 2, 0), row("robot", 0, 1, 0)].into()
    );

    let services = &app.services;
    let label = Label::parse("arm").expect("a label");
    api_keys::rename(
        &services.ledger,
        &services.clock,
        tenant.id,
        robot.id,
        label,
        by(),
    )
    .await
    .expect("renamed");
    app.clock.advance_ms(HOUR);
    app.get(&value, "/Reservation").await;
    api_keys::revoke(&services.ledger, &services.clock, tenant.id, robot.id, by())
        .await
        .expect("revoked");
    // The last use of a key that has gone is kept like the others, and what it was called before stays.
    let hours = told(&app, &of(&app, tenant.id).await);
    assert!(hours.contains(&row("arm", 1, 0, 0)), "{hours:?}");
    assert!(hours.contains(&row("robot", 0, 1, 1)), "{hours:?}");
    app.shut_down().await;
}

#[tokio::test]
async fn what_was_counted_is_kept_at_a_stop_and_added_to_afterwards() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    app.get(&tenant.key, "/Reservation").await;
    let app = app.restart().await;
    app.get(&tenant.key, "/Reservation").await;
    assert_eq!(
        told(&app, &of(&app, tenant.id).await),
        [row("default", 2, 0, 0)]
    );
    assert_eq!(
        told(&app, &of(&app, tenant.id).await),
        [row("default", 2, 0, 0)]
    );
    // Nobody writes down what was asked just before the full hour until it is over.
    app.get(&tenant.key, "/Reservation").await;
    app.clock.advance_ms(HOUR);
    app.get(&tenant.key, "/Reservation").await;
    assert_eq!(
        told(&app, &of(&app, tenant.id).await),
        [row("default", 3, 0, 1), row("default", 1, 0, 0)]
    );
    app.shut_down().await;
}

#[tokio::test]
async fn refusals_are_counted_by_the_limit_that_was_met() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let many = |batch: usize| {
        let item = move |n| json!({"requester": "w", "resource": format!("{batch}-{n}")});
        (0..100).map(item).collect::<serde_json::Value>()
    };
    for batch in 0..6 {
        let answer = app.reserve(&tenant.key, many(batch)).await;
        assert_eq!(answer.status == 429, batch == 5, "{}", answer.text);
        app.clock.advance_ms(MINUTE);
    }
    app.reserve(&tenant.key, many(0)).await;
    app.reserve(&tenant.key, many(0)).await;
    let limited = app.reserve(&tenant.key, many(0)).await;
    assert_eq!(limited.problem(429), "RATE_LIMITED");
    let hours = of(&app, tenant.id).await;
    let refused =
        |limit: LimitType| -> u64 { hours.iter().map(|one| one.refusals[limit as usize]).sum() };
    assert_eq!(refused(LimitType::ActiveReservations), 1);
    assert_eq!(refused(LimitType::Rate), 1);
    for limit in LimitType::ALL {
        assert!(refused(limit) <= 1, "{limit:?}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn hours_are_kept_as_long_as_the_tier_keeps_events() {
    let app = App::start().await;
    let (free, pro) = (app.tenant(Tier::Free).await, app.tenant(Tier::Pro).await);
    for tenant in [&free, &pro] {
        app.get(&tenant.key, "/Reservation").await;
        assert_eq!(of(&app, tenant.id).await.len(), 1);
    }
    let prune = async || {
        let (services, now) = (&app.services, app.services.clock.now());
        let pruned = housekeeping::prune(&services.ledger, &services.settings.tiers, now);
        pruned.await.expect("pruned");
    };
    app.clock.advance_ms(24 * HOUR);
    prune().await;
    assert_eq!(of(&app, free.id).await.len(), 1);
    app.clock.advance_ms(HOUR);
    prune().await;
    assert_eq!(of(&app, free.id).await, []);
    assert_eq!(of(&app, pro.id).await.len(), 1);
    app.clock.advance_ms(30 * 24 * HOUR);
    prune().await;
    assert_eq!(of(&app, pro.id).await, []);
    app.shut_down().await;
}
