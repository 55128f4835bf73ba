//! What a decision costs: the rules alone, without queue, disk and network.
//!
//! `cargo bench -p coop-engine`. Where a book is changed by what is measured, each round undoes it.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot go on fails there"
)]

use std::{hint::black_box, sync::Arc, time::Duration};

use coop_engine::{
    Caller, Capacity, Command, Limits, MemoryBook, Method, Mode, Outcome, Path, RegisterItem,
    ReleaseToken, Requester, ReserveItem, ResourceName, Revision, Time, Transaction, Ttl,
    UnreserveItem, Wait, WaiterId, decide,
};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

const LIMITS: Limits = Limits {
    active_reservations: None,
    of_one_principal: None,
    expirations: 1_000,
    requires_registration: false,
};
const TOKEN: [u8; 16] = [7; 16];
const WAITERS: [u64; 3] = [0, 64, 1_000];

struct Bench {
    book: MemoryBook,
    caller: Caller,
    waiters: u64,
}

impl Bench {
    fn new() -> Self {
        Self {
            book: MemoryBook::new(Revision::ZERO, Time::from_micros(0)),
            caller: Caller {
                issuer: None,
                label: Arc::from("bench"),
            },
            waiters: 0,
        }
    }

    fn run(&mut self, command: &Command) -> Outcome {
        let now = Time::from_micros(1);
        let decision = decide(&self.book, &self.caller, command, now, &LIMITS);
        self.book.apply(&decision).expect("it fits");
        decision.outcome
    }

    fn held(number: u32) -> Self {
        let mut bench = Self::new();
        for number in 0..number {
            bench.run(&reserve("holder", &format!("held-{number}")));
        }
        bench
    }

    /// So many wait for one name that somebody holds, or each for a name of its own.
    fn waited_for(number: u64, is_one_name: bool) -> Self {
        let mut bench = Self::new();
        let name = |number: u64| {
            let number = if is_one_name { 0 } else { number };
            format!("waited-for-{number}")
        };
        for number in 0..number.max(1) {
            bench.run(&reserve("holder", &name(number)));
        }
        for number in 0..number {
            bench.wait(&format!("waiter-{number}"), &name(number));
        }
        bench
    }

    fn wait(&mut self, who: &str, what: &str) {
        self.waiters += 1;
        let wait = Wait {
            waiter: WaiterId::new(self.waiters),
            at_most: Ttl::parse(60_u32).expect("a TTL"),
        };
        let item = ReserveItem {
            wait: Some(wait),
            ..item(who, what)
        };
        let outcome = self.run(&Command::Reserve(vec![item]));
        assert!(matches!(outcome, Outcome::Waiting));
    }

    fn wait_for_both(&mut self, who: &str) {
        self.waiters += 1;
        let transaction = Transaction {
            id: Arc::from("transaction"),
            method: Method::AllOrNone,
            items: vec![item(who, "first"), item(who, "second")],
            wait: Some(Wait {
                waiter: WaiterId::new(self.waiters),
                at_most: Ttl::parse(60_u32).expect("a TTL"),
            }),
        };
        let outcome = self.run(&Command::Transactions(vec![transaction]));
        assert!(matches!(outcome, Outcome::Waiting));
    }

    fn register(&mut self, item: RegisterItem) {
        let outcome = self.run(&Command::Register(vec![item]));
        assert!(matches!(outcome, Outcome::Registered), "{outcome:?}");
    }
}

fn name(text: &str) -> ResourceName {
    ResourceName::parse(text).expect("a name")
}

fn requester(text: &str) -> Requester {
    Requester::parse(text).expect("a requester")
}

fn item(who: &str, what: &str) -> ReserveItem {
    ReserveItem {
        requester: requester(who),
        resource: name(what),
        mode: Mode::Exclusive,
        ttl: None,
        resource_type: Arc::from("UserDefined"),
        metadata: None,
        token: ReleaseToken::from_random(TOKEN),
        wait: None,
    }
}

fn reserve(who: &str, what: &str) -> Command {
    Command::Reserve(vec![item(who, what)])
}

fn unreserve(who: &str, what: &str) -> Command {
    Command::Unreserve(vec![UnreserveItem {
        requester: requester(who),
        resource: name(what),
        token: Some(ReleaseToken::from_random(TOKEN)),
    }])
}

fn define(what: &str) -> RegisterItem {
    RegisterItem {
        name: name(what),
        capacity: Capacity::ONE,
        blocks: Vec::new(),
        tree_path: Path::default(),
        lock_delay: None,
    }
}

