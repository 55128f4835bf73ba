//! What the checker has to find. Each of these bugs stands between honest clients and the ledger: it changes what is asked,
//! or what is answered, the way a broken server would.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    EXCLUSIVE, POOLS, RENEWED, SHARED, TRANSACTIONS,
    client::Plan,
    laboratory::{Inside, Setup, Trouble},
    liar::{Liar, Memory},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    ReleaseIgnoresTheToken,
    ReleaseIsAnsweredAndForgotten,
    RenewIsAnsweredAndForgotten,
    RenewShortensUnasked,
    HoldEndsBeforeItsTime,
    SharedBesideExclusive,
    PoolGivesASlotTwice,
    TransactionLeavesAPart,
    TransactionHoldsForAMoment,
    AnswerBeforeTheCommit,
    FencingTokensBeginAgainAfterARestart,
    HoldIsLostInARestart,
    RequestIsCarriedOutTwice,
    ListIsOfYesterday,
    VerifyIsOfYesterday,
}

use Bug::{
    AnswerBeforeTheCommit, FencingTokensBeginAgainAfterARestart, HoldEndsBeforeItsTime,
    HoldIsLostInARestart, ListIsOfYesterday, PoolGivesASlotTwice, ReleaseIgnoresTheToken,
    ReleaseIsAnsweredAndForgotten, RenewIsAnsweredAndForgotten, RenewShortensUnasked,
    RequestIsCarriedOutTwice, SharedBesideExclusive, TransactionHoldsForAMoment,
    TransactionLeavesAPart, VerifyIsOfYesterday,
};

/// Where each of them shows.
const BUGS: [(Bug, Plan, Trouble); 15] = [
    (ReleaseIgnoresTheToken, EXCLUSIVE, Trouble::None),
    (ReleaseIsAnsweredAndForgotten, EXCLUSIVE, Trouble::None),
    (RenewIsAnsweredAndForgotten, RENEWED, Trouble::None),
    (RenewShortensUnasked, RENEWED, Trouble::None),
    (HoldEndsBeforeItsTime, RENEWED, Trouble::None),
    (SharedBesideExclusive, SHARED, Trouble::None),
    (PoolGivesASlotTwice, POOLS, Trouble::None),
    (TransactionLeavesAPart, TRANSACTIONS, Trouble::None),
    (TransactionHoldsForAMoment, TRANSACTIONS, Trouble::None),
    (AnswerBeforeTheCommit, EXCLUSIVE, Trouble::Stop),
    (
        FencingTokensBeginAgainAfterARestart,
        EXCLUSIVE,
        Trouble::Stop,
    ),
    (HoldIsLostInARestart, EXCLUSIVE, Trouble::Stop),
    (RequestIsCarriedOutTwice, EXCLUSIVE, Trouble::None),
    (ListIsOfYesterday, EXCLUSIVE, Trouble::None),
    (VerifyIsOfYesterday, RENEWED, Trouble::None),
];

/// Windows in which a bug has to show.
const WINDOWS: usize = 400;

/// What the bug does to a database that nobody has open.
fn meddle(bug: Bug, memory: &Mutex<Memory>, database: &Path) {
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    let lost = match bug {
        // The commit of the last grant never reached the disk.
        AnswerBeforeTheCommit if !memory.pending.is_empty() => {
            "DELETE FROM reservations WHERE fencing_token = (SELECT MAX(fencing_token) FROM reservations)"
        }
        HoldIsLostInARestart => "DELETE FROM reservations",
        FencingTokensBeginAgainAfterARestart => {
            memory.less = memory.greatest_token;
            return;
        }
        _ => return,
    };
    let connection = rusqlite::Connection::open(database).expect("nobody else has it open");
    connection.execute_batch(lost).expect("done");
}

/// Lets a bug do harm until it is found. Answers in which window, or nothing.
async fn hunt(bug: Bug, plan: Plan, trouble: Trouble) -> Option<usize> {
    let mut inside = Inside::start().await;
    for window in 1..=WINDOWS {
        let memory = Arc::new(Mutex::new(Memory::default()));
        let setup = Setup {
            door: &|door| {
                Box::new(Liar {
                    bug,
                    door,
                    memory: Arc::clone(&memory),
                })
            },
            meddle: &|database| meddle(bug, &memory, database),
            slots_too_many: u16::from(bug == PoolGivesASlotTwice),
        };
        if inside.window_with(plan, trouble, &setup).await.is_err() {
            return Some(window);
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn every_seeded_bug_is_found() {
    for (bug, plan, trouble) in BUGS {
        let found = hunt(bug, plan, trouble).await;
        println!("{bug:?} is found in window {found:?}");
        assert!(
            found.is_some(),
            "{bug:?} was not found in {WINDOWS} windows"
        );
    }
}
