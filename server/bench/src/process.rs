//! What the kernel says of a process.

use std::{fs, time::Duration};

use anyhow::{Context, Result};

/// The kernel reports CPU time to user space in hundredths of a second, on every Linux platform (`USER_HZ`, proc(5)).
const MILLISECONDS_PER_TICK: u64 = 10;

/// User and system time of all its threads since it started.
///
/// # Errors
/// When there is no such process.
pub fn cpu_time(process: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))
        .context("the server's CPU time; has it ended?")?;
    let ticks = ticks(&stat).context("/proc/PID/stat is not as proc(5) says")?;
    Ok(Duration::from_millis(ticks * MILLISECONDS_PER_TICK))
}

/// Fields 14 and 15. The name in field 2 may contain anything, so counting starts after its closing parenthesis.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Resident memory in KiB.
///
/// # Errors
/// When there is no such process.
pub fn resident_kib(process: u32) -> Result<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))
        .context("the server's memory; has it ended?")?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix(" kB")?.trim().parse().ok())
        .context("/proc/PID/status has no VmRSS")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let stat = "42 (a) b (c)) S 1 42 42 0 -1 4194560 100 0 0 0 250 30 0 0 20 0 3 0 1000 1 1";
        assert_eq!(ticks(stat), Some(280));
    }

    #[test]
    fn this_process_has_memory() {
        assert!(resident_kib(std::process::id()).expect("own status") > 0);
        assert!(cpu_time(std::process::id()).is_ok());
    }
}
