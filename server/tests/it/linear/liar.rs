//! A door that says, or asks for, something else than it should, in one of the ways of [`Bug`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use coop_engine::{Method, Mode};

use super::{
    bugs::Bug::{
        self, AnswerBeforeTheCommit, HoldEndsBeforeItsTime, ListIsOfYesterday, PoolGivesASlotTwice,
        ReleaseIgnoresTheToken, ReleaseIsAnsweredAndForgotten, RenewIsAnsweredAndForgotten,
        RenewShortensUnasked, RequestIsCarriedOutTwice, SharedBesideExclusive,
        TransactionHoldsForAMoment, TransactionLeavesAPart, VerifyIsOfYesterday,
    },
    client::Door,
    inside::LedgerDoor,
    words::{Answer, Ask, Grant, Names, Renewed, Reserved, Unreserved, Verified},
};

/// What the liars of a window know together.
#[derive(Default)]
pub struct Memory {
    /// The last grant, by who and what.
    grants: BTreeMap<(usize, usize), Grant>,
    /// Every fencing token that was ever that of a name's holder.
    verified: BTreeSet<(usize, u64)>,
    list: Option<Answer>,
    /// Before a restart.
    pub greatest_token: u64,
    /// What a restart takes from every fencing token.
    pub less: u64,
    /// Answered, and not committed.
    pub pending: Vec<Ask>,
}

pub struct Liar {
    pub bug: Bug,
    pub door: LedgerDoor,
    pub memory: Arc<Mutex<Memory>>,
}

impl Door for Liar {
    fn now(&self) -> i64 {
        self.door.now()
    }

    fn open(&mut self) -> bool {
        self.door.open()
    }

    fn ask(&mut self, names: &Names, ask: &Ask) -> Option<Answer> {
        let mut answer = self.distort(names, ask)?;
        let mut memory = self.memory();
        if let Answer::Reserve(Reserved::Acquired(grant) | Reserved::AlreadyHad(grant)) =
            &mut answer
            && let Ask::Reserve { who, what, .. } = ask
        {
            memory.greatest_token = memory.greatest_token.max(grant.token);
            memory.verified.insert((*what, grant.token));
            grant.token -= memory.less.min(grant.token);
            memory.grants.insert((*who, *what), grant.clone());
        }
        Some(answer)
    }
}

impl Liar {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn truth(&mut self, names: &Names, ask: &Ask) -> Option<Answer> {
        self.door.ask(names, ask)
    }

