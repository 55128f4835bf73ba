//! What an issuer may be.

use coop_engine::Label;

use crate::{
    domain::Error,
    model::{IssuerKeys, IssuerSettings},
};

/// The longest `iss` and `aud` that are taken, in bytes.
const LONGEST_NAME: usize = 512;
/// The largest key set that is taken, in bytes.
const LARGEST_SET: usize = 64 * 1024;
/// No token lives longer than a day, so none can be older either, in seconds.
const LONGEST_AGE: u32 = 24 * 3_600;

pub(super) fn check_name(what: &str, name: &str) -> Result<(), Error> {
    if name.is_empty() || name.len() > LONGEST_NAME || name.contains(char::is_control) {
        return Err(Error::Invalid(format!(
            "{what} must have 1 to {LONGEST_NAME} bytes and no control characters."
        )));
    }
    Ok(())
}

pub(super) fn check_settings(settings: &IssuerSettings) -> Result<(), Error> {
    let invalid = |text: String| Err(Error::Invalid(text));
    if let Err(error) = Label::parse(&settings.label) {
        return invalid(format!("The label {error}."));
    }
    if settings.algorithms.is_empty() {
        return invalid("Choose at least one algorithm.".to_owned());
    }
    if settings
        .max_age_seconds
        .is_some_and(|age| !(1..=LONGEST_AGE).contains(&age))
    {
        return invalid(format!(
            "The maximum age must be 1 to {LONGEST_AGE} seconds."
        ));
    }
    if settings
        .max_active
        .is_some_and(|most| most == 0 || i64::try_from(most).is_err())
    {
        return invalid("An end user has to be allowed at least one reservation.".to_owned());
    }
    let (text, longest) = match &settings.keys {
        IssuerKeys::Url(url) => (url, LONGEST_NAME),
        IssuerKeys::Set(set) => (set, LARGEST_SET),
    };
    if text.is_empty() || text.len() > longest {
        return invalid(format!("The keys must have 1 to {longest} bytes."));
    }
    Ok(())
}
