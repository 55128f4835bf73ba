//! What clients were told, and what must be true of it whatever happened to the server.

use std::collections::BTreeMap;

use serde_json::Value;

/// A grant, as its holder saw it. Moments are counted, not measured: a greater one is later.
#[derive(Clone, Debug)]
pub struct Grant {
    pub resource: String,
    pub requester: String,
    pub release_token: String,
    pub fencing_token: u64,
    pub reserved_at: String,
    pub expires_at: Option<String>,
    /// When the request that was granted was sent.
    pub asked: u64,
    /// When its holder could begin to rely on it.
    pub told: u64,
    /// When its holder stopped relying on it: just before it was given back.
    pub let_go: Option<u64>,
    /// Whether its holder was told that it is free.
    pub released: bool,
}

impl Grant {
    pub fn read(answer: &Value, asked: u64, told: u64) -> Self {
        let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
        Self {
            resource: text("resource"),
            requester: text("requester"),
            release_token: text("releaseToken"),
            fencing_token: answer["fencingToken"].as_u64().expect("a number"),
            reserved_at: text("reservedAt"),
            expires_at: answer["expiresAt"].as_str().map(str::to_owned),
            asked,
            told,
            let_go: None,
            released: false,
        }
    }

    /// Whether it had ended by itself at a time of the server's.
    pub fn had_expired(&self, at: &str) -> bool {
        self.expires_at
            .as_deref()
            .is_some_and(|expires_at| expires_at <= at)
    }
}

/// All grants of a tenant, by fencing token.
#[derive(Default)]
pub struct History(pub BTreeMap<u64, Grant>);

impl History {
    pub fn add(&mut self, grant: Grant) {
        let token = grant.fencing_token;
        if let Some(other) = self.0.insert(token, grant) {
            panic!(
                "one fencing token, two grants: {other:?} {:?}",
                self.0[&token]
            );
        }
    }

    /// Who asks after another was answered gets a greater number, restarts or not.
    pub fn assert_fencing_tokens_never_go_back(&self) {
        let mut by_told: Vec<&Grant> = self.0.values().collect();
        by_told.sort_by_key(|grant| grant.told);
        let mut by_asked = by_told.clone();
        by_asked.sort_by_key(|grant| grant.asked);
        let mut told = by_told.into_iter().peekable();
        let mut greatest: Option<&Grant> = None;
        for grant in by_asked {
            while let Some(earlier) = told.next_if(|earlier| earlier.told < grant.asked) {
                if greatest.is_none_or(|g| g.fencing_token < earlier.fencing_token) {
                    greatest = Some(earlier);
                }
            }
            assert!(
                greatest.is_none_or(|g| g.fencing_token < grant.fencing_token),
                "{grant:?} was granted after {greatest:?}"
            );
        }
    }

    /// Nobody was told that he has something that another one still relied on.
    pub fn assert_nothing_was_granted_twice(&self) {
        let mut last: BTreeMap<&str, &Grant> = BTreeMap::new();
        for grant in self.0.values() {
            if let Some(former) = last.insert(&grant.resource, grant) {
                let was_let_go = former.let_go.is_some_and(|let_go| let_go < grant.told);
                assert!(
                    was_let_go || former.had_expired(&grant.reserved_at),
                    "{grant:?} while {former:?}"
                );
            }
        }
    }

    /// `events`: a tenant's rows, and `held`: its reservations, after the end.
    pub fn assert_the_log_says_the_same(
        &self,
        events: &[(u64, Value)],
        held: &BTreeMap<String, u64>,
    ) {
        let mut book: BTreeMap<String, u64> = BTreeMap::new();
        let mut ended: Vec<u64> = Vec::new();
        for (number, (revision, event)) in events.iter().enumerate() {
            assert_eq!(*revision, number as u64 + 1, "revisions have a gap");
            assert_eq!(event["revision"], *revision);
            let resource = event["resource"].as_str().expect("a name").to_owned();
            let fencing_token = event["fencingToken"].as_u64().expect("a number");
            if event["type"] == "RESERVED" {
                assert_eq!(fencing_token, *revision);
                assert_eq!(
                    book.insert(resource, fencing_token),
                    None,
                    "granted twice: {event}"
                );
            } else {
                assert_eq!(
                    book.remove(&resource),
                    Some(fencing_token),
                    "ended twice: {event}"
                );
                ended.push(fencing_token);
            }
        }
        assert_eq!(&book, held, "the reservations are not what the events say");
        ended.sort_unstable();
        for grant in self.0.values() {
            let index = usize::try_from(grant.fencing_token - 1).expect("small");
            let event = &events.get(index).expect("an acknowledged grant is lost").1;
            assert_eq!(event["type"], "RESERVED");
            assert_eq!(event["resource"], grant.resource);
            assert_eq!(event["requester"], grant.requester);
            assert!(
                !grant.released || ended.binary_search(&grant.fencing_token).is_ok(),
                "an acknowledged release is lost: {grant:?}"
            );
        }
    }
}
