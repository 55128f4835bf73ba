use crate::docs::reference::Document;
use std::sync::{Arc, OnceLock};

/// The API's description, read once and shown by `/docs/api`.
#[derive(Clone)]
pub struct ApiReference(Arc<Reference>);

struct Reference {
    document: Document,
    /// The page's part that is the same for everybody. It is long, so it is made once.
    html: OnceLock<String>,
}

impl ApiReference {
    /// Reads the document.
    ///
    /// # Errors
    /// When it is no JSON, or says something that the page does not know how to show.
    pub fn parse(document: &str) -> Result<Self, serde_json::Error> {
        let document = serde_json::from_str(document)?;
        let html = OnceLock::new();
        Ok(Self(Arc::new(Reference { document, html })))
    }

    pub(crate) fn document(&self) -> &Document {
        &self.0.document
    }

    /// What `make` makes, the first time.
    pub(crate) fn html(&self, make: impl FnOnce(&Document) -> String) -> String {
        let html = &self.0.html;
        html.get_or_init(|| make(self.document())).clone()
    }
}
