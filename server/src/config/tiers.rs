//! The tiers file.

use std::path::Path;

use serde::Deserialize;
use toml::Table;

use super::ConfigError;
use crate::model::{Allowance, Tier, Tiers};

const DEFAULTS: &str = include_str!("../../tiers.default.toml");
/// Renew and release are never refused, so a quota below this would let them starve everything else.
const LEAST_WRITES: u32 = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawAllowance {
    api_keys: u64,
    writes_per_minute: u32,
    operations_per_day: u64,
    active_reservations: u64,
    event_streams: u64,
    history_hours: u32,
    jwt_exchange: bool,
}

/// The limits that hold when nothing else is said.
///
/// # Errors
/// Never for the embedded file; the type is the readers'.
pub fn default_tiers() -> Result<Tiers, ConfigError> {
    parse(&Table::new(), "the embedded tiers")
}

/// The defaults with the values of a file in their place.
///
/// # Errors
/// [`ConfigError`] when the file cannot be read, or names a tier or value that does not exist.
pub fn read_tiers(path: &Path) -> Result<Tiers, ConfigError> {
    let source = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| ConfigError::new(&source, &e))?;
    parse(
        &text.parse().map_err(|e| ConfigError::new(&source, &e))?,
        &source,
    )
}

fn parse(overrides: &Table, source: &str) -> Result<Tiers, ConfigError> {
    let mut table: Table = DEFAULTS
        .parse()
        .map_err(|e| ConfigError::new("the embedded tiers", &e))?;
    for (tier, values) in overrides {
        let (Some(known), Some(values)) = (
            table.get_mut(tier).and_then(toml::Value::as_table_mut),
            values.as_table(),
        ) else {
            return Err(ConfigError::new(
                source,
                &format!("{tier} is not one of the tables free, starter, pro, enterprise"),
            ));
        };
        known.extend(values.clone());
    }
    let mut allowances = Vec::with_capacity(Tier::ALL.len());
    for tier in Tier::ALL {
        let raw: RawAllowance = table
            .remove(tier.code())
            .unwrap_or_else(|| Table::new().into())
            .try_into()
            .map_err(|e| ConfigError::new(source, &format!("[{}]: {e}", tier.code())))?;
        if raw.writes_per_minute < LEAST_WRITES {
            return Err(ConfigError::new(
                source,
                &format!(
                    "[{}]: writesPerMinute has to be at least {LEAST_WRITES}",
                    tier.code()
                ),
            ));
        }
        allowances.push(allowance(&raw));
    }
    let allowances = <[Allowance; 4]>::try_from(allowances)
        .map_err(|_| ConfigError::new(source, &"all four tiers are needed"))?;
    Ok(Tiers::new(allowances))
}

fn allowance(raw: &RawAllowance) -> Allowance {
    let limit = |number: u64| (number > 0).then_some(number);
    Allowance {
        api_keys: limit(raw.api_keys),
        writes_per_minute: raw.writes_per_minute,
        operations_per_day: limit(raw.operations_per_day),
        active_reservations: limit(raw.active_reservations),
        event_streams: limit(raw.event_streams),
        history_hours: raw.history_hours,
        jwt_exchange: raw.jwt_exchange,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Tiers, ConfigError> {
        parse(&text.parse().expect("TOML"), "test")
    }

    #[test]
    fn the_defaults_are_the_published_tiers() {
        let tiers = default_tiers().expect("embedded");
        let keys = Tier::ALL.map(|tier| tiers.of(tier).api_keys);
        assert_eq!(keys, [Some(1), Some(10), Some(100), None]);
        assert_eq!(tiers.of(Tier::Free).writes_per_minute, 200);
        assert_eq!(tiers.of(Tier::Free).reads_per_minute(), 1000);
    }

    #[test]
    fn a_file_may_override_a_single_value() {
        let tiers = parsed("[free]\nactiveReservations = 3\n").expect("valid");
        assert_eq!(tiers.of(Tier::Free).active_reservations, Some(3));
        assert_eq!(tiers.of(Tier::Free).api_keys, Some(1));
    }

    #[test]
    fn unknown_tiers_unknown_values_and_tiny_quotas_are_refused() {
        assert!(parsed("[gold]\napiKeys = 3\n").is_err());
        assert!(parsed("[free]\nkeys = 3\n").is_err());
        assert!(parsed("[free]\nwritesPerMinute = 99\n").is_err());
    }
}
