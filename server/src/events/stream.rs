//! A stream: a cursor into the log. Read what comes after it, send that, wait to be woken; the channel only wakes.

use coop_engine::Time;
use futures_util::{Stream, stream};

use super::frame::{self, Gap};
use crate::{
    domain::{
        Error,
        events::{self, Commit, EventFilter, Extent, News, OpenStream, Watch},
    },
    model::TenantId,
    problem::Problem,
    state::Services,
};

/// Between two signs of life, in microseconds.
const KEEPALIVE: i64 = 15 * 1_000_000;
/// Bytes that are handed to the connection at once, about; the next are made when it has room.
const CHUNK: usize = 64 * 1024;
/// Events of one look into the log.
const PAGE: usize = 200;

/// Where a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// With what happens from now on.
    Now,
    /// With what follows this revision.
    After(u64),
    /// The client named something that is no revision: with everything that is kept.
    Unknown,
}

/// What a stream shows, and to whom.
pub struct Subscription<C> {
    /// Whose events.
    pub tenant: TenantId,
    /// Which of them.
    pub filter: EventFilter,
    /// Where it begins.
    pub resume: Resume,
    /// Woken when there is something to look at; taken before anything is read.
    pub watch: Watch,
    /// Whether it may go on. Asked after everything that is read and before it is sent, so that nothing is shown that
    /// happened after the credential had ended.
    pub check: C,
    /// When the credential ends by itself, if it does.
    pub until: Option<Time>,
    /// Counted as long as the stream is open.
    pub open: OpenStream,
}

enum Phase {
    /// What comes next is in the log.
    CatchingUp,
    /// What comes next is news.
    Live,
    Ended,
}

enum Step {
    Frames(String),
    /// Nothing that is shown; there may be more.
    Nothing,
    /// Nothing at all until the next wake-up.
    Idle,
}

struct EventStream<C> {
    services: Services,
    subscription: Subscription<C>,
    cursor: u64,
    phase: Phase,
    next_keepalive: Time,
}

/// Opens a stream of frames.
///
/// # Errors
/// When the store cannot say how far the log reaches.
pub async fn open<C>(
    services: &Services,
    subscription: Subscription<C>,
) -> Result<impl Stream<Item = String> + use<C>, Error>
where
    C: Fn() -> Result<(), Problem> + Send + 'static,
{
    let extent = events::extent(&services.ledger, subscription.tenant).await?;
    let (cursor, opening) = begin(subscription.resume, extent);
    let now = services.clock.now();
    let events = EventStream {
        services: services.clone(),
        subscription,
        cursor,
        phase: if cursor == extent.newest {
            Phase::Live
        } else {
            Phase::CatchingUp
        },
        next_keepalive: after(now),
    };
    let rest = stream::unfold(events, async |mut events| {
        let frames = events.next().await?;
        Some((frames, events))
    });
    Ok(stream::StreamExt::chain(
        stream::once(std::future::ready(opening)),
        rest,
    ))
}

/// Where the cursor begins, and the first frames. The client learns of a gap before its id moves: should the connection end
/// in between, it learns of it again.
fn begin(resume: Resume, extent: Extent) -> (u64, String) {
    let Extent { oldest, newest } = extent;
    let mut opening = frame::retry();
    let cursor = match resume {
        Resume::Now => newest,
        Resume::After(revision) if revision <= newest => revision,
        Resume::After(_) | Resume::Unknown => {
            let oldest = oldest.unwrap_or(newest + 1);
            opening += &frame::resync(oldest, Gap::UnknownId);
            oldest - 1
        }
    };
    opening += &frame::cursor(cursor);
    (cursor, opening)
}

fn after(now: Time) -> Time {
    Time::from_micros(now.as_micros().saturating_add(KEEPALIVE))
}

