//! What was just committed, for those who watch a tenant. The log is the truth: this wakes, and saves reading it.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::watch;

use super::{LoggedEvent, TenantState, event_log::EventLog, logged};

/// Bytes of the log that are kept for a tenant that somebody watches. Whoever is slower reads the log itself.
const MOST_KEPT: usize = 256 * 1024;

/// A tenant's: there once somebody has watched it.
#[derive(Debug, Default)]
pub(super) struct Feed {
    recent: Mutex<Recent>,
    /// How many watch.
    watches: AtomicUsize,
    woken: watch::Sender<()>,
}

/// The events of one commit.
#[derive(Debug)]
pub struct Commit {
    first: u64,
    last: u64,
    text: String,
    events: OnceLock<Vec<RecentEvent>>,
}

/// An event, and how it is shown, which is found out once for everybody who watches.
#[derive(Debug)]
pub struct RecentEvent {
    /// It.
    pub event: LoggedEvent,
    shown: OnceLock<Box<str>>,
}

/// The commits that came last, without a gap between them.
#[derive(Debug, Default)]
struct Recent {
    commits: VecDeque<Arc<Commit>>,
    bytes: usize,
}

/// What there is after some revision.
#[derive(Debug)]
pub enum News {
    /// Nothing.
    None,
    /// The next commit; it may have begun before.
    Commit(Arc<Commit>),
    /// It is not here any more: the log has it.
    Logged,
}

/// Watches a tenant: is woken when events of its are committed, or when a credential of its may have ended.
#[derive(Debug)]
pub struct Watch {
    tenant: Arc<TenantState>,
    woken: watch::Receiver<()>,
}

impl RecentEvent {
    /// The event as `render` shows it.
    pub fn shown(&self, render: impl FnOnce(&LoggedEvent) -> String) -> &str {
        self.shown
            .get_or_init(|| render(&self.event).into_boxed_str())
    }
}

impl Commit {
    /// Its events after a revision.
    pub fn events_after(&self, revision: u64) -> &[RecentEvent] {
        let events = self.events.get_or_init(|| self.read());
        let begin =
            usize::try_from((revision + 1).saturating_sub(self.first)).unwrap_or(usize::MAX);
        events.get(begin..).unwrap_or_default()
    }

    /// Outside of the writer, and only once somebody wants to see it.
    fn read(&self) -> Vec<RecentEvent> {
        let events = logged::read(&self.text).unwrap_or_else(|error| {
            // What this program has just written it can read; a bug here must not end the writer or a stream silently.
            tracing::error!(%error, "a commit's events cannot be read back");
            Vec::new()
        });
        let recent = |event| RecentEvent {
            event,
            shown: OnceLock::new(),
        };
        events.into_iter().map(recent).collect()
    }
}

impl Recent {
    fn push(&mut self, commit: Commit) {
        // While nobody watched, nothing was kept.
        if self
            .commits
            .back()
            .is_some_and(|newest| newest.last + 1 != commit.first)
        {
            self.clear();
        }
        self.bytes += commit.text.len();
        self.commits.push_back(Arc::new(commit));
        // The newest stays, however long it is: those who are woken for it look here.
        while self.bytes > MOST_KEPT && self.commits.len() > 1 {
            if let Some(oldest) = self.commits.pop_front() {
                self.bytes -= oldest.text.len();
            }
        }
    }

