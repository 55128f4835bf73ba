//! There is a decision for all arguments, and the book takes every one of them. Bytes become commands about so few names
//! that they meet.

#![no_main]

use std::sync::Arc;

use coop_engine::{
    Book as _, Caller, Capacity, CheckItem, Command, ForceReleaseItem, IssuerId, Limits,
    MemoryBook, Method, Mode, Path, RegisterItem, ReleaseToken, RenewItem, Requester, ReserveItem,
    ResourceName, Revision, Time, Transaction, Ttl, UnreserveItem, VerifyItem, Wait, WaiterId,
    decide,
};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 12] = [
    "a", "b", "c", "p", "p_0", "p_1", "p_2", "p_01", "p_1_1", "top", "mid", "_0",
];

struct Source<'a> {
    bytes: std::slice::Iter<'a, u8>,
    waiters: u64,
}

impl Source<'_> {
    fn below(&mut self, limit: u8) -> u8 {
        self.bytes.next().copied().unwrap_or_default() % limit
    }

    fn is(&mut self) -> bool {
        self.below(2) == 1
    }

    fn name(&mut self) -> ResourceName {
        let text = NAMES[usize::from(self.below(12))];
        ResourceName::parse(text).expect("a name")
    }

    fn who(&mut self) -> Requester {
        let text = ["u", "v", "w"][usize::from(self.below(3))];
        Requester::parse(text).expect("a requester")
    }

    fn mode(&mut self) -> Mode {
        [Mode::Exclusive, Mode::Shared][usize::from(self.below(2))]
    }

    fn ttl(&mut self) -> Option<Ttl> {
        Ttl::parse(u32::from(self.below(4))).ok()
    }

    fn token(&mut self) -> ReleaseToken {
        ReleaseToken::from_random([self.below(3); 16])
    }

    fn wait(&mut self) -> Option<Wait> {
        let at_most = self.ttl()?;
        self.waiters += 1;
        let waiter = WaiterId::new(self.waiters);
        Some(Wait { waiter, at_most })
    }

    fn several<T>(&mut self, most: u8, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most)).map(|_| one(self)).collect()
    }

    fn item(&mut self, requester: Requester) -> ReserveItem {
        ReserveItem {
            requester,
            resource: self.name(),
            mode: self.mode(),
            ttl: self.ttl(),
            resource_type: Arc::from("t"),
            metadata: None,
            token: self.token(),
            wait: self.wait(),
        }
    }

    fn transaction(&mut self) -> Transaction {
        let who = self.who();
        Transaction {
            id: Arc::from("x"),
            method: [Method::AllOrNone, Method::AsManyAsPossible, Method::First]
                [usize::from(self.below(3))],
            items: self.several(4, |source| source.item(who.clone())),
            wait: self.wait(),
        }
    }

    fn definition(&mut self) -> RegisterItem {
        RegisterItem {
            name: self.name(),
            capacity: Capacity::parse(u16::from(self.below(3)) + 1).expect("a capacity"),
            blocks: self.several(3, Self::name),
            tree_path: Path::new(self.several(3, Self::name)),
            lock_delay: self.ttl(),
        }
    }

    fn command(&mut self) -> Command {
        match self.below(14) {
            0..=2 => Command::Reserve(self.several(3, |source| {
                let who = source.who();
                source.item(who)
            })),
            3 | 4 => Command::Transactions(self.several(3, Self::transaction)),
            5 | 6 => Command::Unreserve(self.several(3, |source| UnreserveItem {
                requester: source.who(),
                resource: source.name(),
                token: Some(source.token()),
            })),
            7 => Command::Renew(self.several(3, |source| RenewItem {
                requester: source.who(),
                resource: source.name(),
                token: Some(source.token()),
                ttl: source.ttl(),
                at_most: source.ttl(),
                allow_shorten: source.is(),
            })),
            8 => Command::Verify(self.several(3, |source| VerifyItem {
                resource: source.name(),
                fencing_token: Revision::new(u64::from(source.below(50))),
            })),
            9 => Command::Check(self.several(3, |source| CheckItem {
                requester: source.is().then(|| source.who()),
                resource: source.name(),
                mode: source.mode(),
            })),
            10 => Command::ForceRelease(self.several(3, |source| ForceReleaseItem {
                resource: source.name(),
                fencing_token: Revision::new(u64::from(source.below(50))),
            })),
            11 => Command::Register(self.several(4, Self::definition)),
            12 => Command::Delete(self.name()),
            _ => match self.below(3) {
                0 => Command::EndWaits,
                1 => Command::Expire,
                _ => Command::Leave(
                    self.several(4, |source| WaiterId::new(u64::from(source.below(30)))),
                ),
            },
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut source = Source {
        bytes: bytes.iter(),
        waiters: 0,
    };
    let mut book = MemoryBook::new(Revision::ZERO, Time::from_micros(0));
    let mut now = 0;
    while source.bytes.len() > 0 {
        // Clocks jump to and fro.
        now += i64::from(source.below(8)) * 300_000 - 600_000;
        let caller = Caller {
            issuer: source.is().then(|| IssuerId::new(1)),
            label: Arc::from("l"),
        };
        let limits = Limits {
            active_reservations: source.is().then_some(5),
            of_one_principal: source.is().then_some(2),
            expirations: usize::from(source.below(3)),
            requires_registration: source.below(8) == 0,
        };
        let command = source.command();
        let clock = Time::from_micros(now);
        let decision = decide(&book, &caller, &command, clock, &limits);
        assert_eq!(decision, decide(&book, &caller, &command, clock, &limits));
        book.apply(&decision).expect("what is decided can be done");
        assert_eq!(book.revision(), decision.revision);
    }
});
