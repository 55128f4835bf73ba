//! Sessions.

use coop_locker::{
    model::{SignedIn, StoredSession},
    store::Db,
};

use super::at;

pub async fn contract(db: &mut Db) {
    a_session_is_found_until_it_ends(db).await;
    a_session_that_was_ended_cannot_be_saved_again(db).await;
    a_session_is_taken_by_the_first_who_asks(db).await;
    sessions_are_found_and_ended_by_whose_they_are(db).await;
    sessions_are_pruned_oldest_first_a_limited_number_at_a_time(db).await;
}

async fn sessions_are_found_and_ended_by_whose_they_are(db: &mut Db) {
    let of = |id: u8, issuer: &str, subject: &str, seen: i64| StoredSession {
        signed_in: Some(SignedIn {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            since: at(1),
            seen: at(seen),
            address: Some("2001:db8::1".to_owned()),
            user_agent: None,
        }),
        ..session(id, "x", 100)
    };
    let all = [
        of(40, "one", "s", 10),
        of(41, "one", "s", 30),
        of(42, "one", "s", 20),
        of(43, "two", "s", 10),
        of(44, "one", "t", 10),
    ];
    for session in &all {
        db.insert_session(session).await.expect("inserted");
    }
    let nobodys = session(45, "attempt", 100);
    db.insert_session(&nobodys).await.expect("inserted");
    let found = db.sessions_of("one", "s", at(99)).await.expect("read");
    assert_eq!(found, [all[1].clone(), all[2].clone(), all[0].clone()]);
    assert!(
        db.sessions_of("one", "s", at(100))
            .await
            .expect("read")
            .is_empty()
    );

    let mut moved = of(40, "one", "s", 50);
    "y".clone_into(&mut moved.data);
    assert!(db.update_session(&moved).await.expect("written"));
    let found = db.sessions_of("one", "s", at(0)).await.expect("read");
    assert_eq!(found[0], moved);

    // Somebody else's is not there.
    let foreign = db.delete_session_of("one", "s", &[43; 32]).await;
    assert!(!foreign.expect("no error"));
    assert!(
        db.delete_session_of("one", "s", &[41; 32])
            .await
            .expect("deleted")
    );
    let rest = db.delete_sessions_of("one", "s", Some(&[40; 32])).await;
    assert_eq!(rest.expect("deleted"), 1);
    assert_eq!(
        db.delete_sessions_of("one", "s", None)
            .await
            .expect("deleted"),
        1
    );
    for id in [43, 44, 45] {
        let left = db.session(&[id; 32], at(0)).await.expect("read");
        assert!(left.is_some(), "{id}");
    }
}

fn session(id: u8, data: &str, end: i64) -> StoredSession {
    StoredSession {
        id_hash: [id; 32],
        data: data.to_owned(),
        expires_at: at(end),
        signed_in: None,
    }
}

async fn a_session_is_found_until_it_ends(db: &mut Db) {
    // A byte above 127 and a zero: neither text nor signed.
    for id in [0, 200] {
        let stored = session(id, "{\"a\":\"\u{e9}\"}", 100);
        db.insert_session(&stored).await.expect("inserted");
        let again = db.insert_session(&stored).await;
        assert!(again.expect_err("refused").is_unique_violation());
        let found = db.session(&[id; 32], at(99)).await.expect("read");
        assert_eq!(found, Some(stored));
        assert_eq!(db.session(&[id; 32], at(100)).await.expect("read"), None);
    }
    assert_eq!(db.session(&[1; 32], at(0)).await.expect("read"), None);
}

async fn a_session_that_was_ended_cannot_be_saved_again(db: &mut Db) {
    let first = session(10, "first", 100);
    let second = session(10, "second", 200);
    assert!(!db.update_session(&first).await.expect("no error"));
    db.insert_session(&first).await.expect("inserted");
    assert!(db.update_session(&second).await.expect("written"));
    let found = db.session(&[10; 32], at(150)).await.expect("read");
    assert_eq!(found.as_ref(), Some(&second));
    db.delete_session(&[10; 32]).await.expect("deleted");
    db.delete_session(&[10; 32]).await.expect("safe to repeat");
    assert!(!db.update_session(&second).await.expect("no error"));
    assert_eq!(db.session(&[10; 32], at(0)).await.expect("read"), None);
}

async fn a_session_is_taken_by_the_first_who_asks(db: &mut Db) {
    let stored = session(20, "once", 100);
    db.insert_session(&stored).await.expect("inserted");
    let mut take = async |now| db.take_session(&[20; 32], at(now)).await.expect("no error");
    assert_eq!(take(100).await, None);
    assert_eq!(take(99).await.as_deref(), Some("once"));
    assert_eq!(take(99).await, None);
}

async fn sessions_are_pruned_oldest_first_a_limited_number_at_a_time(db: &mut Db) {
    while db.prune_sessions(at(1_000), 100).await.expect("pruned") > 0 {}
    for (id, end) in [(31, 30), (32, 10), (33, 20), (34, 40)] {
        let stored = session(id, "x", end);
        db.insert_session(&stored).await.expect("inserted");
    }
    assert_eq!(db.prune_sessions(at(30), 2).await.expect("pruned"), 2);
    // Looked at from before they ended: only the two oldest have gone.
    let mut left = Vec::new();
    for id in [31, 32, 33, 34] {
        if db.session(&[id; 32], at(0)).await.expect("read").is_some() {
            left.push(id);
        }
    }
    assert_eq!(left, [31, 34]);
    assert_eq!(db.prune_sessions(at(30), 2).await.expect("pruned"), 1);
    assert_eq!(db.prune_sessions(at(30), 2).await.expect("pruned"), 0);
}
