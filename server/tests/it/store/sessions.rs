//! Sessions.

use coop_locker::{model::StoredSession, store::Db};

use super::at;

pub async fn contract(db: &mut Db) {
    a_session_is_found_until_it_ends(db).await;
    a_session_that_was_ended_cannot_be_saved_again(db).await;
    a_session_is_taken_by_the_first_who_asks(db).await;
    sessions_are_pruned_oldest_first_a_limited_number_at_a_time(db).await;
}

fn session(id: u8, data: &str, end: i64) -> StoredSession {
    StoredSession {
        id_hash: [id; 32],
        data: data.to_owned(),
        expires_at: at(end),
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
