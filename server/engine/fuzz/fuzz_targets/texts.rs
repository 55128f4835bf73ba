//! Every text and number from outside is taken or refused, and what is taken means itself.

#![no_main]

use coop_engine::{Capacity, Label, ReleaseToken, Requester, ResourceName, Ttl};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(number) = bytes.first_chunk().map(|bytes| i64::from_le_bytes(*bytes)) {
        assert_eq!(
            Ttl::parse(number).is_ok(),
            (1..=31_536_000).contains(&number)
        );
        assert_eq!(
            Capacity::parse(number).is_ok(),
            (1..=1_000).contains(&number)
        );
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let may_be_a_name =
        (1..=256).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    assert_eq!(Requester::parse(text).is_ok(), may_be_a_name);
    assert_eq!(
        ResourceName::parse(text).is_ok(),
        may_be_a_name && !text.contains('>')
    );
    if let Ok(name) = ResourceName::parse(text) {
        assert_eq!(name.as_str(), text);
    }
    // Whatever it says, it says something.
    let _ = Label::parse(text);
    if let Some(token) = ReleaseToken::parse(text) {
        assert_eq!(
            ReleaseToken::parse(&token.to_string()).map(|again| again.matches(&token)),
            Some(true)
        );
    }
});
