//! Places in a body.

use std::fmt;

/// A place in a body. `Display` is its JSON pointer (RFC 6901), which is only written when something is wrong there.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    within: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Index(usize),
    Field(&'a str),
}

impl<'a> Place<'a> {
    /// An element of what is at a place; of the body itself, if there is none.
    pub(super) const fn index(within: Option<&'a Self>, index: usize) -> Self {
        let step = Step::Index(index);
        Self { within, step }
    }

    /// A field, likewise.
    pub(super) const fn field(within: Option<&'a Self>, name: &'a str) -> Self {
        let step = Step::Field(name);
        Self { within, step }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(within) = self.within {
            within.fmt(f)?;
        }
        match self.step {
            Step::Index(index) => write!(f, "/{index}"),
            // RFC 6901, section 3.
            Step::Field(name) => {
                write!(f, "/{}", name.replace('~', "~0").replace('/', "~1"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_place_is_written_as_a_json_pointer() {
        let first = Place::index(None, 3);
        let field = Place::field(Some(&first), "a/b~c");
        let last = Place::index(Some(&field), 0);
        assert_eq!(last.to_string(), "/3/a~1b~0c/0");
        assert_eq!(Place::field(None, "jwt").to_string(), "/jwt");
    }
}