/// Reserve and unreserve of a name that nobody else is interested in, applied to the book.
fn cycle(bench: &mut Bench, what: &str) {
    let (take, give) = (reserve("worker", what), unreserve("worker", what));
    black_box(bench.run(&take));
    black_box(bench.run(&give));
}

fn cycles(c: &mut Criterion) {
    let mut group = c.benchmark_group("a cycle of a free name beside so many reservations");
    for held in [0, 1_000, 1_000_000] {
        let mut bench = Bench::held(held);
        group.bench_function(BenchmarkId::from_parameter(held), |b| {
            b.iter(|| cycle(&mut bench, "free"));
        });
    }
    group.finish();

    let mut bench = Bench::new();
    bench.register(RegisterItem {
        capacity: Capacity::parse(1_000_u16).expect("a capacity"),
        ..define("pool")
    });
    for number in 0..500 {
        bench.run(&reserve(&format!("holder-{number}"), "pool"));
    }
    c.bench_function("a cycle of a slot in a half-full pool of 1000", |b| {
        b.iter(|| cycle(&mut bench, "pool"));
    });

    let mut bench = Bench::new();
    let ancestors = (0..Path::MAX_LEVELS - 1).map(|level| name(&format!("level-{level}")));
    bench.register(RegisterItem {
        tree_path: Path::new(ancestors.collect()),
        ..define("leaf")
    });
    c.bench_function("a cycle of a leaf of the deepest tree", |b| {
        b.iter(|| cycle(&mut bench, "leaf"));
    });

    let mut bench = Bench::new();
    let blockers = |from: u32| (from..from + 32).map(|number| name(&format!("blocker-{number}")));
    bench.register(RegisterItem {
        blocks: blockers(32).collect(),
        ..define("blocker-0")
    });
    bench.register(RegisterItem {
        blocks: blockers(0).collect(),
        ..define("blocked")
    });
    c.bench_function("a cycle of a name with 64 blockers", |b| {
        b.iter(|| cycle(&mut bench, "blocked"));
    });
}

fn waiting(c: &mut Criterion) {
    for (is_one_name, what) in [(true, "one name"), (false, "names of their own")] {
        let mut group = c.benchmark_group(format!("a cycle while so many wait for {what}"));
        for waiters in WAITERS {
            let mut bench = Bench::waited_for(waiters, is_one_name);
            group.bench_function(BenchmarkId::from_parameter(waiters), |b| {
                b.iter(|| cycle(&mut bench, "unrelated"));
            });
        }
        group.finish();
    }
    // Each wants two names, of which the second is held, and keeps the first from everybody behind him.
    let mut group =
        c.benchmark_group("a cycle while so many wait for two names of which one is free");
    for waiters in WAITERS {
        let mut bench = Bench::new();
        bench.run(&reserve("holder", "second"));
        for number in 0..waiters {
            bench.wait_for_both(&format!("waiter-{number}"));
        }
        group.bench_function(BenchmarkId::from_parameter(waiters), |b| {
            b.iter(|| cycle(&mut bench, "third"));
        });
    }
    group.finish();
    let mut group = c.benchmark_group("a hand-off of a name that so many wait for, and a new wait");
    for waiters in [1, 64, 999] {
        let mut bench = Bench::waited_for(waiters, true);
        // Who holds it now, and who waits, in order.
        let mut turns = std::collections::VecDeque::from(["holder".to_owned()]);
        turns.extend((0..waiters).map(|number| format!("waiter-{number}")));
        group.bench_function(BenchmarkId::from_parameter(waiters), |b| {
            b.iter(|| {
                let who = turns.pop_front().expect("somebody");
                black_box(bench.run(&unreserve(&who, "waited-for-0")));
                bench.wait(&who, "waited-for-0");
                turns.push_back(who);
            });
        });
    }
    group.finish();
    let mut group = c.benchmark_group("counting who waits for each of so many");
    for held in [1, 999] {
        let bench = Bench::waited_for(held, false);
        group.bench_function(BenchmarkId::from_parameter(held), |b| {
            b.iter(|| {
                let each = bench.book.reservations();
                each.map(|held| bench.book.waiting_for(held)).sum::<usize>()
            });
        });
    }
    group.finish();
}

fn config() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! {
    name = benches;
    config = config();
    targets = cycles, waiting
}
criterion_main!(benches);
