//! `mqtt config`: shows the connection settings in effect.

use crate::connection::show;
use crate::exit::Failure;
use crate::settings::Typed;
use clap::{Args, ValueEnum};

/// What to do with the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConfigAction {
    /// Print every connection setting in effect and where it comes from
    Show,
}

/// Show the connection settings and where each comes from.
///
/// Does not connect. The output is TOML, as in a profile of the configuration file, with the source of each setting
/// after it: the command line, an environment variable, a profile or options file with its line, or the default.
/// Secrets are left out.
#[derive(Args)]
#[group(skip)]
#[command(after_help = AFTER_HELP)]
pub struct ConfigArgs {
    /// What to do
    #[arg(value_enum, value_name = "ACTION", help_heading = "Action")]
    pub action: ConfigAction,
}

const AFTER_HELP: &str = "\
Examples:
  mqtt config show
  mqtt config show --profile plant
  mqtt config show -L wss://broker.example -u ops

Exit status: 0 shown, 1 output failed, 2 bad flags or configuration.";

/// Runs the command.
///
/// # Errors
/// When the settings are invalid, or cannot be printed.
pub async fn run(args: ConfigArgs, typed: Typed) -> Result<(), Failure> {
    let ConfigAction::Show = args.action;
    super::print(&show(typed)?)
}
