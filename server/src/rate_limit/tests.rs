use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use coop_engine::Time;
use proptest::prelude::*;

use super::*;
use crate::{clock::Clock, config::default_tiers};

/// A clock with the governor's tick, a nanosecond.
#[derive(Clone, Default)]
struct Nanoseconds(Arc<Mutex<Duration>>);

impl Nanoseconds {
    fn advance(&self, time: Duration) {
        *self.0.lock().expect("no panic") += time;
    }
}

#[async_trait]
impl Clock for Nanoseconds {
    fn now(&self) -> Time {
        Time::from_micros(0)
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().expect("no panic")
    }

    async fn sleep_until(&self, _deadline: Time) {}
}

fn limiter() -> (RateLimiter, Nanoseconds) {
    let clock = Nanoseconds::default();
    let tiers = default_tiers().expect("embedded");
    (
        RateLimiter::new(&tiers, &SharedClock::new(clock.clone())),
        clock,
    )
}

const BUSY: TenantId = TenantId::from_i64(1);
const OTHER: TenantId = TenantId::from_i64(2);

#[test]
fn reads_have_five_times_the_quota_of_writes() {
    let (limiter, _) = limiter();
    for tier in Tier::ALL {
        let read = limiter.take(BUSY, tier, Kind::Read, 1).expect("fresh");
        let write = limiter.take(BUSY, tier, Kind::Write, 1).expect("fresh");
        assert_eq!(read.quota, 5 * write.quota);
        assert_eq!(read.remaining, read.quota - 1);
        assert_eq!(write.remaining, write.quota - 1);
    }
}

#[test]
fn each_tenant_tier_and_kind_is_a_partition_of_its_own() {
    let (limiter, _) = limiter();
    limiter
        .take(BUSY, Tier::Free, Kind::Write, 200)
        .expect("fresh");
    for tenant in [BUSY, OTHER] {
        for tier in Tier::ALL {
            for kind in [Kind::Read, Kind::Write] {
                let is_used_up = (tenant, tier, kind) == (BUSY, Tier::Free, Kind::Write);
                let standing = limiter.standing(tenant, tier, kind);
                let expected = if is_used_up { 0 } else { standing.quota };
                assert_eq!(standing.remaining, expected, "{tenant}:{tier}:{kind:?}");
                assert_eq!(limiter.take(tenant, tier, kind, 1).is_err(), is_used_up);
            }
        }
    }
}

#[test]
fn a_batch_costs_its_items_and_a_refusal_costs_nothing() {
    let (limiter, _) = limiter();
    let take = |cost| limiter.take(BUSY, Tier::Free, Kind::Write, cost);
    assert_eq!(take(100).expect("fresh").remaining, 100);
    assert_eq!(take(99).expect("enough").remaining, 1);
    for _ in 0..3 {
        let exceeded = take(2).expect_err("used up");
        assert_eq!(exceeded.standing.remaining, 1);
        assert_eq!(exceeded.wait, Duration::from_millis(300));
    }
    assert_eq!(take(1).expect("left").remaining, 0);
}

#[test]
fn what_is_never_refused_takes_what_there_is() {
    let (limiter, _) = limiter();
    let take = |cost| limiter.take_what_there_is(BUSY, Tier::Free, Kind::Write, cost);
    assert_eq!(take(160).remaining, 40);
    assert_eq!(take(50).remaining, 0);
    assert_eq!(take(50).remaining, 0);
    assert_eq!(limiter.standing(BUSY, Tier::Free, Kind::Write).remaining, 0);
}

#[test]
fn whoever_has_a_full_quota_again_is_forgotten_and_nobody_else() {
    let (limiter, clock) = limiter();
    limiter
        .take(BUSY, Tier::Free, Kind::Write, 200)
        .expect("fresh");
    limiter
        .take(OTHER, Tier::Free, Kind::Write, 10)
        .expect("fresh");
    clock.advance(Duration::from_secs(30));
    limiter.forget_idle();
    let kept = limiter.limiter(Tier::Free, Kind::Write);
    assert!(kept.knows(&BUSY) && !kept.knows(&OTHER));
    let standing = |tenant| limiter.standing(tenant, Tier::Free, Kind::Write).remaining;
    assert_eq!((standing(BUSY), standing(OTHER)), (100, 200));
}

#[test]
fn an_address_has_a_limit_of_its_own_and_comes_back_when_it_was_told() {
    let clock = Nanoseconds::default();
    let limit = ByAddress::new(60, &SharedClock::new(clock.clone()));
    let busy = "203.0.113.7".parse().ok();
    for _ in 0..60 {
        assert_eq!(limit.take(busy), Ok(()));
    }
    let wait = limit.take(busy).expect_err("too many");
    assert_eq!(wait, Duration::from_secs(1));
    assert_eq!(limit.take("203.0.113.8".parse().ok()), Ok(()));
    assert_eq!(limit.take(None), Ok(()));
    clock.advance(wait.saturating_sub(Duration::from_nanos(1)));
    assert_eq!(limit.take(busy), Err(Duration::from_nanos(1)));
    clock.advance(Duration::from_nanos(1));
    assert_eq!(limit.take(busy), Ok(()));
}

#[test]
fn retry_after_is_rounded_up_and_never_nothing() {
    for (nanos, seconds) in [
        (0, 1),
        (1, 1),
        (1_000_000_000, 1),
        (1_000_000_001, 2),
        (59_999_999_999, 60),
    ] {
        assert_eq!(
            whole_seconds(Duration::from_nanos(nanos)),
            seconds,
            "{nanos}"
        );
    }
}

proptest! {
    /// Whatever was asked for before: a refused request is refused until the moment it was told, and let through then; and
    /// also at the whole second of `Retry-After`.
    #[test]
    fn a_refused_request_is_let_through_exactly_when_it_was_told(
        tier in prop::sample::select(Tier::ALL.to_vec()),
        kind in prop::sample::select(vec![Kind::Read, Kind::Write]),
        before in prop::collection::vec((1_u32..=100, 0_u64..2_000_000_000), 0..40),
        cost in 1_u32..=100,
        is_rounded in any::<bool>(),
    ) {
        let (limiter, clock) = limiter();
        for (cost, pause) in before {
            let _ = limiter.take(BUSY, tier, kind, cost);
            clock.advance(Duration::from_nanos(pause));
        }
        let _ = limiter.take_what_there_is(BUSY, tier, kind, u32::MAX);
        let told = limiter.take(BUSY, tier, kind, cost).expect_err("nothing is left");
        prop_assert!(told.wait > Duration::ZERO);
        let tick = Duration::from_nanos(1);
        let early = told.wait.saturating_sub(tick);
        clock.advance(early);
        let refused = limiter.take(BUSY, tier, kind, cost);
        prop_assert_eq!(refused.expect_err("one tick too early").wait, tick);
        let rest = if is_rounded {
            Duration::from_secs(whole_seconds(told.wait)).saturating_sub(early)
        } else {
            tick
        };
        clock.advance(rest);
        prop_assert!(limiter.take(BUSY, tier, kind, cost).is_ok());
    }
}
