//! Windows: a few clients, a few names, something that goes wrong in the middle, and a look at what was written down.

use std::{
    path::Path,
    sync::{Arc, RwLock},
    thread,
    time::Duration,
};

use coop_locker::{clock::SharedClock, model::Tier, random};
use tokio::runtime::Handle;

use super::{
    client::{Client, Door, Plan},
    history::Recorder,
    inside::{LedgerDoor, Present},
    outside::{self, HttpDoor, Whereabouts},
    words::Names,
};
use crate::support::{App, Server, Site, Tenant};

const CLIENTS: usize = 3;

/// What happens to the server when a part of the answers is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// `kill -9`, and a start.
    Kill,
    /// A kill, and a start when all that lasted a second has expired.
    LongDeath,
    /// A proper stop, and a start.
    Stop,
    /// SIGSTOP, and SIGCONT when the clients have lost their patience.
    Pause,
}

fn names(number: usize, plan: Plan) -> Names {
    Names {
        prefix: format!("n{number}"),
        capacities: plan.capacities.into(),
    }
}

/// After how many answers it happens.
fn moment_of_trouble(plan: Plan) -> usize {
    let all = CLIENTS * plan.requests;
    all / 4 + usize::try_from(random::u64() % (all as u64 / 4)).expect("small")
}

/// The real binary.
pub struct Outside {
    site: Site,
    key: String,
    server: Server,
    whereabouts: Whereabouts,
    windows: usize,
    last_token: u64,
}

impl Outside {
    pub fn start() -> Self {
        let site = Site::without_limits();
        let key = site.tenant_key();
        let server = site.serve();
        let whereabouts = Whereabouts::default();
        whereabouts.set(Some(server.address));
        Self {
            site,
            key,
            server,
            whereabouts,
            windows: 0,
            last_token: 0,
        }
    }

    /// # Errors
    /// When no order explains what happened.
    pub fn window(&mut self, plan: Plan, trouble: Trouble) -> Result<(), String> {
        self.windows += 1;
        let names = names(self.windows, plan);
        if plan.capacities.iter().any(|capacity| *capacity > 1) {
            outside::register(self.server.address, &self.key, &names);
        }
        let recorder = Arc::new(Recorder::default());
        let clients: Vec<_> = (0..CLIENTS)
            .map(|who| {
                let mut door = HttpDoor {
                    key: self.key.clone(),
                    whereabouts: self.whereabouts.clone(),
                    clock: SharedClock::system(),
                    connection: None,
                };
                let (names, recorder) = (names.clone(), Arc::clone(&recorder));
                thread::spawn(move || Client::new(who, plan).work(&mut door, &names, &recorder))
            })
            .collect();
        let at = moment_of_trouble(plan);
        let is_over = || clients.iter().any(thread::JoinHandle::is_finished);
        while recorder.answers() < at && !is_over() {
            thread::sleep(Duration::from_micros(200));
        }
        self.make(trouble);
        for client in clients {
            client.join().expect("no panic");
        }
        let checked = recorder.check(&names.capacities, self.last_token);
        self.last_token = self.last_token.max(recorder.last_token());
        checked
    }

    fn make(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::None => return,
            Trouble::Pause => return self.server.pause(Duration::from_millis(400)),
            Trouble::Kill | Trouble::LongDeath => self.server.kill(),
            Trouble::Stop => {
                let status = self.server.terminate().expect("it stops in time");
                assert!(status.success(), "{status}: {}", self.server.log());
            }
        }
        self.whereabouts.set(None);
        if trouble == Trouble::LongDeath {
            thread::sleep(Duration::from_millis(1_100));
        }
        self.server = self.site.serve();
        self.whereabouts.set(Some(self.server.address));
    }
}

/// A door as it should be.
pub fn honest(door: LedgerDoor) -> Box<dyn Door> {
    Box::new(door)
}

/// What stands between the clients of a window and the ledger.
pub struct Setup<'a> {
    pub door: &'a dyn Fn(LedgerDoor) -> Box<dyn Door>,
    /// What happens to the database while nobody has it open.
    pub meddle: &'a dyn Fn(&Path),
    /// Slots that a pool has and should not have.
    pub slots_too_many: u16,
}

/// The ledger, in this process.
pub struct Inside {
    app: Option<App>,
    tenant: Tenant,
    windows: usize,
    last_token: u64,
}

impl Inside {
    pub async fn start() -> Self {
        let app = App::start().await;
        let tenant = app.tenant(Tier::Enterprise).await;
        Self {
            app: Some(app),
            tenant,
            windows: 0,
            last_token: 0,
        }
    }

    /// # Errors
    /// When no order explains what happened.
    pub async fn window(
        &mut self,
        plan: Plan,
        trouble: Trouble,
        door: &dyn Fn(LedgerDoor) -> Box<dyn Door>,
    ) -> Result<(), String> {
        let setup = Setup {
            door,
            meddle: &|_| {},
            slots_too_many: 0,
        };
        self.window_with(plan, trouble, &setup).await
    }

    /// # Errors
    /// When no order explains what happened.
    pub async fn window_with(
        &mut self,
        plan: Plan,
        trouble: Trouble,
        setup: &Setup<'_>,
    ) -> Result<(), String> {
        self.windows += 1;
        let names = names(self.windows, plan);
        let app = self.app.as_ref().expect("it runs");
        let present = Present::of(app, &self.tenant);
        if plan.capacities.iter().any(|capacity| *capacity > 1) {
            present.register(&names, setup.slots_too_many).await;
        }
        let door = LedgerDoor {
            runtime: Handle::current(),
            clock: app.clock.clone(),
            present: Arc::new(RwLock::new(Some(present))),
        };
        let recorder = Arc::new(Recorder::default());
        let clients: Vec<_> = (0..CLIENTS)
            .map(|who| {
                let mut door = (setup.door)(door.clone());
                let (names, recorder) = (names.clone(), Arc::clone(&recorder));
                let work = move || Client::new(who, plan).work(&mut door, &names, &recorder);
                tokio::task::spawn_blocking(work)
            })
            .collect();
        let mut at = Some(moment_of_trouble(plan)).filter(|_| trouble != Trouble::None);
        while !clients.iter().all(tokio::task::JoinHandle::is_finished) {
            if plan.ttl.is_some() {
                let step = i64::try_from(random::u64() % 200).expect("small");
                door.clock.advance_ms(step);
            }
            if at.is_some_and(|at| recorder.answers() >= at) {
                at = None;
                self.restart(&door, setup.meddle).await;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for client in clients {
            client.await.expect("no panic");
        }
        let checked = recorder.check(&names.capacities, self.last_token);
        self.last_token = self.last_token.max(recorder.last_token());
        checked
    }

    async fn restart(&mut self, door: &LedgerDoor, meddle: &dyn Fn(&Path)) {
        let app = self.app.take().expect("it runs");
        let is_there = |present| *door.present.write().expect("nobody panics with it") = present;
        is_there(None);
        let app = app.restart_on(meddle).await;
        is_there(Some(Present::of(&app, &self.tenant)));
        self.app = Some(app);
    }
}
