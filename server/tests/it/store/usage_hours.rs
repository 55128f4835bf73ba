//! What was done in each hour.

use coop_locker::{
    model::{Hour, HourUsage, TenantId, Tier, UsageSource},
    store::Db,
};

use super::insert_tenant;

const NOON: Hour = Hour::from_number(500_000);

pub async fn contract(db: &mut Db) {
    what_is_done_is_added_to_what_was_done_in_the_hour(db).await;
    a_tenant_with_many_keys_has_a_bounded_number_of_rows_and_nothing_is_lost(db).await;
    hours_are_forgotten_by_age_and_with_their_tenant(db).await;
}

fn usage(tenant: TenantId, hour: Hour, source: i64) -> HourUsage {
    HourUsage {
        tenant,
        hour,
        source: UsageSource::from_i64(source),
        label: format!("g\u{e4}rtner {source} \u{1f512}"),
        reads: 1 << 39,
        writes: 2,
        refusals: [3, 4, 5, 6, 7, 8],
    }
}

async fn add(db: &mut Db, usage: &HourUsage) {
    assert!(db.add_usage_hour(usage).await.expect("added"));
}

async fn of(db: &mut Db, tenant: TenantId, since: Hour) -> Vec<HourUsage> {
    db.usage_hours_of(tenant, since).await.expect("read")
}

async fn what_is_done_is_added_to_what_was_done_in_the_hour(db: &mut Db) {
    let (tenant, other) = (insert_tenant(db, 710).await, insert_tenant(db, 711).await);
    let first = usage(tenant, NOON, 71_001);
    add(db, &first).await;
    add(db, &usage(other, NOON, 71_002)).await;
    add(db, &usage(tenant, NOON.back(1), 71_001)).await;
    assert_eq!(of(db, tenant, NOON).await, std::slice::from_ref(&first));
    let renamed = HourUsage {
        label: "renamed".to_owned(),
        ..first.clone()
    };
    add(db, &renamed).await;
    let twice = HourUsage {
        reads: 2 * first.reads,
        writes: 2 * first.writes,
        refusals: first.refusals.map(|count| 2 * count),
        ..renamed
    };
    let before = usage(tenant, NOON.back(1), 71_001);
    assert_eq!(of(db, tenant, NOON.back(9)).await, [before, twice]);
}

async fn a_tenant_with_many_keys_has_a_bounded_number_of_rows_and_nothing_is_lost(db: &mut Db) {
    let tenant = insert_tenant(db, 712).await;
    for source in 1..=150 {
        add(db, &usage(tenant, NOON, source)).await;
    }
    // Whoever has a row of his own keeps it.
    add(db, &usage(tenant, NOON, 1)).await;
    let rows = of(db, tenant, NOON).await;
    assert_eq!(rows.len(), 101);
    assert_eq!(rows[0].source, UsageSource::OTHERS);
    assert_eq!((rows[0].writes, rows[1].writes), (2 * 50, 2 * 2));
    let writes: u64 = rows.iter().map(|row| row.writes).sum();
    assert_eq!(writes, 2 * 151);
}

async fn hours_are_forgotten_by_age_and_with_their_tenant(db: &mut Db) {
    let tenant = insert_tenant(db, 713).await;
    for back in 0..4 {
        for source in [1, 2] {
            add(db, &usage(tenant, NOON.back(back), source)).await;
        }
    }
    for (tier, before, is_found) in [
        (Tier::Free, NOON.back(2), true),
        (Tier::Free, NOON.back(3), false),
        (Tier::Pro, NOON, false),
    ] {
        let tenants = db.tenants_with_usage_before(tier, before, 1_000).await;
        let tenants = tenants.expect("read");
        assert_eq!(tenants.contains(&tenant), is_found, "{tier} {before:?}");
    }
    let before = NOON.back(1);
    assert_eq!(
        db.prune_usage_hours_of(tenant, before, 3)
            .await
            .expect("pruned"),
        3
    );
    assert_eq!(of(db, tenant, NOON.back(9)).await.len(), 5);
    assert_eq!(
        db.prune_usage_hours_of(tenant, before, 9)
            .await
            .expect("pruned"),
        1
    );
    assert_eq!(
        db.prune_usage_hours_of(tenant, before, 9)
            .await
            .expect("pruned"),
        0
    );
    let left = of(db, tenant, NOON.back(9)).await;
    assert!(left.len() == 4 && left.iter().all(|row| row.hour >= before));
    assert!(db.delete_tenant(tenant).await.expect("deleted"));
    assert_eq!(of(db, tenant, Hour::default()).await, []);
    assert!(
        !db.add_usage_hour(&usage(tenant, NOON, 1))
            .await
            .expect("no error")
    );
}
