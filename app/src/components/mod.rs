//! What several pages use, and the islands.
//!
//! Only islands are compiled for the browser; everything else is HTML by then.

mod claim_code;
mod code_block;
mod curl;
mod docs_example;
mod event_entry;
mod key_panel;
mod live_state;
mod shown_key;
mod time_ticker;

pub use claim_code::{ClaimCode, KeepClaimCode};
pub use code_block::{CodeBlock, CopyCode};
pub use curl::{Call, PLACEHOLDER_KEY};
pub use docs_example::{CopyExample, SameLanguage, UseMyKey};
pub use event_entry::EventEntry;
pub use key_panel::KeyPanel;
pub use live_state::LiveState;
pub use shown_key::{SHOWN_FOR, ShownKey};
pub use time_ticker::TimeTicker;

#[cfg(feature = "ssr")]
mod audit_table;
#[cfg(feature = "ssr")]
mod chart;
#[cfg(feature = "ssr")]
mod failure;
#[cfg(feature = "ssr")]
mod first_steps;
#[cfg(feature = "ssr")]
mod layout;
#[cfg(feature = "ssr")]
mod logo;
#[cfg(feature = "ssr")]
mod nav;
#[cfg(feature = "ssr")]
mod reservations_table;
#[cfg(feature = "ssr")]
mod sessions_table;
#[cfg(feature = "ssr")]
mod sign_in_choice;
#[cfg(feature = "ssr")]
mod suspended;
#[cfg(feature = "ssr")]
mod text_fields;
#[cfg(feature = "ssr")]
mod time;

#[cfg(feature = "ssr")]
pub use {
    audit_table::AuditTable,
    chart::{Chart, ChartTones, Column},
    failure::{Failure, Problem, described},
    first_steps::FirstSteps,
    layout::Layout,
    logo::Logo,
    nav::Nav,
    reservations_table::{ReservationsTable, grouped},
    sessions_table::SessionsTable,
    sign_in_choice::SignInChoice,
    suspended::Suspended,
    text_fields::TextFields,
    time::{Time, TimeForm},
};
