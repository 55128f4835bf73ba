//! The ledger from inside: the same store, queue and writer as in the server, without the API in front of it, on a clock
//! that is turned by hand.

use std::{
    sync::{Arc, RwLock},
    thread,
    time::Duration,
};

use coop_engine::{
    Caller, Capacity, Command, Mode, Outcome, Path, RegisterItem, ReleaseToken, RenewItem,
    RenewOutcome, Requester, Reservation, ReserveItem, ReserveOutcome, ResourceName, Revision,
    Time, Transaction, Ttl, UnreserveItem, UnreserveOutcome, VerifyItem, VerifyOutcome,
};
use coop_locker::{
    domain::reservations::{self, ReservationFilter},
    keyring::KeyText,
    ledger::{Credential, Found},
    random,
    state::Services,
};
use tokio::runtime::Handle;

use super::{
    client::Door,
    outside::slot,
    words::{
        Answer, Ask, Grant, Names, Renewed, Reserved, Row, Unreserved, Verified, read_requester,
        requester,
    },
};
use crate::support::{App, ManualClock, Tenant};

/// A ledger at work, seen by one tenant.
#[derive(Clone)]
pub struct Present {
    services: Services,
    credential: Arc<Credential>,
}

impl Present {
    pub fn of(app: &App, tenant: &Tenant) -> Self {
        let services = app.services.clone();
        let key = KeyText::parse(&tenant.key).expect("a key");
        let digest = services.keyring.digest(&key);
        let Found::Live(credential) = services.ledger.credentials().find(&digest) else {
            panic!("the tenant's key is gone");
        };
        Self {
            services,
            credential,
        }
    }

    /// Makes the pools of a window, with so many slots more than they should have.
    pub async fn register(&self, names: &Names, more: u16) {
        let pools = names.capacities.iter().enumerate();
        let pools = pools.filter(|(_, capacity)| **capacity > 1);
        let items = pools.map(|(what, capacity)| RegisterItem {
            name: name(names, what),
            capacity: Capacity::parse(capacity + more).expect("a capacity"),
            blocks: Vec::new(),
            tree_path: Path::default(),
            lock_delay: None,
        });
        let command = Command::Register(items.collect());
        let decided = self.decide(command).await.expect("decided");
        assert_eq!(decided, Outcome::Registered);
    }

    async fn decide(&self, command: Command) -> Option<Outcome> {
        let caller = Caller {
            issuer: None,
            label: self.credential.label(),
        };
        let ledger = &self.services.ledger;
        let decided = ledger.decide(&self.credential, caller, command).await;
        decided.ok().map(|decided| decided.outcome)
    }

    async fn list(&self, names: &Names) -> Option<Answer> {
        let filter = ReservationFilter {
            prefix: Some(format!("{}-", names.prefix)),
            ..ReservationFilter::default()
        };
        let (ledger, tenant) = (&self.services.ledger, self.credential.tenant.id);
        let now = self.services.clock.now();
        let page = reservations::list(ledger, tenant, &filter, None, 1_000, now).await;
        let rows = page.ok()?.reservations.into_iter().map(|held| {
            Row(
                names.read_name(held.resource.as_str()),
                read_requester(held.principal.requester.as_str()),
                held.fencing_token.as_u64(),
            )
        });
        Some(Answer::List(rows.collect()))
    }
}

#[derive(Clone)]
pub struct LedgerDoor {
    pub runtime: Handle,
    pub clock: ManualClock,
    /// `None` while it is started again.
    pub present: Arc<RwLock<Option<Present>>>,
}

impl LedgerDoor {
    fn present(&self) -> Option<Present> {
        self.present.read().expect("nobody panics with it").clone()
    }
}

impl Door for LedgerDoor {
    fn now(&self) -> i64 {
        self.clock.micros() / 1_000
    }

    fn open(&mut self) -> bool {
        while self.present().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        true
    }

    fn ask(&mut self, names: &Names, ask: &Ask) -> Option<Answer> {
        let present = self.present()?;
        let Some(command) = command(names, ask) else {
            return self.runtime.block_on(present.list(names));
        };
        let outcome = self.runtime.block_on(present.decide(command))?;
        Some(answer(ask, &outcome))
    }
}

fn name(names: &Names, what: usize) -> ResourceName {
    ResourceName::parse(&names.name(what)).expect("a name")
}

fn who(number: usize) -> Requester {
    Requester::parse(&requester(number)).expect("a requester")
}

fn item(names: &Names, by: usize, what: usize, mode: Mode, ttl: Option<u32>) -> ReserveItem {
    ReserveItem {
        requester: who(by),
        resource: name(names, what),
        mode,
        ttl: ttl.map(|ttl| Ttl::parse(ttl).expect("a TTL")),
        resource_type: "UserDefined".into(),
        metadata: None,
        token: ReleaseToken::from_random(random::bytes()),
        wait: None,
    }
}

