//! The real server is killed, or stopped, under load; what clients were told has to hold afterwards.

mod client;
mod history;

use std::{
    collections::BTreeMap,
    panic::resume_unwind,
    sync::{Arc, atomic::Ordering},
    thread,
    time::Duration,
};

use serde_json::Value;
use sqlx::{Connection as _, Row as _};

use self::{
    client::{Client, World},
    history::History,
};
use crate::support::{EVENTS, Server, Site};

const KILLS: usize = 6;
const TENANTS: usize = 2;
const CLIENTS_PER_TENANT: usize = 8;
/// The load of one round, in requests: at least, and up to so many more. Not in time, which says nothing on a busy machine.
const SHORTEST_LOAD: u64 = 600;
const MORE_LOAD: u64 = 600;

struct Experiment {
    site: Site,
    world: Arc<World>,
    clients: Vec<Client>,
}

impl Experiment {
    fn new() -> Self {
        let site = Site::without_limits();
        let world = Arc::new(World::default());
        let clients = (0..TENANTS).flat_map(|tenant| {
            let key = site.tenant_key();
            (0..CLIENTS_PER_TENANT)
                .map(|number| Client::new(&world, &key, tenant * CLIENTS_PER_TENANT + number))
                .collect::<Vec<_>>()
        });
        Self {
            clients: clients.collect(),
            world,
            site,
        }
    }

    /// Starts the server on the same files, lets every client look whether what it was told still holds and then work,
    /// and ends the server at some moment in the middle.
    fn round(&mut self, end: impl FnOnce(&mut Server)) {
        let mut server = self.site.serve();
        self.world.is_ending.store(false, Ordering::SeqCst);
        let threads = self.clients.drain(..).map(|mut client| {
            let address = server.address;
            thread::spawn(move || {
                if client.verify(address) {
                    client.work(address);
                }
                client
            })
        });
        let threads: Vec<_> = threads.collect();
        let enough = self.world.requests() + SHORTEST_LOAD + coop_locker::random::u64() % MORE_LOAD;
        // A client that complains has ended, and its complaint is heard below.
        while self.world.requests() < enough && !threads.iter().any(thread::JoinHandle::is_finished)
        {
            thread::sleep(Duration::from_millis(1));
        }
        self.world.is_ending.store(true, Ordering::SeqCst);
        end(&mut server);
        let join = |thread: thread::JoinHandle<Client>| {
            thread
                .join()
                .unwrap_or_else(|complaint| resume_unwind(complaint))
        };
        self.clients = threads.into_iter().map(join).collect();
    }

    /// Nothing happens any more: looks at what clients were told as a whole, and at the files.
    async fn conclude(mut self) {
        let mut server = self.site.serve();
        self.world.is_ending.store(false, Ordering::SeqCst);
        for client in &mut self.clients {
            assert!(client.verify(server.address));
        }
        let status = server.terminate().expect("it stops in time");
        assert!(status.success(), "{status}: {}", server.log());

        let books = read_books(&self.site).await;
        assert_eq!(books.len(), TENANTS);
        let mut clients = self.clients.into_iter();
        // A tenant's clients come one after the other.
        let histories = (0..TENANTS).map(|_| {
            let mut history = History::default();
            for client in clients.by_ref().take(CLIENTS_PER_TENANT) {
                client
                    .history
                    .0
                    .into_values()
                    .for_each(|grant| history.add(grant));
            }
            history
        });
        for history in histories.collect::<Vec<_>>() {
            let grants = history.0.len();
            assert!(grants > 100, "{grants} grants show nothing");
            history.assert_fencing_tokens_never_go_back();
            history.assert_nothing_was_granted_twice();
            let book = books
                .values()
                .find(|book| book.belongs_to(&history))
                .expect("an acknowledged grant is lost");
            history.assert_the_log_says_the_same(&book.events, &book.held);
        }
    }
}

/// What the files say of one tenant.
#[derive(Default)]
struct Book {
    events: Vec<(u64, Value)>,
    /// The fencing token of each resource.
    held: BTreeMap<String, u64>,
}

impl Book {
    fn belongs_to(&self, history: &History) -> bool {
        history.0.values().next().is_some_and(|first| {
            let at = usize::try_from(first.fencing_token - 1).expect("small");
            let event = self.events.get(at);
            event.is_some_and(|(_, event)| {
                event["requester"] == first.requester && event["resource"] == first.resource
            })
        })
    }
}

async fn read_books(site: &Site) -> BTreeMap<i64, Book> {
    let url = format!("sqlite://{}", site.path("coop-locker.db").display());
    let mut db = sqlx::SqliteConnection::connect(&url).await.expect("opens");
    let mut books: BTreeMap<i64, Book> = BTreeMap::new();
    for row in sqlx::query(EVENTS).fetch_all(&mut db).await.expect("rows") {
        let data: String = row.get(0);
        let event = serde_json::from_str(&data).expect("JSON");
        let revision = u64::try_from(row.get::<i64, _>(2)).expect("positive");
        books
            .entry(row.get(1))
            .or_default()
            .events
            .push((revision, event));
    }
    let held = "SELECT tenant_id, resource, fencing_token FROM reservations";
    for row in sqlx::query(held).fetch_all(&mut db).await.expect("rows") {
        let token = u64::try_from(row.get::<i64, _>(2)).expect("positive");
        let book = books.entry(row.get(0)).or_default();
        let doubly = book.held.insert(row.get(1), token);
        assert_eq!(doubly, None, "a resource is held twice");
    }
    books
}

#[tokio::test]
async fn a_server_killed_under_load_has_lost_nothing_and_grants_nothing_twice() {
    let mut experiment = Experiment::new();
    for _ in 0..KILLS {
        experiment.round(Server::kill);
    }
    experiment.conclude().await;
}

#[tokio::test]
async fn a_server_told_to_stop_under_load_ends_well_within_ten_seconds_and_loses_nothing() {
    let mut experiment = Experiment::new();
    for _ in 0..2 {
        experiment.round(|server| {
            let status = server.terminate().expect("it stops in time");
            assert_eq!(status.code(), Some(0), "{}", server.log());
        });
    }
    experiment.conclude().await;
}

#[test]
fn a_second_server_on_the_same_database_is_refused_and_a_killed_one_does_not_block_the_next() {
    let site = Site::new();
    let mut first = site.serve();
    let second = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(
        said.contains("in use by another coop-locker process"),
        "{said}"
    );
    assert!(said.contains("coop-locker.db.lock"), "{said}");
    first.kill();
    assert!(site.path("coop-locker.db.lock").exists());
    let mut next = site.serve();
    assert!(next.terminate().is_some_and(|status| status.success()));
}
