//! The rules.

mod bounds;
mod catalogue;
mod check;
mod cycle;
mod decision;
mod draft;
mod expire;
mod explain;
mod find;
mod force;
mod line;
mod pool;
mod queue;
mod register;
mod release;
mod renew;
mod reserve;
mod stir;
#[cfg(test)]
mod tests;
mod transaction;
mod unreserve;
mod verify;
mod wants;

use crate::{Book, Caller, Command, Limits, Outcome, Time};

pub use decision::{Change, Decision};
use draft::Draft;

/// Decides a command against a book. Pure (the same arguments give the same decision) and total (there is a decision
/// for all arguments).
///
/// First the reservations that are due are expired: all that the command touches, of the others at most
/// [`Limits::expirations`]. Then the command's items are decided in order, each in view of the ones before. In the end
/// those who wait get what they can get by now, and those who have waited long enough are refused.
///
/// `now` is the clock's time, which may be behind that of earlier decisions.
pub fn decide(
    book: &impl Book,
    caller: &Caller,
    command: &Command,
    now: Time,
    limits: &Limits,
) -> Decision {
    let mut draft = Draft::new(book, now, limits);
    let outcome = one(&mut draft, caller, command);
    line::serve(&mut draft);
    expire::open(&mut draft);
    draft.finish(outcome)
}

fn one<B: Book>(draft: &mut Draft<'_, B>, caller: &Caller, command: &Command) -> Outcome {
    match command {
        Command::Reserve(items) => {
            expire::due(draft, items.iter().map(|item| &item.resource));
            reserve::all(draft, caller, items)
        }
        Command::Transactions(transactions) => {
            let items = transactions.iter().flat_map(|asked| &asked.items);
            expire::due(draft, items.map(|item| &item.resource));
            transaction::all(draft, caller, transactions)
        }
        Command::Unreserve(items) => {
            expire::due(draft, items.iter().map(|item| &item.resource));
            unreserve::all(draft, caller, items)
        }
        Command::Renew(items) => {
            expire::due(draft, items.iter().map(|item| &item.resource));
            renew::all(draft, caller, items)
        }
        Command::Verify(items) => {
            expire::due(draft, items.iter().map(|item| &item.resource));
            verify::all(draft, items)
        }
        Command::Check(items) => {
            expire::due(draft, items.iter().map(|item| &item.resource));
            check::all(draft, caller, items)
        }
        Command::ForceRelease(items) => {
            expire::due(draft, items.iter().map(|item| &item.resource));
            force::all(draft, caller, items)
        }
        Command::Register(items) => {
            expire::due(draft, register::touched(items));
            register::all(draft, caller, items)
        }
        Command::Delete(name) => {
            expire::due(draft, [name]);
            register::delete(draft, caller, name)
        }
        Command::Leave(waiters) => {
            expire::due(draft, []);
            line::leave(draft, waiters);
            Outcome::Done
        }
        Command::EndWaits => {
            expire::due(draft, []);
            line::end(draft);
            Outcome::Done
        }
        Command::Expire => {
            expire::due(draft, []);
            Outcome::Done
        }
    }
}
