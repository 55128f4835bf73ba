//! The documentation: Markdown of the repository, shown as pages.

mod code;
pub(crate) mod reference;
pub(crate) mod render;
pub(crate) mod search;
#[cfg(test)]
mod tests;

pub(crate) use code::Code;
pub(crate) use render::Block;

use crate::routes;

/// A part of the contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// From nothing to the first call.
    Start,
    /// What can be done, call by call.
    Reservations,
    /// Who may do what, and what can be relied on.
    Trust,
    /// A server of one's own.
    Operate,
}

impl Group {
    /// In the order of reading.
    pub const ALL: [Self; 4] = [Self::Start, Self::Reservations, Self::Trust, Self::Operate];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Reservations => "Reservations",
            Self::Trust => "Trust",
            Self::Operate => "Operate",
        }
    }

    /// Its pages.
    pub fn docs(self) -> impl Iterator<Item = &'static Doc> {
        DOCS.iter().filter(move |doc| doc.group == self)
    }
}

/// A page of the documentation.
pub(crate) struct Doc {
    /// The name of its file, and the last part of its path.
    pub name: &'static str,
    /// Where the contents have it.
    pub group: Group,
    /// Its title.
    pub title: &'static str,
    /// What it is about, in a sentence.
    pub about: &'static str,
    /// Its Markdown.
    pub text: &'static str,
}

impl Doc {
    /// Where it is.
    pub fn path(&self) -> String {
        routes::doc(self.name)
    }

    /// The page at a path.
    pub fn at(path: &str) -> Option<&'static Self> {
        DOCS.iter().find(|doc| doc.path() == path)
    }
}

/// A page from the file of its name, so that the two cannot come apart.
macro_rules! doc {
    ($group:expr, $name:literal, $title:literal, $about:literal) => {
        Doc {
            name: $name,
            group: $group,
            title: $title,
            about: $about,
            text: include_str!(concat!("../../../docs/guide/", $name, ".md")),
        }
    };
}

/// Every page, in the order of reading. A new page is a file in `docs/guide` and an entry here.
pub(crate) const DOCS: &[Doc] = &[
    doc!(
        Group::Start,
        "quick-start",
        "Quick start",
        "Reserve a name, see somebody else refused, and give it back: five calls with curl, JavaScript or Python."
    ),
    doc!(
        Group::Start,
        "authentication",
        "Authentication",
        "API keys: where to find them, how to send, label, rotate and revoke them, and what they do not open."
    ),
    doc!(
        Group::Reservations,
        "reserve",
        "Reserve",
        "Take resources: every field, every status, what a refusal tells, how to look without taking, and what is held."
    ),
    doc!(
        Group::Reservations,
        "unreserve",
        "Unreserve",
        "Give back what you hold, with the release token; what is answered when it was not yours any more."
    ),
    doc!(
        Group::Reservations,
        "renew",
        "Renew",
        "Hold on for longer, from beside the work, and learn in time that a reservation is lost."
    ),
    doc!(
        Group::Reservations,
        "transactions",
        "Transactions",
        "Several resources as one step: all or none, as many as there are, or the first that is free."
    ),
    doc!(
        Group::Reservations,
        "waiting",
        "Waiting",
        "Stand in line for up to a minute and be served in the order of arrival, and how to keep a place for longer."
    ),
    doc!(
        Group::Reservations,
        "resources",
        "Resources",
        "Definitions: pools with slots, resources that take others along, trees, and delays after a lost holder."
    ),
    doc!(
        Group::Reservations,
        "events",
        "Events",
        "Everything that happens, as it happens: a stream that goes on where it was, and the history."
    ),
    doc!(
        Group::Trust,
        "safety",
        "Safety",
        "What a lock can and cannot promise, and how a fencing token keeps a slow program from doing harm."
    ),
    doc!(
        Group::Trust,
        "jwt-exchange",
        "JWT exchange",
        "Your own users' JWTs, exchanged for short-lived tokens: what is demanded of them, and what they open."
    ),
    doc!(
        Group::Trust,
        "limits",
        "Limits",
        "What each tier allows, how quotas refill, and what an answer says when one is used up."
    ),
    doc!(
        Group::Trust,
        "errors",
        "Errors",
        "The shape of every answer that is not a success, and what each code means."
    ),
    doc!(
        Group::Operate,
        "self-hosting",
        "Self-hosting",
        "Build it, set it up for other people, watch it, copy its database, put a copy back, and upgrade."
    ),
];
