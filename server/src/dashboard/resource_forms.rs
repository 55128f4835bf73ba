//! What the page of resources posts: it works without scripting. What is wrong with a definition is said beside its fields.

use std::collections::HashMap;

use app::{
    error::AppError,
    model::RefusedForm,
    routes::{self, resource_action as action},
};
use axum::{body::Body, extract::State, http::Request, response::Response};
use coop_engine::{
    Capacity, DefinitionProblem, Denial, Path, RegisterItem, ResourceName, TextError, Ttl,
};

use super::{
    Ui,
    asker::{Asker, of_domain},
    forms::{done, read_form, refused, refused_on_page, to_sign_in},
};
use crate::domain::{self, overview, resources};

/// The fields of a form, by name. Those that are missing are empty, as browsers send what nobody filled in.
struct Fields(HashMap<String, String>);

/// Why nothing was done.
enum Refused {
    /// What a person can mend: what is wrong, and with which field.
    Form(AppError, Vec<(&'static str, String)>),
    Other(AppError),
}

/// `POST /dashboard/resources`.
pub(super) async fn post(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (parts, form) = read_form::<HashMap<String, String>>(request).await;
    let asker = Asker::new(ui.state.clone(), parts.clone());
    let (fields, result) = match form {
        Ok(fields) => {
            let fields = Fields(fields);
            let result = perform(&asker, &fields).await;
            (fields, result)
        }
        Err(error) => (Fields(HashMap::new()), Err(Refused::Other(error))),
    };
    match result {
        Ok(action) => done(routes::RESOURCES, action),
        Err(Refused::Form(error, problems)) => {
            let form = RefusedForm {
                error,
                problems,
                typed: fields.0.into_iter().collect(),
            };
            refused_on_page(&ui, parts, form).await
        }
        Err(Refused::Other(AppError::SignedOut)) => to_sign_in(routes::RESOURCES),
        Err(Refused::Other(error)) => refused(&ui, parts, error).await,
    }
}

async fn perform(asker: &Asker, fields: &Fields) -> Result<&'static str, Refused> {
    let (tenant, by) = asker.owner().await.map_err(Refused::Other)?;
    let ledger = &asker.services().ledger;
    let (action, result) = match fields.get("action") {
        action::REGISTER => {
            let item = fields.definition()?;
            // Registering once more replaces, which is not what this form is for.
            match overview::resource(ledger, tenant, item.name.clone()).await {
                Err(domain::Error::NotFound) => {}
                Err(error) => return Err(other(error)),
                Ok(_) => return Err(taken(&item.name)),
            }
            let done = resources::register(ledger, tenant, vec![item], by).await;
            (action::REGISTER, done)
        }
        action::EDIT => {
            let item = fields.definition()?;
            let done = resources::register(ledger, tenant, vec![item], by).await;
            (action::EDIT, done)
        }
        action::DELETE => {
            let name = ResourceName::parse(fields.get("name"));
            let name = name.map_err(|_| Refused::Other(AppError::NotFound))?;
            let done = resources::delete(ledger, tenant, name, by).await;
            (action::DELETE, done)
        }
        _ => {
            let text = "The form asks for something unknown. Reload the page and try again.";
            return Err(Refused::Other(AppError::Invalid(text.into())));
        }
    };
    match result.map_err(other)? {
        Ok(()) => Ok(action),
        Err(denial) => Err(denied(denial)),
    }
}

impl Fields {
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// What the form defines, read by what the API reads it by.
    fn definition(&self) -> Result<RegisterItem, Refused> {
        let mut problems = Vec::new();
        let name = self.name(&mut problems);
        let capacity = self.capacity(&mut problems);
        let blocks = self.blocks(&mut problems);
        let tree_path = self.tree_path(&mut problems);
        let lock_delay = self.lock_delay(&mut problems);
        match (name, capacity) {
            (Some(name), Some(capacity)) if problems.is_empty() => Ok(RegisterItem {
                name,
                capacity,
                blocks,
                tree_path,
                lock_delay,
            }),
            _ => Err(invalid(problems)),
        }
    }

