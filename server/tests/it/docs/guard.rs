//! What the page on safety says of a holder that slept too long, tried on a table that is guarded by fencing tokens.

use super::{
    page::{Language, examples},
    tell, text_of,
};
use crate::support::Postgres;

#[test]
fn a_guarded_row_refuses_the_late_write_of_a_holder_that_slept_beyond_its_time() {
    let text = text_of("safety.md");
    let examples = examples(&text).expect("a page");
    let database = Postgres::start();
    // The write that comes too late is in there.
    let is_refused = |text: &str| text.contains("UPDATE 1") && text.contains("UPDATE 0");
    assert!(is_refused(&text));
    tell::tell("safety.md", &examples, Language::Shell, |command| {
        command.envs(database.environment());
    });
}
