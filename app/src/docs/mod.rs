//! The documentation: Markdown of the repository, shown as pages.

mod render;

pub(crate) use render::{Block, blocks};

use crate::routes;

/// A page of the documentation.
pub(crate) struct Doc {
    /// Where it is.
    pub path: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is about, in a sentence.
    pub about: &'static str,
    /// Its Markdown.
    pub text: &'static str,
}

/// Every page, in the order of reading. A new page is a file in `docs/guide`, an entry here and a line of the page table.
pub(crate) const DOCS: &[Doc] = &[
    Doc {
        path: routes::DOCS_AUTHENTICATION,
        title: "Authentication",
        about: "API keys: where to find them, how to send, label, rotate and revoke them, and what they do not open.",
        text: include_str!("../../../docs/guide/authentication.md"),
    },
    Doc {
        path: routes::DOCS_JWT_EXCHANGE,
        title: "JWT exchange",
        about: "Your own users' JWTs, exchanged for short-lived tokens: what is demanded of them, and what they open.",
        text: include_str!("../../../docs/guide/jwt-exchange.md"),
    },
    Doc {
        path: routes::DOCS_LIMITS,
        title: "Limits",
        about: "What each tier allows, how quotas refill, and what an answer says when one is used up.",
        text: include_str!("../../../docs/guide/limits.md"),
    },
    Doc {
        path: routes::DOCS_ERRORS,
        title: "Errors",
        about: "The shape of every answer that is not a success, and what each code means.",
        text: include_str!("../../../docs/guide/errors.md"),
    },
];
