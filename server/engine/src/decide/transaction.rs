use super::{
    bounds,
    draft::Draft,
    line,
    reserve::{self, Asker},
};
use crate::{Ask, Book, Caller, Method, Outcome, ReserveOutcome, Transaction, TransactionOutcome};

/// Decides the transactions in order. If that leaves more held than the limits allow, none of it is done.
pub(super) fn all<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    transactions: &[Transaction],
) -> Outcome {
    let before = draft.mark();
    let mut outcomes = Vec::with_capacity(transactions.len());
    for transaction in transactions {
        let ahead = line::ahead_of(
            draft,
            caller.issuer,
            Some(transaction.method),
            &transaction.items,
        );
        outcomes.push(one(draft, &Asker::of(caller, &ahead), transaction));
    }
    if let Some(denial) = bounds::exceeded(draft, before, None) {
        draft.undo_to(before);
        return Outcome::Denied(denial);
    }
    if let ([transaction], [outcome]) = (transactions, &outcomes[..])
        && let Some(wait) = transaction.wait
        && transaction.method != Method::AsManyAsPossible
        && !outcome.success
        && may_succeed(transaction, outcome)
    {
        return line::join(draft, caller, Ask::Transaction(transaction.clone()), wait);
    }
    Outcome::Transactions(outcomes)
}

/// Whether waiting may help.
fn may_succeed(transaction: &Transaction, outcome: &TransactionOutcome) -> bool {
    let mut refusals = outcome.unavailable.iter().map(|(_, outcome)| {
        matches!(outcome, ReserveOutcome::Refused(refusal) if refusal.is_temporary())
    });
    if transaction.method == Method::AllOrNone {
        refusals.all(|is_temporary| is_temporary)
    } else {
        refusals.any(|is_temporary| is_temporary)
    }
}

/// Decides one and explains what could not be had.
pub(super) fn one<B: Book>(
    draft: &mut Draft<'_, B>,
    asker: &Asker<'_>,
    transaction: &Transaction,
) -> TransactionOutcome {
    if let Some(outcome) = attempt(draft, asker, transaction) {
        return outcome;
    }
    let before = draft.mark();
    let mut outcome = take_all(draft, asker, transaction);
    if transaction.method == Method::AllOrNone {
        draft.undo_to(before);
        outcome.success = false;
        outcome.reserved.clear();
    }
    outcome
}

/// Decides one, if it succeeds. Otherwise nothing of it was done.
pub(super) fn attempt<B: Book>(
    draft: &mut Draft<'_, B>,
    asker: &Asker<'_>,
    transaction: &Transaction,
) -> Option<TransactionOutcome> {
    let asker = Asker {
        transaction: Some(&transaction.id),
        ..*asker
    };
    match transaction.method {
        Method::AllOrNone => all_of_it(draft, &asker, transaction),
        Method::AsManyAsPossible => {
            let outcome = take_all(draft, &asker, transaction);
            Some(outcome)
        }
        Method::First => first(draft, &asker, transaction),
    }
}

fn all_of_it<B: Book>(
    draft: &mut Draft<'_, B>,
    asker: &Asker<'_>,
    transaction: &Transaction,
) -> Option<TransactionOutcome> {
    let before = draft.mark();
    let mut reserved = Vec::with_capacity(transaction.items.len());
    for (index, item) in transaction.items.iter().enumerate() {
        let Some(outcome) = reserve::attempt(draft, asker, item) else {
            draft.undo_to(before);
            return None;
        };
        reserved.push((index, outcome));
    }
    Some(TransactionOutcome {
        success: true,
        reserved,
        unavailable: Vec::new(),
    })
}

/// What the requester has already, otherwise the first that can be had.
fn first<B: Book>(
    draft: &mut Draft<'_, B>,
    asker: &Asker<'_>,
    transaction: &Transaction,
) -> Option<TransactionOutcome> {
    draft.catch_up();
    let items = || transaction.items.iter().enumerate();
    let is_had = |item| {
        let principal = asker.principal(item);
        let own = draft.own(&principal, item.resource.as_str());
        own.is_some_and(|own| own.mode == item.mode)
    };
    if let Some((index, item)) = items().find(|(_, item)| is_had(item)) {
        let outcome = reserve::attempt(draft, asker, item)?;
        return Some(one_of_it(index, outcome, Vec::new()));
    }
    let before = draft.mark();
    let (index, item, outcome) = items().find_map(|(index, item)| {
        let outcome = reserve::attempt(draft, asker, item)?;
        Some((index, item, outcome))
    })?;
    if index == 0 {
        return Some(one_of_it(index, outcome, Vec::new()));
    }
    // What came before it is explained as it was without the grant, which may have changed the reasons.
    draft.undo_to(before);
    let failed = items().take(index);
    let failed = failed
        .map(|(index, item)| (index, reserve::one(draft, asker, item)))
        .collect();
    let outcome = reserve::attempt(draft, asker, item)?;
    Some(one_of_it(index, outcome, failed))
}

fn one_of_it(
    index: usize,
    outcome: ReserveOutcome,
    unavailable: Vec<(usize, ReserveOutcome)>,
) -> TransactionOutcome {
    TransactionOutcome {
        success: true,
        reserved: vec![(index, outcome)],
        unavailable,
    }
}

/// Takes each for itself.
fn take_all<B: Book>(
    draft: &mut Draft<'_, B>,
    asker: &Asker<'_>,
    transaction: &Transaction,
) -> TransactionOutcome {
    let outcomes = transaction.items.iter().enumerate();
    let outcomes = outcomes.map(|(index, item)| (index, reserve::one(draft, asker, item)));
    let (reserved, unavailable): (Vec<_>, Vec<_>) =
        outcomes.partition(|(_, outcome)| outcome.reservation().is_some());
    TransactionOutcome {
        success: !reserved.is_empty(),
        reserved,
        unavailable,
    }
}