/// `None`: it is no command.
fn command(names: &Names, ask: &Ask) -> Option<Command> {
    Some(match ask {
        Ask::List => return None,
        Ask::Reserve {
            who,
            what,
            mode,
            ttl,
        } => Command::Reserve(vec![item(names, *who, *what, *mode, *ttl)]),
        Ask::Unreserve {
            who: by,
            what,
            release,
        } => Command::Unreserve(vec![UnreserveItem {
            requester: who(*by),
            resource: name(names, *what),
            token: ReleaseToken::parse(release),
        }]),
        Ask::Renew {
            who: by,
            what,
            release,
            ttl,
            shorten,
        } => Command::Renew(vec![RenewItem {
            requester: who(*by),
            resource: name(names, *what),
            token: ReleaseToken::parse(release),
            ttl: Some(Ttl::parse(*ttl).expect("a TTL")),
            at_most: None,
            allow_shorten: *shorten,
        }]),
        Ask::Verify { what, token } => Command::Verify(vec![VerifyItem {
            resource: name(names, *what),
            fencing_token: Revision::new(*token),
        }]),
        Ask::Transaction { who, what, method } => {
            let items = what.iter();
            let items = items.map(|what| item(names, *who, *what, Mode::Exclusive, None));
            Command::Transactions(vec![Transaction {
                id: format!("{:x}", random::u64()).into(),
                method: *method,
                items: items.collect(),
                wait: None,
            }])
        }
    })
}

fn answer(ask: &Ask, outcome: &Outcome) -> Answer {
    match outcome {
        Outcome::Reserve(outcomes) => Answer::Reserve(reserved(&outcomes[0])),
        Outcome::Unreserve(outcomes) => Answer::Unreserve(match &outcomes[0] {
            UnreserveOutcome::Relinquished(_) => Unreserved::Relinquished,
            UnreserveOutcome::NotReserved => Unreserved::NotReserved,
            UnreserveOutcome::DoesntOwnReservation(_) => Unreserved::DoesntOwn,
            UnreserveOutcome::InvalidReleaseToken => Unreserved::InvalidToken,
        }),
        Outcome::Renew(outcomes) => Answer::Renew(match &outcomes[0] {
            RenewOutcome::Renewed(held) => Renewed::Until(held.expires_at.map(millis)),
            RenewOutcome::Lost => Renewed::Lost,
            RenewOutcome::DoesntOwnReservation(_) => Renewed::DoesntOwn,
            RenewOutcome::InvalidReleaseToken => Renewed::InvalidToken,
        }),
        Outcome::Verify(outcomes) => Answer::Verify(match &outcomes[0] {
            VerifyOutcome::Current(_) => Verified::Current,
            VerifyOutcome::Stale => Verified::Stale,
            VerifyOutcome::Unknown => Verified::Unknown,
        }),
        Outcome::Transactions(outcomes) => {
            let Ask::Transaction { what, .. } = ask else {
                panic!("{outcome:?} to {ask:?}");
            };
            let several = |outcomes: &[(usize, ReserveOutcome)]| {
                let outcomes = outcomes.iter();
                let of_name =
                    |(index, outcome): &(usize, ReserveOutcome)| (what[*index], reserved(outcome));
                outcomes.map(of_name).collect()
            };
            Answer::Transaction {
                success: outcomes[0].success,
                reserved: several(&outcomes[0].reserved),
                unavailable: several(&outcomes[0].unavailable),
            }
        }
        _ => panic!("{outcome:?} to {ask:?}"),
    }
}

fn reserved(outcome: &ReserveOutcome) -> Reserved {
    match outcome {
        ReserveOutcome::Acquired(held) => Reserved::Acquired(grant(held)),
        ReserveOutcome::AlreadyHad(held) => Reserved::AlreadyHad(grant(held)),
        ReserveOutcome::Refused(refusal) => match refusal.status {
            coop_engine::RefusalStatus::AlreadyHeld => {
                let by = refusal.held_by().expect("a holder");
                let who = read_requester(by.principal.requester.as_str());
                Reserved::AlreadyHeld(who, by.fencing_token.as_u64())
            }
            coop_engine::RefusalStatus::NotAvailable => Reserved::NotAvailable,
            _ => panic!("{refusal:?}"),
        },
    }
}

fn grant(held: &Reservation) -> Grant {
    let first = held.holds().next().expect("a hold");
    Grant {
        token: held.fencing_token.as_u64(),
        release: held.release_token.to_string().into(),
        reserved_at: millis(held.reserved_at),
        expires_at: held.expires_at.map(millis),
        mode: held.mode,
        slot: first.slot.map(|_| slot(&first.name())),
    }
}

const fn millis(time: Time) -> i64 {
    time.as_micros() / 1_000
}
