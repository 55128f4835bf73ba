//! A refusal, for people: everything that stands in the way, in sentences.

use std::fmt::Write as _;

use coop_engine::{
    By, CycleStep, Mode, Obstacle, Refusal, RefusalStatus, Relation, Reservation, ResourceName,
};

use super::requester::Sight;
use crate::clock::iso;

/// What is said of a release token that is not that of the grant.
pub(super) const WRONG_TOKEN: &str =
    "This requester holds it, with another release token than the one that was sent.";

/// Why `name` was not granted, as far as it may be told.
pub(super) fn of(refusal: &Refusal, name: &ResourceName, sight: &Sight) -> String {
    let mut text = match refusal.status {
        RefusalStatus::NotRegistered => {
            "This name is not registered, and this tenant requires registration.".to_owned()
        }
        RefusalStatus::SharedPool => {
            "It is a pool or takes a slot of one along, and slots are not shared: take it exclusively."
                .to_owned()
        }
        RefusalStatus::AlreadyHeld | RefusalStatus::NotAvailable => String::new(),
    };
    let mut full: Vec<&ResourceName> = Vec::new();
    for obstacle in &refusal.obstacles {
        if obstacle.relation == Relation::Slot && !full.contains(&&obstacle.needed) {
            full.push(&obstacle.needed);
            add(&mut text, &no_slot(&obstacle.needed, name));
        }
        add(&mut text, &sentence(obstacle, name, sight));
    }
    if let Some(position) = refusal.position {
        add(&mut text, &format!("The place in the line is {position}."));
    }
    if !refusal.cycle.is_empty() {
        add(&mut text, &circle(&refusal.cycle, sight));
    }
    text
}

fn add(text: &mut String, sentence: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(sentence);
}

/// Who holds what was asked for, and until when.
pub(super) fn holds_it(held: &Reservation, sight: &Sight) -> String {
    holds(sight.name(&held.principal), "it", held)
}

fn holds(who: &str, what: &str, held: &Reservation) -> String {
    let since = iso(held.reserved_at);
    let until = held.expires_at.map_or_else(
        || "until it is released".to_owned(),
        |expiry| format!("until {}", iso(expiry)),
    );
    format!("{who} holds {what} since {since}, {until}.")
}

fn no_slot(needed: &ResourceName, name: &ResourceName) -> String {
    if needed == name {
        return "None of its slots is free.".to_owned();
    }
    format!("No slot of {needed}, which comes with it, is free.")
}

fn sentence(obstacle: &Obstacle, name: &ResourceName, sight: &Sight) -> String {
    let what = subject(obstacle, name);
    match &obstacle.by {
        By::Reservation(held) if obstacle.relation == Relation::OtherMode => other_mode(held),
        By::Reservation(held) => holds(sight.name(&held.principal), &what, held),
        By::LockDelay(until) => capital(&format!(
            "{what} is closed until {}, since its last holder did not give it back.",
            iso(*until)
        )),
        By::Waiter(principal) => {
            format!("{} waits for {what} and came first.", sight.name(principal))
        }
        By::Capacity => capital(&format!(
            "{what} is not given out any more, since the capacity was lowered."
        )),
    }
}

fn other_mode(held: &Reservation) -> String {
    let (has, wants) = match held.mode {
        Mode::Shared => ("shared", "exclusively"),
        Mode::Exclusive => ("exclusively", "shared"),
    };
    let since = iso(held.reserved_at);
    format!("You hold it {has} since {since}. Release it to take it {wants}.")
}

/// What stands in the way, and what it has to do with what was asked for.
fn subject(obstacle: &Obstacle, name: &ResourceName) -> String {
    let (found, needed) = (&obstacle.found, &obstacle.needed);
    let comes_along = needed != name;
    match obstacle.relation {
        Relation::Itself | Relation::OtherMode if comes_along => {
            format!("{found}, which comes with it,")
        }
        Relation::Itself | Relation::OtherMode if found == name.as_str() => "it".to_owned(),
        Relation::Itself | Relation::OtherMode | Relation::Slot => found.clone(),
        Relation::Ancestor | Relation::Descendant => {
            let side = if obstacle.relation == Relation::Ancestor {
                "above"
            } else {
                "below"
            };
            let of = if comes_along { needed.as_str() } else { "it" };
            format!("{found}, {side} {of} in the tree,")
        }
    }
}

