//! The documentation: Markdown of the repository, shown as pages.

mod render;
#[cfg(test)]
mod tests;

pub(crate) use render::{Block, blocks};

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
        "authentication",
        "Authentication",
        "API keys: where to find them, how to send, label, rotate and revoke them, and what they do not open."
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
];
