//! Somebody in front of the ledger.

use std::{sync::Arc, time::Duration};

use coop_engine::{
    Book as _, Caller, Command, Mode, Outcome, ReleaseToken, Requester, Reservation, ReserveItem,
    ReserveOutcome, ResourceName, Ttl, UnreserveItem, UnreserveOutcome, Wait,
};
use coop_locker::{
    keyring::KeyText,
    ledger::{Credential, Decided, Found, Ledger, Refused},
    random,
};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::support::{App, Tenant};

/// Somebody with a key, in front of the ledger.
#[derive(Clone)]
pub struct Asker {
    pub ledger: Ledger,
    pub tasks: TaskTracker,
    pub credential: Arc<Credential>,
}

impl Asker {
    pub fn of(app: &App, tenant: &Tenant) -> Self {
        let key = KeyText::parse(&tenant.key).expect("a key");
        let ledger = app.services.ledger.clone();
        let digest = app.services.keyring.digest(&key);
        let Found::Live(credential) = ledger.credentials().find(&digest) else {
            panic!("the key is gone");
        };
        let tasks = app.services.tasks.clone();
        Self {
            ledger,
            tasks,
            credential,
        }
    }

    pub async fn decide(&self, command: Command) -> Result<Decided, Refused> {
        let caller = Caller {
            issuer: None,
            label: self.credential.label(),
        };
        self.ledger.decide(&self.credential, caller, command).await
    }

    pub async fn reserve(&self, item: ReserveItem) -> ReserveOutcome {
        let decided = self.decide(Command::Reserve(vec![item])).await;
        first(decided.expect("decided"))
    }

    /// Asks and waits in a task of its own; comes back when the request is in the line.
    pub async fn wait_for(&self, item: ReserveItem) -> JoinHandle<Result<Decided, Refused>> {
        let wait = Wait {
            waiter: self.ledger.next_waiter(),
            at_most: Ttl::parse(30).expect("a TTL"),
        };
        let command = Command::Reserve(vec![ReserveItem {
            wait: Some(wait),
            ..item
        }]);
        let before = self.waiting().await;
        let asker = self.clone();
        let task = self.tasks.spawn(async move { asker.decide(command).await });
        self.until_waiting(before + 1).await;
        task
    }

    pub async fn waiting(&self) -> usize {
        let tenant = self.credential.tenant.id;
        let look = self.ledger.look(tenant, |book, _| {
            book.tickets().filter(|t| t.is_heard()).count()
        });
        look.await.expect("seen")
    }

    pub async fn until_waiting(&self, number: usize) {
        while self.waiting().await != number {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub async fn release(&self, held: &Reservation) {
        let item = UnreserveItem {
            requester: held.principal.requester.clone(),
            resource: held.resource.clone(),
            token: Some(held.release_token),
        };
        let decided = self.decide(Command::Unreserve(vec![item])).await;
        let Outcome::Unreserve(outcomes) = decided.expect("decided").outcome else {
            panic!("another answer");
        };
        assert!(matches!(outcomes[..], [UnreserveOutcome::Relinquished(_)]));
    }
}

pub fn first(decided: Decided) -> ReserveOutcome {
    match decided.outcome {
        Outcome::Reserve(mut outcomes) => outcomes.remove(0),
        other => panic!("{other:?}"),
    }
}

pub fn held(outcome: &ReserveOutcome) -> &Arc<Reservation> {
    outcome.reservation().expect("granted")
}

pub fn name(text: &str) -> ResourceName {
    ResourceName::parse(text).expect("a name")
}

pub fn take(requester: &str, resource: &str) -> ReserveItem {
    ReserveItem {
        requester: Requester::parse(requester).expect("a requester"),
        resource: name(resource),
        mode: Mode::Exclusive,
        ttl: None,
        resource_type: "UserDefined".into(),
        metadata: None,
        token: ReleaseToken::from_random(random::bytes()),
        wait: None,
    }
}
