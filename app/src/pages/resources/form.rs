use crate::{
    components::{Problem, described},
    model::{RefusedForm, Resource},
    routes::{self, resource_action as action},
};
use leptos::prelude::*;

/// What the fields of a definition begin with.
#[derive(Clone)]
pub(super) struct Filled {
    pub name: String,
    pub capacity: String,
    pub blocks: String,
    pub tree_path: String,
    pub lock_delay: String,
}

impl Filled {
    pub(super) fn new() -> Self {
        Self {
            name: String::new(),
            capacity: "1".into(),
            blocks: String::new(),
            tree_path: String::new(),
            lock_delay: String::new(),
        }
    }

    pub(super) fn of(resource: &Resource) -> Self {
        let delay = resource.lock_delay_seconds;
        Self {
            name: resource.name.clone(),
            capacity: resource.capacity.to_string(),
            blocks: resource.blocks.join("\n"),
            tree_path: resource.tree_path.join(">"),
            lock_delay: delay.map_or_else(String::new, |seconds| seconds.to_string()),
        }
    }

    /// What was typed, where a form was refused.
    pub(super) fn or_typed(self, refused: Option<&RefusedForm>) -> Self {
        let Some(refused) = refused else {
            return self;
        };
        let typed = |name: &str, value: String| refused.typed(name).map_or(value, str::to_owned);
        Self {
            name: typed("name", self.name),
            capacity: typed("capacity", self.capacity),
            blocks: typed("blocks", self.blocks),
            tree_path: typed("tree_path", self.tree_path),
            lock_delay: typed("lock_delay", self.lock_delay),
        }
    }
}

/// Registers a resource.
#[component]
pub(super) fn Register(refused: Option<RefusedForm>) -> impl IntoView {
    let filled = Filled::new().or_typed(refused.as_ref());
    let name = filled.name.clone();
    let problem = refused
        .as_ref()
        .and_then(|refused| refused.problems_of("name"));
    let described = described("name", problem.as_ref());
    view! {
        <section class="card" aria-labelledby="register-title">
            <h2 id="register-title">"Register a resource"</h2>
            <form class="fields" method="post" action=routes::RESOURCES>
                <input type="hidden" name="action" value=action::REGISTER />
                <label for="name">"Name"</label>
                <input
                    id="name"
                    class="input mono"
                    name="name"
                    required=true
                    maxlength="256"
                    autocomplete="off"
                    placeholder="Printer"
                    value=name
                    aria-describedby=described
                    aria-invalid=problem.is_some().then_some("true")
                />
                <Problem field="name" problem />
                <Fields filled refused />
                <button class="button primary">"Register"</button>
            </form>
        </section>
    }
    .into_any()
}

/// The fields of a definition, its name apart.
#[component]
pub(super) fn Fields(filled: Filled, refused: Option<RefusedForm>) -> impl IntoView {
    let problem = move |field: &str| refused.as_ref()?.problems_of(field);
    let (capacity, blocks) = (problem("capacity"), problem("blocks"));
    let (tree_path, lock_delay) = (problem("tree_path"), problem("lock_delay"));
    let invalid = |problem: &Option<String>| problem.is_some().then_some("true");
    let by = |field: &str, problem: &Option<String>| {
        let problem = described(field, problem.as_ref());
        let note = format!("{field}-note");
        problem.map_or_else(|| note.clone(), |problem| format!("{note} {problem}"))
    };
    view! {
        <label for="capacity">"Capacity"</label>
        <input
            id="capacity"
            class="input"
            name="capacity"
            type="number"
            min="1"
            max="1000"
            required=true
            value=filled.capacity
            aria-describedby=by("capacity", &capacity)
            aria-invalid=invalid(&capacity)
        />
        <p class="muted" id="capacity-note">
            "How many may hold it at once, each one slot of it. If you lower it, slots in use stay until they are released."
        </p>
        <Problem field="capacity" problem=capacity />
        <label for="blocks">"Blockers, one a line"</label>
        <textarea
            id="blocks"
            class="input mono"
            name="blocks"
            rows="3"
            spellcheck="false"
            autocomplete="off"
            aria-describedby=by("blocks", &blocks)
            aria-invalid=invalid(&blocks)
        >
            // The first line break of a text area is not part of its text.
            {format!("\n{}", escaped(&filled.blocks))}
        </textarea>
        <p class="muted" id="blocks-note">"Held together with it: all of them, or nothing."</p>
        <Problem field="blocks" problem=blocks />
        <label for="tree_path">"Path in a tree"</label>
        <input
            id="tree_path"
            class="input mono"
            name="tree_path"
            autocomplete="off"
            placeholder="Company>Equipment>Office"
            value=filled.tree_path
            aria-describedby=by("tree_path", &tree_path)
            aria-invalid=invalid(&tree_path)
        />
        <p class="muted" id="tree_path-note">
            "What stands above it, the topmost first, without the name itself. Empty: in no tree."
        </p>
        <Problem field="tree_path" problem=tree_path />
        <label for="lock_delay">"Lock delay in seconds"</label>
        <input
            id="lock_delay"
            class="input"
            name="lock_delay"
            type="number"
            min="1"
            max="31536000"
            value=filled.lock_delay
            aria-describedby=by("lock_delay", &lock_delay)
            aria-invalid=invalid(&lock_delay)
        />
        <p class="muted" id="lock_delay-note">
            "For how long nobody gets it after a hold that expired or was ended by force: time for the former holder to notice. \
             Empty: none."
        </p>
        <Problem field="lock_delay" problem=lock_delay />
    }
    .into_any()
}

/// A text for the inside of a text area, which leptos writes as it is. Names may hold anything, a closing tag too.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
