//! What has happened, and what was used.

use super::NOW;
use crate::{
    error::AppError,
    model::{
        Demand, Event, EventPage, EventPlace, EventQuery, FirstSteps, HourUsage, Lengths, Limit,
        Moment, ResourceUse, Usage, UsageRange,
    },
    ports::{EventsPort, UsagePort},
};
use async_trait::async_trait;

/// `printer` was released by force two minutes ago.
pub(crate) fn event() -> Event {
    Event {
        revision: 42,
        at: Moment(NOW.0 - 120_000_000),
        kind: "UNRESERVED".into(),
        resource: "printer & co".into(),
        requester: Some("<b>worker</b>".into()),
        by_token: false,
        label: None,
        fencing_token: Some(41),
        reserved_at: Some(Moment(NOW.0 - 180_000_000)),
        expires_at: None,
        reason: Some("FORCED".into()),
        holds: vec!["printer_0".into(), "<i>toner".into()],
        resource_type: Some("UserDefined".into()),
        transaction_id: None,
        is_shared: false,
        metadata: Some(r#"{"commit":"<8d9>"}"#.into()),
    }
}

/// The given events, of which there are older ones and, but for the newest, newer ones. Of the label `rare` none is found
/// in one look.
pub(crate) struct FakeEvents(pub Vec<Event>);

#[async_trait]
impl EventsPort for FakeEvents {
    async fn page(&self, query: &EventQuery, place: EventPlace) -> Result<EventPage, AppError> {
        if self.0.is_empty() || query.requester == "nobody" {
            return Ok(EventPage {
                oldest: self.0.first().map(|_| 7),
                ..EventPage::default()
            });
        }
        let is_rare = query.label == "rare";
        Ok(EventPage {
            events: if is_rare { vec![] } else { self.0.clone() },
            newer: (place != EventPlace::Newest).then_some(60),
            older: Some(42),
            oldest: Some(7),
        })
    }

    async fn first_steps(&self) -> Result<Option<FirstSteps>, AppError> {
        Ok(self.0.is_empty().then_some(FirstSteps {
            reserved: true,
            ..FirstSteps::default()
        }))
    }
}

fn limits() -> Vec<Limit> {
    let limit = |name: &str, used, allowed| Limit {
        name: name.into(),
        used,
        allowed,
    };
    vec![
        limit("Operations today", 8_100, Some(10_000)),
        limit("API keys", 2, None),
    ]
}

/// A busy hour of two keys, of which one waits for a printer; or nothing, as the test says.
pub(crate) struct FakeUsage(pub bool);

#[async_trait]
impl UsagePort for FakeUsage {
    async fn limits(&self) -> Result<Vec<Limit>, AppError> {
        Ok(limits())
    }

    async fn usage(&self, range: UsageRange) -> Result<Usage, AppError> {
        const HOUR: i64 = 3_600_000_000;
        let (hours, step) = (i64::from(range.hours()), i64::from(range.step()));
        let since = Moment((NOW.0 / HOUR - hours + 1) / step * step * HOUR);
        let hour = |label: &str, writes| HourUsage {
            hour: Moment(NOW.0 - HOUR),
            label: Some(label.into()),
            reads: 7,
            writes,
            refusals: vec![3, 0],
        };
        let lengths = |count| Lengths {
            count,
            mean: 1_500_000,
            longest: 90_000_000,
        };
        let demand = Demand {
            resources: vec![ResourceUse {
                resource: "printer & co".into(),
                refusals: 1_234,
                waits: lengths(5),
                is_partial: true,
                grants: 17,
                holds: lengths(0),
            }],
            counted_since: Moment(NOW.0 - 2 * HOUR),
            known_since: None,
        };
        Ok(Usage {
            since,
            hours: if self.0 {
                vec![hour("default", 12), hour("<i>robot</i>", 3)]
            } else {
                vec![]
            },
            limit_types: vec!["rate".into(), "daily".into()],
            kept_hours: 24,
            limits: limits(),
            demand: if self.0 { demand } else { Demand::default() },
        })
    }
}
