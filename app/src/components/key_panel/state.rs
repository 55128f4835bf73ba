use crate::{
    browser,
    components::{PLACEHOLDER_KEY, SHOWN_FOR},
    error::AppError,
    functions::reveal_key,
    model::{ApiKey, KeyValue, Shown, ShownBecause},
};
use leptos::{prelude::*, task::spawn_local};

/// What the panel knows. A handle: copies share it.
#[derive(Clone, Copy)]
pub(super) struct KeyState {
    /// The key in its current version.
    pub key: RwSignal<ApiKey>,
    /// A call is under way.
    pub busy: RwSignal<bool>,
    /// What the live region says.
    pub said: RwSignal<&'static str>,
    /// What the last call failed with.
    pub failure: RwSignal<Option<AppError>>,
    value: RwSignal<Option<String>>,
    /// Counts displays, so that the timer of an earlier one does not end a later one.
    display: StoredValue<u32>,
}

impl KeyState {
    pub fn new(key: ApiKey, shown: Option<Shown>) -> Self {
        let said = match &shown {
            Some(shown) if shown.because == ShownBecause::Rotated => {
                "The key has been rotated. This is the new value."
            }
            _ => "",
        };
        let (key, value) = match shown {
            Some(Shown {
                value: KeyValue { key, value },
                ..
            }) => (key, Some(value)),
            None => (key, None),
        };
        Self {
            key: RwSignal::new(key),
            busy: RwSignal::new(false),
            said: RwSignal::new(said),
            failure: RwSignal::new(None),
            value: RwSignal::new(value),
            display: StoredValue::new(0),
        }
    }

    pub fn id(self) -> String {
        self.key.get().id
    }

    pub fn is_shown(self) -> bool {
        self.value.with(Option::is_some)
    }

    /// The value, or its mask.
    pub fn text(self) -> String {
        self.value.get().unwrap_or_else(|| self.key.get().hint)
    }

    /// The value, or what stands in an example instead.
    pub fn for_example(self) -> String {
        self.value.get().unwrap_or_else(|| PLACEHOLDER_KEY.into())
    }

    /// Makes a call that answers with the value, shows it and says `said`.
    pub fn ask(
        self,
        call: impl Future<Output = Result<KeyValue, AppError>> + 'static,
        said: &'static str,
    ) {
        self.with_answer(call, move |answer| async move {
            self.value.set(Some(answer.value));
            self.said.set(said);
            self.hide_later();
        });
    }

    /// Copies the value; a masked one is fetched and copied without showing it.
    pub fn copy(self) {
        if let Some(value) = self.value.get_untracked() {
            spawn_local(self.copy_value(value));
        } else {
            self.with_answer(reveal_key(self.key.get_untracked().id), move |answer| {
                self.copy_value(answer.value)
            });
        }
    }

    pub fn hide(self, said: &'static str) {
        self.value.set(None);
        self.said.set(said);
    }

    /// Hides the value that is shown now, if there is one, when its time is over.
    pub fn hide_later(self) {
        if self.value.with_untracked(Option::is_none) {
            return;
        }
        self.display
            .update_value(|display| *display = display.wrapping_add(1));
        let display = self.display.get_value();
        set_timeout(
            move || {
                if self.display.get_value() == display && self.value.with_untracked(Option::is_some)
                {
                    self.hide("The key is hidden again.");
                }
            },
            SHOWN_FOR,
        );
    }

    async fn copy_value(self, value: String) {
        let copied = browser::copy(&value).await;
        self.said.set(if copied {
            "Copied."
        } else {
            "The browser does not allow copying. Reveal the key and select it."
        });
    }

    /// One call at a time: what happens after it is decided by its answer.
    fn with_answer<Then: Future<Output = ()> + 'static>(
        self,
        call: impl Future<Output = Result<KeyValue, AppError>> + 'static,
        then: impl FnOnce(KeyValue) -> Then + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            match call.await {
                Ok(answer) => {
                    self.key.set(answer.key.clone());
                    then(answer).await;
                }
                Err(failure) => {
                    self.said.set("");
                    self.failure.set(Some(failure));
                }
            }
            self.busy.set(false);
        });
    }
}
