//! What reservations, definitions and lock delays are in their rows, as far as a column does not say it by itself.

use std::sync::Arc;

use coop_engine::{Hold, Holds, Mode, Path, ResourceName, Slot, Ttl};
use serde::{Deserialize, Serialize};

use crate::store::StoreError;

/// One hold. Its place in the array is what names its parts.
#[derive(Serialize, Deserialize)]
struct StoredHold(
    String,                // node
    Option<(String, u16)>, // slot: pool and number
    Vec<String>,           // path
    Option<u32>,           // lock delay, seconds
);

/// A mode's number.
pub(super) const fn mode_code(mode: Mode) -> i64 {
    match mode {
        Mode::Exclusive => 0,
        Mode::Shared => 1,
    }
}

pub(super) fn read_mode(code: i64) -> Result<Mode, StoreError> {
    match code {
        0 => Ok(Mode::Exclusive),
        1 => Ok(Mode::Shared),
        _ => Err(corrupt("a mode")),
    }
}

/// The text for what is held; nothing for [`Holds::PLAIN`].
pub(super) fn write_holds(holds: &Holds) -> serde_json::Result<Option<String>> {
    if holds.is_plain() {
        return Ok(None);
    }
    let stored: Vec<StoredHold> = holds
        .as_slice()
        .iter()
        .map(|hold| {
            StoredHold(
                hold.node.to_string(),
                hold.slot
                    .as_ref()
                    .map(|slot| (slot.pool.to_string(), slot.index)),
                names(hold.path.names()),
                hold.lock_delay.map(Ttl::seconds),
            )
        })
        .collect();
    serde_json::to_string(&stored).map(Some)
}

pub(super) fn read_holds(text: Option<&str>) -> Result<Holds, StoreError> {
    let Some(text) = text else {
        return Ok(Holds::PLAIN);
    };
    let stored: Vec<StoredHold> = serde_json::from_str(text).map_err(|_| corrupt("holds"))?;
    let holds = stored
        .into_iter()
        .map(|StoredHold(node, slot, path, delay)| {
            let slot = slot
                .map(|(pool, index)| {
                    let pool = name(&pool)?;
                    Ok::<_, StoreError>(Slot { pool, index })
                })
                .transpose()?;
            Ok(Hold {
                node: name(&node)?,
                slot,
                path: read_names(&path).map(Path::new)?,
                lock_delay: delay.map(read_ttl).transpose()?,
            })
        });
    holds.collect::<Result<_, _>>().map(Holds::new)
}

/// The text for a path.
pub(super) fn write_path(path: &Path) -> serde_json::Result<String> {
    write_names(path.names())
}

pub(super) fn read_path(text: &str) -> Result<Path, StoreError> {
    let names: Vec<String> = serde_json::from_str(text).map_err(|_| corrupt("a path"))?;
    read_names(&names).map(Path::new)
}

/// The text for some names.
pub(super) fn write_names(of: &[ResourceName]) -> serde_json::Result<String> {
    serde_json::to_string(&names(of))
}

/// Some names from their text.
pub(super) fn read_blockers(text: &str) -> Result<Arc<[ResourceName]>, StoreError> {
    let names: Vec<String> = serde_json::from_str(text).map_err(|_| corrupt("blockers"))?;
    read_names(&names).map(Arc::from)
}

fn names(of: &[ResourceName]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}

fn read_names(texts: &[String]) -> Result<Vec<ResourceName>, StoreError> {
    texts.iter().map(|text| name(text)).collect()
}

pub(super) fn name(text: &str) -> Result<ResourceName, StoreError> {
    ResourceName::parse(text).map_err(|_| corrupt("a resource's name"))
}

pub(super) fn read_ttl(seconds: impl TryInto<u32>) -> Result<Ttl, StoreError> {
    Ttl::parse(seconds).map_err(|_| corrupt("a number of seconds"))
}

pub(super) fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(format!("{what} in the ledger"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_read_as_it_was_written() {
        let name = |text| ResourceName::parse(text).expect("a name");
        let holds = Holds::new(vec![
            Hold {
                node: name("Printer_1"),
                slot: Some(Slot {
                    pool: name("Printer"),
                    index: 1,
                }),
                path: Path::new(vec![name("Company"), name("IT")]),
                lock_delay: Some(Ttl::parse(30).expect("a TTL")),
            },
            Hold {
                node: name("Scanner \"2\""),
                slot: None,
                path: Path::default(),
                lock_delay: None,
            },
        ]);
        let text = write_holds(&holds).expect("written");
        assert_eq!(read_holds(text.as_deref()).expect("read"), holds);
        assert_eq!(write_holds(&Holds::PLAIN).expect("written"), None);
        assert_eq!(read_holds(None).expect("read"), Holds::PLAIN);
        for damaged in [
            "",
            "[[1]]",
            r#"[["a>b",null,[],null]]"#,
            r#"[["a",null,[],0]]"#,
        ] {
            assert!(read_holds(Some(damaged)).is_err(), "{damaged}");
        }
    }

    #[test]
    fn modes_have_their_numbers() {
        for mode in Mode::ALL {
            assert_eq!(read_mode(mode_code(mode)).expect("read"), mode);
        }
        assert!(read_mode(2).is_err());
    }
}
