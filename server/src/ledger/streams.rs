//! Streams that are open, counted against their limits and for whoever is about to cut them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{Credential, TenantState};

/// Pages of one tenant that may be told of changes at once. A page does without, too.
const MOST_PAGES: u64 = 100;

/// For the operator: how many there are in all.
const GAUGE: &str = "coop_event_streams";

/// An event stream that is open, until this is dropped.
#[derive(Debug)]
pub struct OpenStream(Arc<Credential>);

/// A page that is told of changes, until this is dropped.
#[derive(Debug)]
pub struct OpenPage(Arc<TenantState>);

impl Credential {
    /// Opens an event stream, unless the tenant would have more than `most`.
    ///
    /// # Errors
    /// How many it may have.
    pub fn open_stream(self: &Arc<Self>, most: Option<u64>) -> Result<OpenStream, u64> {
        let most = most.unwrap_or(u64::MAX);
        if !count(&self.tenant.streams, most) {
            return Err(most);
        }
        if let Some(usage) = self.usage() {
            usage.streams.fetch_add(1, Ordering::Relaxed);
        }
        metrics::gauge!(GAUGE).increment(1.0);
        Ok(OpenStream(Arc::clone(self)))
    }
}

impl TenantState {
    /// Lets a page of the dashboard be told of changes, unless too many are. They are nothing to the tier's limit.
    #[must_use]
    pub fn open_page(self: &Arc<Self>) -> Option<OpenPage> {
        count(&self.pages, MOST_PAGES).then(|| OpenPage(Arc::clone(self)))
    }
}

fn count(open: &AtomicU64, most: u64) -> bool {
    let more = |open| (open < most).then_some(open + 1);
    open.fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
        .is_ok()
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        metrics::gauge!(GAUGE).decrement(1.0);
        self.0.tenant.streams.fetch_sub(1, Ordering::AcqRel);
        if let Some(usage) = self.0.usage() {
            usage.streams.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        self.0.pages.fetch_sub(1, Ordering::AcqRel);
    }
}
