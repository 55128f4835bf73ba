//! Reads the layers and merges them.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{ConfigError, Settings, default_tiers, read_tiers, settings::Raw};

const DEFAULTS: &str = include_str!("../../config.default.toml");
const PREFIX: &str = "COOP_LOCKER_";

/// What the command line says about settings.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// A TOML file to read.
    pub file: Option<PathBuf>,
    /// Single settings, by name.
    pub values: Vec<(&'static str, String)>,
}

/// Reads all layers.
///
/// # Errors
/// [`ConfigError`] names the layer and the setting that cannot be used.
pub fn load(overrides: &Overrides) -> Result<Settings, ConfigError> {
    load_with(overrides, |name| {
        #[expect(
            clippy::disallowed_methods,
            reason = "configuration is the one reader of the environment"
        )]
        let value = std::env::var(name);
        value.ok()
    })
}

fn load_with(
    overrides: &Overrides,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Settings, ConfigError> {
    let mut table: Table = DEFAULTS
        .parse()
        .map_err(|e| ConfigError::new("the embedded defaults", &e))?;
    if let Some(path) = &overrides.file {
        merge_file(&mut table, path)?;
    }
    let names: Vec<String> = table.keys().cloned().collect();
    for name in names {
        if let Some(text) = environment(&format!("{PREFIX}{}", name.to_uppercase())) {
            set(&mut table, &name, &text, "the environment")?;
        }
    }
    for (name, text) in &overrides.values {
        set(&mut table, name, text, "the command line")?;
    }
    let raw: Raw = table
        .try_into()
        .map_err(|e| ConfigError::new("the configuration", &e))?;
    let tiers = if raw.tiers_file.is_empty() {
        default_tiers()?
    } else {
        read_tiers(Path::new(&raw.tiers_file))?
    };
    Settings::parse(raw, tiers)
}

fn merge_file(table: &mut Table, path: &Path) -> Result<(), ConfigError> {
    let source = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| ConfigError::new(&source, &e))?;
    let file: Table = text.parse().map_err(|e| ConfigError::new(&source, &e))?;
    for (name, value) in file {
        let Some(known) = table.get_mut(&name) else {
            return Err(ConfigError::new(
                &source,
                &format!("there is no setting {name}"),
            ));
        };
        if !known.same_type(&value) {
            return Err(ConfigError::new(
                &source,
                &format!(
                    "{name} has to be of type {}, not {}",
                    known.type_str(),
                    value.type_str()
                ),
            ));
        }
        *known = value;
    }
    Ok(())
}

/// Texts from the environment and the command line take the type that the default has.
fn set(table: &mut Table, name: &str, text: &str, source: &str) -> Result<(), ConfigError> {
    let Some(known) = table.get_mut(name) else {
        return Err(ConfigError::new(
            source,
            &format!("there is no setting {name}"),
        ));
    };
    let wrong = |wanted: &str| ConfigError::new(source, &format!("{name} has to be {wanted}"));
    *known = match known {
        Value::Boolean(_) => Value::Boolean(text.parse().map_err(|_| wrong("true or false"))?),
        Value::Integer(_) => Value::Integer(text.parse().map_err(|_| wrong("a whole number"))?),
        Value::Array(_) => Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| Value::String(part.to_owned()))
                .collect(),
        ),
        _ => Value::String(text.to_owned()),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn nothing_has_to_be_set_to_start() {
        let settings = load_with(&Overrides::default(), nothing).expect("defaults are valid");
        assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
        assert!(settings.dev_sign_in);
    }

    #[test]
    fn flags_win_over_the_environment_and_the_environment_over_a_file() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(
            file.path(),
            "listen = \"127.0.0.1:1\"\nbase_url = \"http://localhost:1\"\nmax_connections = 7\n",
        )
        .expect("written");
        let overrides = Overrides {
            file: Some(file.path().to_owned()),
            values: vec![("listen", "127.0.0.1:3".to_owned())],
        };
        let environment = |name: &str| match name {
            "COOP_LOCKER_LISTEN" => Some("127.0.0.1:2".to_owned()),
            "COOP_LOCKER_BASE_URL" => Some("http://localhost:2".to_owned()),
            _ => None,
        };
        let settings = load_with(&overrides, environment).expect("valid");
        assert_eq!(settings.listen.port(), 3);
        assert_eq!(settings.base_url.as_str(), "http://localhost:2/");
        assert_eq!(settings.max_connections, 7);
    }

    #[test]
    fn a_misspelt_setting_in_a_file_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), "listne = \"127.0.0.1:1\"\n").expect("written");
        let overrides = Overrides {
            file: Some(file.path().to_owned()),
            values: vec![],
        };
        let error = load_with(&overrides, nothing)
            .expect_err("misspelt")
            .to_string();
        assert!(error.contains("listne"), "{error}");
    }

    #[test]
    fn a_base_url_that_is_not_loopback_has_to_be_https() {
        let environment = |name: &str| {
            (name == "COOP_LOCKER_BASE_URL").then(|| "http://locks.example.com".to_owned())
        };
        assert!(load_with(&Overrides::default(), environment).is_err());
    }

    #[test]
    fn the_development_sign_in_is_off_as_soon_as_people_from_elsewhere_could_reach_it() {
        for (name, value) in [
            ("COOP_LOCKER_BASE_URL", "https://locks.example.com"),
            ("COOP_LOCKER_DEV_SIGN_IN", "false"),
        ] {
            let environment = |asked: &str| (asked == name).then(|| value.to_owned());
            let settings = load_with(&Overrides::default(), environment).expect("valid");
            assert!(!settings.dev_sign_in, "{name}={value}");
        }
        let google = |asked: &str| {
            [
                "COOP_LOCKER_GOOGLE_CLIENT_ID",
                "COOP_LOCKER_GOOGLE_CLIENT_SECRET",
            ]
            .contains(&asked)
            .then(|| "x".to_owned())
        };
        assert!(
            !load_with(&Overrides::default(), google)
                .expect("valid")
                .dev_sign_in
        );
    }
}
