use crate::{model::Moment, ports};
use leptos::prelude::*;

/// How a [`Time`] is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeForm {
    /// `2 min ago`, `in 40 s`.
    Distance,
    /// `2 min`: how long it has been.
    Elapsed,
}

/// A moment as people read it, with the exact UTC time on hover and for machines. `TimeTicker` keeps it current.
#[component]
pub fn Time(
    /// The moment.
    moment: Moment,
    /// How it is told.
    form: TimeForm,
) -> impl IntoView {
    let now = ports::now();
    let text = match form {
        TimeForm::Distance => moment.relative(now),
        TimeForm::Elapsed => moment.elapsed(now),
    };
    let iso = moment.iso();
    view! {
        <time datetime=iso.clone() title=iso data-micros=moment.0 data-elapsed=form == TimeForm::Elapsed>
            {text}
        </time>
    }
}
