//! The command line.

mod audit;
mod issuer;
mod print;
mod provision;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    api,
    clock::SharedClock,
    config::{self, Overrides, Settings},
    lifecycle::{self, StartError},
    store::Purpose,
    telemetry,
};

/// An open, self-hosted reservation service over plain HTTP.
#[derive(Parser)]
#[command(name = "coop-locker", version, about)]
struct Cli {
    /// A TOML file with settings (see `coop-locker check-config`).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where everything is kept: sqlite:PATH or memory:
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server (what happens without a command).
    Serve(Serve),
    /// Bring the database up to date and stop.
    Migrate,
    /// Print the settings in force, and what is risky about them.
    CheckConfig,
    /// Print the OpenAPI document.
    Openapi,
    /// Make, list and change tenants. Not while a server runs on the same database.
    #[command(subcommand)]
    Tenant(provision::TenantCommand),
    /// Make and rotate API keys. Not while a server runs on the same database.
    #[command(subcommand)]
    Key(provision::KeyCommand),
    /// Check the audit logs. A server may be running on the same database.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Let tenants' own JWTs be exchanged. Not while a server runs on the same database.
    #[command(subcommand)]
    Issuer(issuer::IssuerCommand),
}

#[derive(Args, Default)]
struct Serve {
    /// Address and port of the API and the dashboard.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What people type into the browser.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

/// Runs the command that the arguments name.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli).await {
        Ok(code) => code,
        Err(error) => {
            print::error(&error);
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> Result<ExitCode, StartError> {
    let mut values = Vec::new();
    values.extend(cli.database_url.map(|url| ("database_url", url)));
    let command = cli
        .command
        .unwrap_or_else(|| Command::Serve(Serve::default()));
    if let Command::Serve(serve) = &command {
        values.extend(serve.listen.clone().map(|listen| ("listen", listen)));
        values.extend(serve.base_url.clone().map(|url| ("base_url", url)));
    }
    let load = || -> Result<Settings, StartError> {
        config::load(&Overrides {
            file: cli.config,
            values,
        })
        .map_err(|e| StartError::Other(e.to_string()))
    };
    match command {
        Command::Openapi => print::text(&api::document()),
        Command::CheckConfig => {
            let settings = load()?;
            print::text(&config::describe(&settings));
            for warning in config::warnings(&settings) {
                print::text(&format!("warning: {warning}\n"));
            }
        }
        Command::Serve(_) => {
            let settings = load()?;
            let metrics =
                telemetry::init(&settings).map_err(|e| StartError::Other(e.to_string()))?;
            lifecycle::serve(settings, metrics).await?;
        }
        Command::Migrate => {
            let opening = lifecycle::open(load()?, SharedClock::system(), Purpose::Command).await?;
            provision::close(opening).await?;
            print::text("The database is up to date.\n");
        }
        Command::Tenant(command) => provision::tenant(load()?, command).await?,
        Command::Key(command) => provision::key(load()?, command).await?,
        Command::Audit(command) => return audit::audit(load()?, command).await,
        Command::Issuer(command) => issuer::issuer(load()?, command).await?,
    }
    Ok(ExitCode::SUCCESS)
}
