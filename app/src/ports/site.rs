use crate::error::AppError;

/// Facts that every page render needs; the server provides one for each request.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// Path of the WebAssembly module's JavaScript half, with its content hash.
    pub js: String,
    /// Path of the WebAssembly module, with its content hash.
    pub wasm: String,
    /// Path of the style sheet, with its content hash.
    pub css: String,
    /// The same of what only the documentation has.
    pub docs_css: String,
    /// Where this server is reached, without a slash at the end; the curl examples start with it.
    pub base_url: String,
    /// Sign-in with Google is configured.
    pub google: bool,
    /// The development sign-in is on.
    pub dev_sign_in: bool,
    /// The id under which the log has this request.
    pub request_id: String,
    /// The nonce of this answer's Content-Security-Policy.
    pub nonce: String,
}

/// Provided when the answer has to be an error page, whatever the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status of the answer.
    pub status: u16,
    /// What happened, in a few words.
    pub title: String,
    /// What to do about it.
    pub detail: String,
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        Self {
            status: error.status(),
            title: error.title().into(),
            detail: error.detail().into(),
        }
    }
}
