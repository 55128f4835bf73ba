use serde::{Deserialize, Serialize};

/// A point in time: microseconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment(pub i64);

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

impl Moment {
    /// UTC in ISO 8601 with milliseconds and `Z`, as the API writes it.
    #[must_use]
    pub fn iso(self) -> String {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        let millis = self.0.rem_euclid(DAY) / 1000;
        let (hour, minute) = (millis / 3_600_000, millis / 60_000 % 60);
        let (second, milli) = (millis / 1000 % 60, millis % 1000);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }

    /// Hour and minute of the day, UTC: `14:00`.
    #[must_use]
    pub fn clock(self) -> String {
        let minutes = self.0.rem_euclid(DAY) / (60 * SECOND);
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// Day and month, UTC: `24 Nov`.
    #[must_use]
    pub fn day(self) -> String {
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let (_, month, day) = civil(self.0.div_euclid(DAY));
        let month = usize::try_from(month - 1).unwrap_or_default();
        format!("{day} {}", MONTHS[month % MONTHS.len()])
    }

    /// So many hours later.
    #[must_use]
    pub const fn later(self, hours: i64) -> Self {
        Self(self.0.saturating_add(hours.saturating_mul(3_600 * SECOND)))
    }

    /// As seen at `now`: `2 min ago`, `in 40 s`, `now`.
    #[must_use]
    pub fn relative(self, now: Self) -> String {
        match self.0.saturating_sub(now.0) {
            ahead if ahead >= SECOND => format!("in {}", span(ahead)),
            behind if behind <= -SECOND => format!("{} ago", span(behind.saturating_neg())),
            _ => "now".into(),
        }
    }

    /// The time that has passed at `now`: `2 min`; zero for a moment that is still to come.
    #[must_use]
    pub fn elapsed(self, now: Self) -> String {
        span(now.0.saturating_sub(self.0).max(0))
    }
}

/// A length of time in the largest unit that it fills, rounded down.
fn span(micros: i64) -> String {
    let seconds = micros / SECOND;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        86_400..172_800 => "1 day".into(),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Year, month and day of the proleptic Gregorian calendar. Years are counted from March, so that the leap day comes
/// last and the months before it have a fixed pattern of 153 days in five months.
fn civil(days_since_1970: i64) -> (i64, i64, i64) {
    const DAYS_IN_400_YEARS: i64 = 146_097;
    // 719_468 days lie between 0000-03-01 and 1970-01-01.
    let days = days_since_1970 + 719_468;
    let era = days.div_euclid(DAYS_IN_400_YEARS);
    let day_of_era = days.rem_euclid(DAYS_IN_400_YEARS);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Moment {
        Moment(seconds * SECOND)
    }

    #[test]
    fn the_absolute_time_is_utc_to_the_millisecond() {
        assert_eq!(Moment(0).iso(), "1970-01-01T00:00:00.000Z");
        assert_eq!(
            Moment(951_782_399_999_999).iso(),
            "2000-02-28T23:59:59.999Z"
        );
        assert_eq!(at(951_782_400).iso(), "2000-02-29T00:00:00.000Z");
        assert_eq!(at(4_107_542_400).iso(), "2100-03-01T00:00:00.000Z");
        assert_eq!(Moment(-1).iso(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_day_and_an_hour_are_told_apart() {
        let moment = at(951_782_400);
        assert_eq!(
            (moment.clock(), moment.day()),
            ("00:00".into(), "29 Feb".into())
        );
        let before = moment.later(-1);
        assert_eq!(
            (before.clock(), before.day()),
            ("23:00".into(), "28 Feb".into())
        );
    }

    #[test]
    fn the_past_is_ago_and_the_future_is_in() {
        let now = at(1_000_000);
        assert_eq!(at(1_000_000 - 150).relative(now), "2 min ago");
        assert_eq!(at(1_000_000 + 40).relative(now), "in 40 s");
        assert_eq!(at(1_000_000 - 90_000).relative(now), "1 day ago");
        assert_eq!(at(1_000_000 + 200_000).relative(now), "in 2 days");
        assert_eq!(now.relative(now), "now");
    }

    #[test]
    fn a_clock_that_lags_shows_no_negative_time() {
        assert_eq!(at(10).elapsed(at(7)), "0 s");
        assert_eq!(at(7).elapsed(at(7 + 7_200)), "2 h");
    }

    #[test]
    fn no_moment_is_too_far_away() {
        assert_eq!(
            Moment(i64::MIN).relative(Moment(i64::MAX)),
            "106751991 days ago"
        );
        assert!(Moment(i64::MAX).iso().starts_with("294247-"));
    }
}
