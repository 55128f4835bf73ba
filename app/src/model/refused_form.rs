use crate::error::AppError;

/// A form of several fields that was refused, with what is wrong with each, and what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedForm {
    /// Why, as a whole.
    pub error: AppError,
    /// What is wrong: the name of the field, and a sentence.
    pub problems: Vec<(&'static str, String)>,
    /// Names and values of the fields.
    pub typed: Vec<(String, String)>,
}

impl RefusedForm {
    /// What was typed into a field.
    #[must_use]
    pub fn typed(&self, field: &str) -> Option<&str> {
        let typed = self.typed.iter().find(|(name, _)| name == field);
        typed.map(|(_, value)| value.as_str())
    }

    /// What is wrong with a field, as one text.
    #[must_use]
    pub fn problems_of(&self, field: &str) -> Option<String> {
        let mine = self.problems.iter().filter(|(name, _)| *name == field);
        let texts: Vec<&str> = mine.map(|(_, text)| text.as_str()).collect();
        (!texts.is_empty()).then(|| texts.join(" "))
    }
}