    fn name(&self, problems: &mut Vec<(&'static str, String)>) -> Option<ResourceName> {
        let name = ResourceName::parse(self.get("name"));
        name.map_err(|error| problems.push(("name", format!("The name {error}."))))
            .ok()
    }

    fn capacity(&self, problems: &mut Vec<(&'static str, String)>) -> Option<Capacity> {
        let number = self.get("capacity").trim().parse().unwrap_or(i64::MIN);
        let capacity = Capacity::parse(number);
        capacity
            .map_err(|error| problems.push(("capacity", format!("The capacity {error}."))))
            .ok()
    }

    /// One a line. A name can hold no line break, and anything else is a part of it.
    fn blocks(&self, problems: &mut Vec<(&'static str, String)>) -> Vec<ResourceName> {
        let lines = self.get("blocks").split('\n');
        let names = lines.map(|line| line.trim_end_matches('\r'));
        names
            .filter(|name| !name.is_empty())
            .filter_map(|name| read_name(name, "blocks", "blocker", problems))
            .collect()
    }

    fn tree_path(&self, problems: &mut Vec<(&'static str, String)>) -> Path {
        let text = self.get("tree_path");
        if text.is_empty() {
            return Path::default();
        }
        let steps = text.split('>');
        let names = steps.filter_map(|name| read_name(name, "tree_path", "step", problems));
        Path::new(names.collect())
    }

    fn lock_delay(&self, problems: &mut Vec<(&'static str, String)>) -> Option<Ttl> {
        let text = self.get("lock_delay").trim();
        if text.is_empty() || text == "0" {
            return None;
        }
        let seconds = Ttl::parse(text.parse().unwrap_or(i64::MIN));
        seconds
            .map_err(|error| problems.push(("lock_delay", format!("The lock delay {error}."))))
            .ok()
    }
}

fn read_name(
    text: &str,
    field: &'static str,
    what: &str,
    problems: &mut Vec<(&'static str, String)>,
) -> Option<ResourceName> {
    match ResourceName::parse(text) {
        Ok(name) => Some(name),
        Err(TextError::Empty) => {
            let problem =
                format!("A {what} has no name: nothing stands before, behind or between two >.");
            problems.push((field, problem));
            None
        }
        Err(error) => {
            problems.push((field, format!("The {what} {text:?} {error}.")));
            None
        }
    }
}

fn invalid(problems: Vec<(&'static str, String)>) -> Refused {
    let text = "Nothing was changed. What has to be mended is said beside the fields.";
    Refused::Form(AppError::Invalid(text.into()), problems)
}

fn taken(name: &ResourceName) -> Refused {
    invalid(vec![(
        "name",
        format!("{name} is registered already. Its definition is changed by Edit in the list."),
    )])
}

/// What a person is told of a verb that failed.
fn other(error: domain::Error) -> Refused {
    match of_domain(error) {
        error @ AppError::Forbidden(_) => Refused::Form(error, Vec::new()),
        error => Refused::Other(error),
    }
}

fn denied(denial: Denial) -> Refused {
    match denial {
        Denial::Definition { problem, .. } => {
            let text = format!("This definition {problem}.");
            invalid(vec![(field_of(&problem), text)])
        }
        Denial::InUse(name) => {
            let text = format!(
                "{name} is held or waited for, and its holder relies on what it is. Nothing was changed. Try again when it is \
                 free, or end the reservation on the page Reservations."
            );
            Refused::Form(AppError::Conflict(text), Vec::new())
        }
        Denial::Definitions { limit } => {
            let text = format!(
                "Your tier allows {limit} definitions, as many as active reservations, and there are as many. Nothing was \
                 registered."
            );
            Refused::Form(AppError::Forbidden(text), Vec::new())
        }
        Denial::NotDefined => Refused::Other(AppError::NotFound),
        denial => {
            tracing::error!(?denial, "a definition was refused for something else");
            Refused::Other(AppError::Unexpected)
        }
    }
}

/// Beside which field a problem is said.
const fn field_of(problem: &DefinitionProblem) -> &'static str {
    match problem {
        DefinitionProblem::Twice
        | DefinitionProblem::Collision(_)
        | DefinitionProblem::SlotNamesTooLong => "name",
        DefinitionProblem::TooManyBlockers
        | DefinitionProblem::TooManyBlockersInAll(_)
        | DefinitionProblem::BlockerCycle(_) => "blocks",
        DefinitionProblem::TooDeep
        | DefinitionProblem::OwnAncestor(_)
        | DefinitionProblem::Elsewhere(_) => "tree_path",
    }
}