impl<C: Fn() -> Result<(), Problem>> EventStream<C> {
    async fn next(&mut self) -> Option<String> {
        loop {
            let step = match self.phase {
                Phase::Ended => return None,
                Phase::Live => self.read_news(),
                Phase::CatchingUp => match self.read_log().await {
                    Ok(step) => step,
                    Err(error) => {
                        // The client comes back and goes on where it was.
                        tracing::warn!(%error, "an event stream ends: the log cannot be read");
                        return None;
                    }
                },
            };
            if let Err(problem) = (self.subscription.check)() {
                self.phase = Phase::Ended;
                return Some(frame::revoked(&problem));
            }
            if self.services.stop.is_cancelled() {
                self.phase = Phase::Ended;
                return Some(frame::retry());
            }
            let now = self.services.clock.now();
            match step {
                Step::Frames(frames) => return Some(frames),
                _ if now >= self.next_keepalive => {
                    self.next_keepalive = after(now);
                    return Some(frame::keepalive(self.cursor));
                }
                Step::Nothing => tokio::task::consume_budget().await,
                Step::Idle => self.wait().await,
            }
        }
    }

    async fn wait(&mut self) {
        let subscription = &mut self.subscription;
        let deadline = subscription
            .until
            .map_or(self.next_keepalive, |until| until.min(self.next_keepalive));
        tokio::select! {
            () = subscription.watch.changed() => {}
            () = self.services.clock.sleep_until(deadline) => {}
            () = self.services.stop.cancelled() => {}
        }
    }

    fn read_news(&mut self) -> Step {
        let mut frames = String::new();
        let mut has_moved = false;
        while frames.len() < CHUNK && matches!(self.phase, Phase::Live) {
            match self.subscription.watch.after(self.cursor) {
                News::None => break,
                News::Logged => self.phase = Phase::CatchingUp,
                News::Commit(commit) => self.take(&commit, &mut frames),
            }
            has_moved = true;
        }
        if !frames.is_empty() {
            Step::Frames(frames)
        } else if has_moved {
            Step::Nothing
        } else {
            Step::Idle
        }
    }

    fn take(&mut self, commit: &Commit, frames: &mut String) {
        let Subscription { tenant, filter, .. } = &self.subscription;
        let events = commit.events_after(self.cursor);
        if events.is_empty() {
            // It could not be read back. Whether it is whole on the disk, the log says.
            self.phase = Phase::CatchingUp;
        }
        for recent in events {
            if frames.len() >= CHUNK {
                return;
            }
            self.cursor = recent.event.revision;
            if filter.admits(&recent.event) {
                frames.push_str(recent.shown(|event| frame::event(*tenant, event)));
            }
        }
    }

    async fn read_log(&mut self) -> Result<Step, Error> {
        let Subscription { tenant, filter, .. } = &self.subscription;
        let page = events::history(&self.services.ledger, *tenant, filter, self.cursor, PAGE);
        let page = page.await?;
        let mut frames = String::new();
        let next = match page.first {
            Some(first) => first,
            // Read before the page, so what it names was there to be found.
            None if page.newest > self.cursor => page.newest + 1,
            None => self.cursor + 1,
        };
        if next > self.cursor + 1 {
            frames += &frame::resync(next, Gap::Pruned);
        }
        self.cursor = page.cursor.max(next - 1);
        for event in &page.events {
            frames += &frame::event(*tenant, event);
        }
        if !page.has_more {
            self.phase = Phase::Live;
        }
        Ok(if frames.is_empty() {
            Step::Nothing
        } else {
            Step::Frames(frames)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(oldest: Option<u64>, newest: u64) -> Extent {
        Extent { oldest, newest }
    }

    #[test]
    fn a_stream_begins_where_it_was_asked_to_or_says_where_it_does() {
        let kept = extent(Some(5), 9);
        for (resume, extent, cursor, is_resync) in [
            (Resume::Now, kept, 9, false),
            (Resume::Now, extent(None, 0), 0, false),
            (Resume::After(9), kept, 9, false),
            (Resume::After(6), kept, 6, false),
            // Told when the log is read.
            (Resume::After(2), kept, 2, false),
            (Resume::After(10), kept, 4, true),
            (Resume::Unknown, kept, 4, true),
            (Resume::Unknown, extent(None, 9), 9, true),
            (Resume::Unknown, extent(None, 0), 0, true),
        ] {
            let (begin, opening) = begin(resume, extent);
            assert_eq!(begin, cursor, "{resume:?} {extent:?}");
            assert_eq!(opening.contains("event: RESYNC"), is_resync, "{opening}");
            assert!(opening.starts_with("retry: 2000\n\n"), "{opening}");
            assert!(opening.ends_with(&format!("id: {cursor}\n\n")), "{opening}");
        }
    }
}