    #[expect(clippy::too_many_lines, reason = "a table: an arm a bug")]
    fn distort(&mut self, names: &Names, ask: &Ask) -> Option<Answer> {
        match (self.bug, ask) {
            (ReleaseIgnoresTheToken, Ask::Unreserve { who, what, .. }) => {
                let known = self.memory().grants.get(&(*who, *what)).cloned();
                let Some(Grant { release, .. }) = known else {
                    return self.truth(names, ask);
                };
                let (who, what) = (*who, *what);
                self.truth(names, &Ask::Unreserve { who, what, release })
            }
            (ReleaseIsAnsweredAndForgotten, Ask::Unreserve { who, what, release }) => {
                let known = self.memory().grants.remove(&(*who, *what));
                match known {
                    Some(grant) if grant.release == *release => {
                        Some(Answer::Unreserve(Unreserved::Relinquished))
                    }
                    _ => self.truth(names, ask),
                }
            }
            (
                RenewIsAnsweredAndForgotten,
                Ask::Renew {
                    who,
                    what,
                    release,
                    ttl,
                    shorten: false,
                },
            ) => {
                // What it answers is right, as long as the hold lives.
                let now = self.now();
                let known = self.memory().grants.get(&(*who, *what)).cloned();
                let known = known.filter(|grant| grant.release == *release);
                match known.and_then(|grant| grant.expires_at) {
                    Some(before) if before > now => {
                        let until = before.max(now + i64::from(*ttl) * 1_000);
                        Some(Answer::Renew(Renewed::Until(Some(until))))
                    }
                    _ => self.truth(names, ask),
                }
            }
            (RenewShortensUnasked, Ask::Renew { .. }) => {
                let mut ask = ask.clone();
                if let Ask::Renew { ttl, shorten, .. } = &mut ask {
                    (*ttl, *shorten) = (1, true);
                }
                self.truth(names, &ask)
            }
            (
                HoldEndsBeforeItsTime,
                Ask::Reserve {
                    who,
                    what,
                    mode,
                    ttl: None,
                },
            ) => {
                let (who, what, mode, ttl) = (*who, *what, *mode, Some(1));
                let mut answer = self.truth(
                    names,
                    &Ask::Reserve {
                        who,
                        what,
                        mode,
                        ttl,
                    },
                )?;
                if let Answer::Reserve(Reserved::Acquired(grant) | Reserved::AlreadyHad(grant)) =
                    &mut answer
                {
                    grant.expires_at = None;
                }
                Some(answer)
            }
            (
                SharedBesideExclusive,
                Ask::Reserve {
                    who,
                    what,
                    mode: Mode::Exclusive,
                    ttl,
                },
            ) => {
                let (who, what, mode, ttl) = (*who, *what, Mode::Shared, *ttl);
                let mut answer = self.truth(
                    names,
                    &Ask::Reserve {
                        who,
                        what,
                        mode,
                        ttl,
                    },
                )?;
                if let Answer::Reserve(Reserved::Acquired(grant)) = &mut answer {
                    grant.mode = Mode::Exclusive;
                }
                Some(answer)
            }
            (PoolGivesASlotTwice, Ask::Reserve { .. }) => {
                let mut answer = self.truth(names, ask)?;
                if let Answer::Reserve(Reserved::Acquired(grant) | Reserved::AlreadyHad(grant)) =
                    &mut answer
                {
                    grant.slot = grant.slot.map(|slot| slot.min(1));
                }
                Some(answer)
            }
            (TransactionLeavesAPart, Ask::Transaction { who, what, method })
                if *method == Method::AllOrNone =>
            {
                self.leave_a_part(names, *who, what)
            }
            (TransactionHoldsForAMoment, Ask::Transaction { who, what, method })
                if *method == Method::AllOrNone =>
            {
                self.hold_for_a_moment(names, *who, what)
            }
            (AnswerBeforeTheCommit, Ask::Reserve { who, what, .. }) => {
                let answer = self.truth(names, ask)?;
                if let Answer::Reserve(Reserved::Acquired(grant)) = &answer {
                    let (who, what, release) = (*who, *what, Arc::clone(&grant.release));
                    let undo = Ask::Unreserve { who, what, release };
                    self.memory().pending.push(undo);
                }
                Some(answer)
            }
            (RequestIsCarriedOutTwice, Ask::Unreserve { who, what, .. }) => {
                let answer = self.truth(names, ask)?;
                if answer == Answer::Unreserve(Unreserved::Relinquished) {
                    // The reserve was sent twice, and its second copy arrives now.
                    let (who, what) = (*who, *what);
                    let (mode, ttl) = (Mode::Exclusive, None);
                    self.truth(
                        names,
                        &Ask::Reserve {
                            who,
                            what,
                            mode,
                            ttl,
                        },
                    )?;
                }
                Some(answer)
            }
            (ListIsOfYesterday, Ask::List) => {
                if let Some(known) = self.memory().list.clone() {
                    return Some(known);
                }
                let answer = self.truth(names, ask)?;
                self.memory().list = Some(answer.clone());
                Some(answer)
            }
            (VerifyIsOfYesterday, Ask::Verify { what, token }) => {
                let was_current = self.memory().verified.contains(&(*what, *token));
                if was_current {
                    return Some(Answer::Verify(Verified::Current));
                }
                self.truth(names, ask)
            }
            _ => self.truth(names, ask),
        }
    }

    fn leave_a_part(&mut self, names: &Names, who: usize, what: &[usize]) -> Option<Answer> {
        let ask = Ask::Transaction {
            who,
            what: what.to_vec(),
            method: Method::AsManyAsPossible,
        };
        let mut answer = self.truth(names, &ask)?;
        if let Answer::Transaction {
            success,
            reserved,
            unavailable,
        } = &mut answer
            && !unavailable.is_empty()
        {
            *success = false;
            reserved.clear();
        }
        Some(answer)
    }

    fn hold_for_a_moment(&mut self, names: &Names, who: usize, what: &[usize]) -> Option<Answer> {
        let (mut reserved, mut unavailable) = (Vec::new(), Vec::new());
        for what in what.iter().copied() {
            let (mode, ttl) = (Mode::Exclusive, None);
            let Answer::Reserve(one) = self.truth(
                names,
                &Ask::Reserve {
                    who,
                    what,
                    mode,
                    ttl,
                },
            )?
            else {
                return None;
            };
            match one {
                Reserved::Acquired(_) | Reserved::AlreadyHad(_) => reserved.push((what, one)),
                _ => unavailable.push((what, one)),
            }
        }
        let success = unavailable.is_empty();
        if !success {
            for (what, one) in std::mem::take(&mut reserved) {
                if let Reserved::Acquired(grant) = one {
                    let release = grant.release;
                    self.truth(names, &Ask::Unreserve { who, what, release })?;
                }
            }
        }
        Some(Answer::Transaction {
            success,
            reserved,
            unavailable,
        })
    }
}