    fn after(&self, revision: u64) -> News {
        let (Some(oldest), Some(newest)) = (self.commits.front(), self.commits.back()) else {
            return News::None;
        };
        if newest.last <= revision {
            return News::None;
        }
        if oldest.first > revision + 1 {
            return News::Logged;
        }
        let at = self
            .commits
            .partition_point(|commit| commit.last <= revision);
        self.commits
            .get(at)
            .map_or(News::Logged, |commit| News::Commit(Arc::clone(commit)))
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Feed {
    /// Nothing panics half-way through a change of it.
    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TenantState {
    /// Begins to watch. Everything that is committed from now on is news.
    #[must_use]
    pub fn watch(self: &Arc<Self>) -> Watch {
        let feed = self.feed.get_or_init(Box::default);
        feed.watches.fetch_add(1, Ordering::SeqCst);
        Watch {
            tenant: Arc::clone(self),
            woken: feed.woken.subscribe(),
        }
    }

    /// Keeps what was just committed, if anybody watches. Answers whether anybody does, to be woken.
    pub(super) fn publish(&self, log: EventLog) -> bool {
        let Some(feed) = self.watched() else {
            return false;
        };
        let (first, last) = log.revisions();
        feed.recent().push(Commit {
            first,
            last,
            text: log.into_text(),
            events: OnceLock::new(),
        });
        true
    }

    /// Wakes everybody who watches.
    pub(super) fn wake(&self) {
        if let Some(feed) = self.watched() {
            feed.woken.send_replace(());
        }
    }

    fn watched(&self) -> Option<&Feed> {
        let feed = self.feed.get()?;
        // A watch is counted before its holder reads the log, and this is asked after the commit: one of the two sees the
        // other.
        (feed.watches.load(Ordering::SeqCst) > 0).then_some(feed)
    }
}

impl Watch {
    /// What comes after a revision.
    #[must_use]
    pub fn after(&self, revision: u64) -> News {
        let feed = self.tenant.feed.get();
        feed.map_or(News::None, |feed| feed.recent().after(revision))
    }

    /// Returns when something may have happened since it last returned.
    pub async fn changed(&mut self) {
        // The sender lives in the tenant, which this holds.
        let _ = self.woken.changed().await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(feed) = self.tenant.feed.get() else {
            return;
        };
        // Locked before it is counted: what is kept for somebody who begins to watch now comes after the clearing.
        let mut recent = feed.recent();
        if feed.watches.fetch_sub(1, Ordering::SeqCst) == 1 {
            recent.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(first: u64, last: u64, length: usize) -> Commit {
        Commit {
            first,
            last,
            text: "x".repeat(length),
            events: OnceLock::new(),
        }
    }

    fn last(news: &News) -> Option<u64> {
        match news {
            News::Commit(commit) => Some(commit.last),
            _ => None,
        }
    }

    #[test]
    fn what_follows_is_found_and_what_is_known_is_no_news() {
        let mut recent = Recent::default();
        assert!(matches!(recent.after(7), News::None));
        recent.push(commit(5, 7, 1));
        recent.push(commit(8, 8, 1));
        recent.push(commit(9, 12, 1));
        assert_eq!(last(&recent.after(4)), Some(7));
        assert_eq!(last(&recent.after(6)), Some(7));
        assert_eq!(last(&recent.after(7)), Some(8));
        assert_eq!(last(&recent.after(10)), Some(12));
        assert!(matches!(recent.after(12), News::None));
        assert!(matches!(recent.after(3), News::Logged));
    }

    #[test]
    fn a_gap_forgets_what_was_before_it() {
        let mut recent = Recent::default();
        recent.push(commit(1, 2, 1));
        recent.push(commit(5, 5, 1));
        assert!(matches!(recent.after(2), News::Logged));
        assert_eq!(last(&recent.after(4)), Some(5));
    }

    #[test]
    fn only_so_much_is_kept_and_the_newest_always() {
        let mut recent = Recent::default();
        for revision in 1..=10 {
            recent.push(commit(revision, revision, MOST_KEPT / 4));
        }
        assert!(recent.bytes <= MOST_KEPT);
        assert!(matches!(recent.after(5), News::Logged));
        assert_eq!(last(&recent.after(6)), Some(7));
        recent.push(commit(11, 11, MOST_KEPT * 2));
        assert_eq!(recent.commits.len(), 1);
        assert_eq!(last(&recent.after(10)), Some(11));
    }

    #[test]
    fn the_events_of_a_commit_begin_where_one_left_off() {
        let text = r#"[[3,1,"UNRESERVED","a",null,null,null,null,"",null,null,null],
            [4,1,"UNRESERVED","b",null,null,null,null,"",null,null,null]]"#;
        let commit = Commit {
            first: 3,
            last: 4,
            text: text.to_owned(),
            events: OnceLock::new(),
        };
        let after = |revision| {
            let events = commit.events_after(revision).iter();
            events
                .map(|recent| recent.event.revision)
                .collect::<Vec<_>>()
        };
        assert_eq!(after(0), [3, 4]);
        assert_eq!(after(3), [4]);
        assert_eq!(after(4), [0; 0]);
        let shown = commit.events_after(3)[0].shown(|event| event.resource.clone());
        assert_eq!(shown, "b");
        assert_eq!(commit.events_after(3)[0].shown(|_| "again".into()), "b");
    }
}
