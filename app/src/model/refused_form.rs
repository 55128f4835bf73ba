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
        let mut texts: Vec<&str> = mine.map(|(_, text)| text.as_str()).collect();
        // A list has one problem for each of its steps, and the reader needs it once.
        texts.dedup();
        (!texts.is_empty()).then(|| texts.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::RefusedForm;
    use crate::error::AppError;

    #[test]
    fn what_is_wrong_with_a_field_is_said_once_however_many_steps_have_it() {
        let wrong = |text: &str| ("path", text.to_owned());
        let refused = RefusedForm {
            error: AppError::Invalid("See below.".into()),
            problems: vec![wrong("Empty."), wrong("Empty."), wrong("Too long.")],
            typed: Vec::new(),
        };
        assert_eq!(
            refused.problems_of("path").as_deref(),
            Some("Empty. Too long.")
        );
        assert_eq!(refused.problems_of("name"), None);
    }
}
