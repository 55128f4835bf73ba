//! A valid JWT but for one thing, and what becomes of it.

use coop_locker::model::{Check, TrustedIssuer};
use serde_json::Value;

use super::world::World;
use crate::support::jwt::Draft;

pub struct Case {
    pub name: &'static str,
    /// The check that it fails; none: it is accepted.
    pub fails: Option<Check>,
    pub change: Box<dyn FnOnce(&mut Draft)>,
}

pub fn case(
    name: &'static str,
    fails: impl Into<Option<Check>>,
    change: impl FnOnce(&mut Draft) + 'static,
) -> Case {
    Case {
        name,
        fails: fails.into(),
        change: Box::new(change),
    }
}

pub fn claim(name: &'static str, value: Value, fails: impl Into<Option<Check>>) -> Case {
    case(name, fails, move |draft| draft.claims[name] = value)
}

pub fn without(name: &'static str, fails: impl Into<Option<Check>>) -> Case {
    case(name, fails, move |draft| {
        let claims = draft.claims.as_object_mut();
        claims.expect("an object").remove(name);
    })
}

/// The time claim moved so far from now, in seconds.
pub fn at(name: &'static str, seconds: i64, fails: impl Into<Option<Check>>) -> Case {
    case(name, fails, move |draft| {
        // A draft is issued now.
        let now = draft.claims["iat"].as_i64().expect("a time");
        draft.claims[name] = (now + seconds).into();
    })
}

pub fn header(name: &'static str, value: Value, fails: impl Into<Option<Check>>) -> Case {
    case(name, fails, move |draft| draft.header[name] = value)
}

/// What each of these does to a valid token decides what becomes of it.
pub async fn assert_all(world: &World, issuer: &TrustedIssuer, cases: Vec<Case>) {
    for Case {
        name,
        fails,
        change,
    } in cases
    {
        let before = world.failures(issuer).await.len();
        // Each at a time of its own, so that the newest failure is the one that was provoked.
        world.app.clock.advance_ms(1);
        let mut draft = world.draft(issuer);
        change(&mut draft);
        let jwt = draft.sign();
        let answer = world.exchange(&jwt).await;
        let failures = world.failures(issuer).await;
        let Some(check) = fails else {
            assert_eq!(answer.status, 200, "{name}: {}", answer.text);
            assert_eq!(failures.len(), before, "{name}");
            continue;
        };
        assert_eq!(answer.problem(401), "JWT_REJECTED", "{name}");
        assert!(!answer.text.contains(&jwt), "{name}");
        // Whose token it would be is not known before that, so nobody is told.
        if check <= Check::Issuer {
            assert_eq!(failures.len(), before, "{name}");
        } else {
            assert_eq!(failures.len(), before + 1, "{name}");
            assert_eq!(failures[0].check, check, "{name}");
        }
    }
}
