//! Event streams that are open, counted against the tier and for whoever is about to cut them.

use std::sync::{Arc, atomic::Ordering};

use super::Credential;

/// An event stream that is open, until this is dropped.
#[derive(Debug)]
pub struct OpenStream(Arc<Credential>);

impl Credential {
    /// Opens an event stream, unless the tenant would have more than `most`.
    ///
    /// # Errors
    /// How many it may have.
    pub fn open_stream(self: &Arc<Self>, most: Option<u64>) -> Result<OpenStream, u64> {
        let most = most.unwrap_or(u64::MAX);
        let more = |open| (open < most).then_some(open + 1);
        self.tenant
            .streams
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .map_err(|_| most)?;
        if let Some(usage) = self.usage() {
            usage.streams.fetch_add(1, Ordering::Relaxed);
        }
        Ok(OpenStream(Arc::clone(self)))
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.tenant.streams.fetch_sub(1, Ordering::AcqRel);
        if let Some(usage) = self.0.usage() {
            usage.streams.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
