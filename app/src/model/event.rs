use super::Moment;
use serde::{Deserialize, Serialize};

/// The types of events: as the API calls each, and a word for people.
pub const EVENT_KINDS: [(&str, &str); 6] = [
    ("RESERVED", "Reserved"),
    ("UNRESERVED", "Released"),
    ("RESERVATION_EXPIRED", "Expired"),
    ("RESERVATION_RENEWED", "Renewed"),
    ("RESOURCE_REGISTERED", "Registered"),
    ("RESOURCE_DELETED", "Deleted"),
];

/// Something that happened to a reservation or a definition. Never a release token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// One more than that of the event before.
    pub revision: u64,
    /// When.
    pub at: Moment,
    /// One of [`EVENT_KINDS`].
    pub kind: String,
    /// What was asked for, or whose definition it is.
    pub resource: String,
    /// Who holds it. Nothing for a definition, like most of what follows.
    pub requester: Option<String>,
    /// Whether he is an end user, who came with an exchanged token: then the label is that of his issuer.
    pub by_token: bool,
    /// The label, at that time, of the key that caused it; none when it was caused from the dashboard.
    pub label: Option<String>,
    /// The reservation's fencing token.
    pub fencing_token: Option<u64>,
    /// When it was reserved.
    pub reserved_at: Option<Moment>,
    /// When it ends by itself.
    pub expires_at: Option<Moment>,
    /// Why it ended, if not by its holder or its time.
    pub reason: Option<String>,
    /// What others were kept from.
    pub holds: Vec<String>,
    /// The tag that the caller gave the reservation.
    pub resource_type: Option<String>,
    /// The transaction that it was part of.
    pub transaction_id: Option<String>,
    /// Whether others may hold it too.
    pub is_shared: bool,
    /// The caller's JSON object, as text.
    pub metadata: Option<String>,
}

impl Event {
    /// What happened, in a word or three.
    #[must_use]
    pub fn word(&self) -> &str {
        if self.kind == "UNRESERVED" && self.reason.is_some() {
            return "Released by force";
        }
        let known = EVENT_KINDS.iter().find(|(kind, _)| *kind == self.kind);
        known.map_or(self.kind.as_str(), |(_, word)| word)
    }
}

/// Which events to show. An empty text lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventQuery {
    /// Exactly this type.
    pub kind: String,
    /// Caused with a key that had exactly this label.
    pub label: String,
    /// Exactly this resource.
    pub resource: String,
    /// Resources that begin so.
    pub prefix: String,
    /// Exactly this requester.
    pub requester: String,
}

impl EventQuery {
    /// The fields of an address, as they are called there.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("type", self.kind.as_str()),
            ("label", &self.label),
            ("resource", &self.resource),
            ("prefix", &self.prefix),
            ("requester", &self.requester),
        ]
    }

    /// Whether anything is left out.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.fields()
            .into_iter()
            .any(|(_, value)| !value.is_empty())
    }

    /// Whether there is such a type.
    #[must_use]
    pub fn has_known_kind(&self) -> bool {
        self.kind.is_empty() || EVENT_KINDS.iter().any(|(kind, _)| *kind == self.kind)
    }
}

/// Where in the log to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventPlace {
    /// At what is newest.
    #[default]
    Newest,
    /// Before a revision.
    Before(u64),
    /// After a revision.
    After(u64),
}

/// A part of the log, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventPage {
    /// The events.
    pub events: Vec<Event>,
    /// What is newer is after this revision; none at the newest.
    pub newer: Option<u64>,
    /// What is older is before this revision; none at the oldest.
    pub older: Option<u64>,
    /// The oldest revision that is kept; none when nothing is.
    pub oldest: Option<u64>,
}

/// How far the programs of somebody new have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstSteps {
    /// Something was reserved.
    pub reserved: bool,
    /// Somebody was refused because another holds it.
    pub refused: bool,
    /// Something was released.
    pub released: bool,
}