/// Who waits for whom.
fn circle(steps: &[CycleStep], sight: &Sight) -> String {
    let mut text = "They wait for each other: ".to_owned();
    for (index, step) in steps.iter().enumerate() {
        let next = &steps[(index + 1) % steps.len()];
        let between = if index == 0 { "" } else { "; " };
        let (who, has) = (sight.within(&step.principal), sight.within(&next.principal));
        let what = &step.waits_for;
        // Writing to a string does not fail.
        let _ = write!(text, "{between}{who} waits for {what}, which {has} has");
    }
    text.push_str(". One of them has to give way.");
    text
}

/// The beginning of a sentence.
fn capital(text: &str) -> String {
    match text.strip_prefix("it ") {
        Some(rest) => format!("It {rest}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use coop_engine::{Holds, IssuerId, Principal, ReleaseToken, Requester, Revision, Time};

    use super::*;

    fn principal(name: &str) -> Principal {
        Principal {
            issuer: None,
            requester: Requester::parse(name).expect("a requester"),
        }
    }

    fn name(name: &str) -> ResourceName {
        ResourceName::parse(name).expect("a name")
    }

    fn by(who: &str, mode: Mode, expires_at: Option<i64>) -> By {
        By::Reservation(Arc::new(Reservation {
            fencing_token: Revision::new(1),
            resource: name("r"),
            principal: principal(who),
            mode,
            holds: Holds::PLAIN,
            release_token: ReleaseToken::from_bytes([0; 16]),
            reserved_at: Time::from_micros(0),
            expires_at: expires_at.map(Time::from_micros),
            ttl: None,
            label: "default".into(),
            resource_type: "UserDefined".into(),
            metadata: None,
        }))
    }

    fn refusal(obstacles: Vec<(&str, &str, Relation, By)>) -> Refusal {
        let obstacles = obstacles.into_iter();
        Refusal {
            status: RefusalStatus::NotAvailable,
            obstacles: obstacles
                .map(|(needed, found, relation, by)| Obstacle {
                    needed: name(needed),
                    found: found.to_owned(),
                    relation,
                    by,
                })
                .collect(),
            position: None,
            cycle: Vec::new(),
        }
    }

    fn said(refusal: &Refusal) -> String {
        of(refusal, &name("gpu"), &Sight::everything())
    }

    #[test]
    fn every_kind_of_obstacle_is_spelled_out() {
        let w1 = || by("w1", Mode::Exclusive, Some(1_000_000));
        let since = "since 1970-01-01T00:00:00.000Z, until 1970-01-01T00:00:01.000Z";
        let until = By::LockDelay(Time::from_micros(1_000_000));
        let delay =
            "closed until 1970-01-01T00:00:01.000Z, since its last holder did not give it back.";
        let waits = || By::Waiter(principal("w2"));
        for (needed, found, relation, by, expected) in [
            ("gpu", "gpu", Relation::Itself, w1(), format!("w1 holds it {since}.")),
            (
                "gpu",
                "gpu",
                Relation::Itself,
                by("w1", Mode::Shared, None),
                "w1 holds it since 1970-01-01T00:00:00.000Z, until it is released.".to_owned(),
            ),
            (
                "licence",
                "licence",
                Relation::Itself,
                w1(),
                format!("w1 holds licence, which comes with it, {since}."),
            ),
            (
                "gpu",
                "gpu_0",
                Relation::Slot,
                w1(),
                format!("None of its slots is free. w1 holds gpu_0 {since}."),
            ),
            (
                "licence",
                "licence_0",
                Relation::Slot,
                w1(),
                format!("No slot of licence, which comes with it, is free. w1 holds licence_0 {since}."),
            ),
            (
                "gpu",
                "rack",
                Relation::Ancestor,
                w1(),
                format!("w1 holds rack, above it in the tree, {since}."),
            ),
            (
                "licence",
                "seat",
                Relation::Descendant,
                w1(),
                format!("w1 holds seat, below licence in the tree, {since}."),
            ),
            (
                "gpu",
                "gpu",
                Relation::OtherMode,
                by("w2", Mode::Shared, None),
                "You hold it shared since 1970-01-01T00:00:00.000Z. Release it to take it exclusively.".to_owned(),
            ),
            (
                "gpu",
                "gpu",
                Relation::OtherMode,
                by("w2", Mode::Exclusive, None),
                "You hold it exclusively since 1970-01-01T00:00:00.000Z. Release it to take it shared.".to_owned(),
            ),
            ("gpu", "gpu", Relation::Itself, until.clone(), format!("It is {delay}")),
            (
                "gpu",
                "rack",
                Relation::Ancestor,
                until,
                format!("rack, above it in the tree, is {delay}"),
            ),
            (
                "gpu",
                "gpu",
                Relation::Itself,
                waits(),
                "w2 waits for it and came first.".to_owned(),
            ),
            (
                "licence",
                "licence",
                Relation::Itself,
                waits(),
                "w2 waits for licence, which comes with it, and came first.".to_owned(),
            ),
            (
                "gpu",
                "gpu",
                Relation::Itself,
                By::Capacity,
                "It is not given out any more, since the capacity was lowered.".to_owned(),
            ),
        ] {
            let refusal = refusal(vec![(needed, found, relation, by)]);
            assert_eq!(said(&refusal), expected);
        }
    }

    #[test]
    fn what_can_never_be_had_needs_no_obstacle() {
        for (status, expected) in [
            (RefusalStatus::NotRegistered, "This name is not registered"),
            (RefusalStatus::SharedPool, "slots are not shared"),
        ] {
            let refusal = Refusal {
                status,
                ..refusal(Vec::new())
            };
            assert!(said(&refusal).contains(expected), "{}", said(&refusal));
        }
    }

    #[test]
    fn the_place_in_the_line_and_a_circle_of_those_who_wait_come_last() {
        let step = |who: &str, waits_for: &str| CycleStep {
            principal: principal(who),
            waits_for: waits_for.to_owned(),
        };
        let refusal = Refusal {
            position: Some(1),
            cycle: vec![step("w1", "gpu"), step("w2", "db")],
            ..refusal(vec![(
                "gpu",
                "gpu",
                Relation::Itself,
                by("w2", Mode::Exclusive, None),
            )])
        };
        assert_eq!(
            said(&refusal),
            "w2 holds it since 1970-01-01T00:00:00.000Z, until it is released. The place in the line is 1. They wait for \
             each other: w1 waits for gpu, which w2 has; w2 waits for db, which w1 has. One of them has to give way."
        );
    }

    #[test]
    fn an_end_user_is_told_of_nobody_but_himself() {
        let alice = Principal {
            issuer: Some(IssuerId::new(1)),
            ..principal("alice")
        };
        let sight = Sight::only(alice.clone());
        let step = |principal: &Principal, waits_for: &str| CycleStep {
            principal: principal.clone(),
            waits_for: waits_for.to_owned(),
        };
        // The same name with a key is somebody else.
        let refusal = Refusal {
            cycle: vec![step(&alice, "gpu"), step(&principal("bob"), "db")],
            ..refusal(vec![
                (
                    "gpu",
                    "gpu",
                    Relation::Itself,
                    by("alice", Mode::Exclusive, None),
                ),
                ("gpu", "gpu", Relation::Itself, By::Waiter(principal("bob"))),
            ])
        };
        assert_eq!(
            of(&refusal, &name("gpu"), &sight),
            "Somebody else holds it since 1970-01-01T00:00:00.000Z, until it is released. Somebody else waits for it and \
             came first. They wait for each other: alice waits for gpu, which somebody else has; somebody else waits for \
             db, which alice has. One of them has to give way."
        );
    }
}
