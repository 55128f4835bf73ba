//! What happened in a window, and whether one server that does one thing at a time could have said the same.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use stateright::semantics::{ConsistencyTester as _, LinearizabilityTester, SequentialSpec};

use super::{
    words::{Answer, Call, Reserved},
    world::World,
};

/// All states that the server may be in, as far as anybody was told.
#[derive(Clone, Debug)]
struct Worlds(BTreeSet<World>);

impl Worlds {
    fn step(&mut self, call: &Call, answer: Option<&Answer>) {
        let after = self.0.iter().flat_map(|world| world.after(call, answer));
        self.0 = after.collect();
    }
}

/// `None` as an answer: nobody was told.
impl SequentialSpec for Worlds {
    type Op = Call;
    type Ret = Option<Answer>;

    fn invoke(&mut self, call: &Call) -> Option<Answer> {
        self.step(call, None);
        None
    }

    fn is_valid_step(&mut self, call: &Call, answer: &Option<Answer>) -> bool {
        self.step(call, answer.as_ref());
        !self.0.is_empty()
    }
}

/// One request and what became of it. Moments are counted, not measured: a greater one is later.
#[derive(Clone, Debug)]
struct Event {
    client: usize,
    asked: usize,
    call: Call,
    /// `None`: it is under way for ever.
    answered: Option<(usize, Answer)>,
}

/// What the clients of a window write down.
#[derive(Default)]
pub struct Recorder {
    moments: AtomicUsize,
    events: Mutex<Vec<Event>>,
}

impl Recorder {
    pub fn moment(&self) -> usize {
        self.moments.fetch_add(1, Ordering::SeqCst)
    }

    pub fn record(&self, client: usize, asked: usize, call: Call, answer: Option<Answer>) {
        let answered = answer.map(|answer| (self.moment(), answer));
        let event = Event {
            client,
            asked,
            call,
            answered,
        };
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.push(event);
    }

    /// So many requests were answered.
    pub fn answers(&self) -> usize {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = events.iter().filter(|event| event.answered.is_some());
        answered.count()
    }

    /// The greatest fencing token that anybody was told.
    pub fn last_token(&self) -> u64 {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = events.iter().filter_map(|event| event.answered.as_ref());
        let tokens = answers.flat_map(|(_, answer)| match answer {
            Answer::Reserve(reserved) => token(reserved).into_iter().collect(),
            Answer::Transaction { reserved, .. } => {
                let tokens = reserved.iter().filter_map(|(_, reserved)| token(reserved));
                tokens.collect::<Vec<u64>>()
            }
            _ => Vec::new(),
        });
        tokens.max().unwrap_or_default()
    }

    /// Whether there is an order that explains everything.
    ///
    /// # Errors
    /// When there is none: what happened, to read.
    pub fn check(&self, capacities: &Arc<[u16]>, last_token: u64) -> Result<(), String> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let mut moments: Vec<(usize, &Event, bool)> = events
            .iter()
            .flat_map(|event| {
                let answered = event.answered.as_ref().map(|(at, _)| (*at, event, true));
                [Some((event.asked, event, false)), answered]
            })
            .flatten()
            .collect();
        moments.sort_by_key(|(at, ..)| *at);
        let world = World::new(capacities, last_token);
        let mut tester = LinearizabilityTester::new(Worlds(BTreeSet::from([world])));
        for (_, event, is_answer) in &moments {
            // Whoever was not told goes on as somebody else, who is tried last.
            let thread = match event.answered {
                Some(_) => (0, event.client),
                None => (1, event.asked),
            };
            let noted = match &event.answered {
                Some((_, answer)) if *is_answer => tester.on_return(thread, Some(answer.clone())),
                _ => tester.on_invoke(thread, event.call.clone()),
            };
            noted.map_err(|error| format!("the history is none: {error}"))?;
        }
        if tester.is_consistent() {
            return Ok(());
        }
        let mut story = String::new();
        for (at, event, is_answer) in moments {
            let Event { client, call, .. } = event;
            // Writing to a text does not fail.
            let _ = match &event.answered {
                Some((_, answer)) if is_answer => {
                    writeln!(
                        story,
                        "{at:3} {client} <- {answer:?} at {}",
                        call.answered_at
                    )
                }
                Some(_) => writeln!(
                    story,
                    "{at:3} {client} -> {:?} at {}",
                    call.ask, call.asked_at
                ),
                None => writeln!(story, "{at:3} {client} -> {:?} (no answer)", call.ask),
            };
        }
        Err(story)
    }
}

fn token(reserved: &Reserved) -> Option<u64> {
    match reserved {
        Reserved::Acquired(grant) | Reserved::AlreadyHad(grant) => Some(grant.token),
        Reserved::AlreadyHeld(_, token) => Some(*token),
        Reserved::NotAvailable => None,
    }
}
