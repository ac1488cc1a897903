//! `mqtt completions`: prints the completion script of a shell.
//!
//! No other command builds or runs any of this.

mod script;

use crate::exit::Failure;
use crate::settings::{Environment, Typed, profile_names};
use clap::{Args, Command, ValueEnum};
pub use script::script;

/// The supported shells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    #[value(alias = "pwsh")]
    Powershell,
    /// Elvish
    Elvish,
    /// Nushell
    #[value(alias = "nu")]
    Nushell,
}

/// Print a shell completion script.
///
/// The script completes commands, flags and their values, and files; in bash, zsh, fish and Nushell also the names of
/// profiles, which it gets by running this program.
#[derive(Args)]
#[group(skip)]
#[command(after_help = AFTER_HELP)]
pub struct CompletionsArgs {
    /// Shell to print the script for
    #[arg(
        value_enum,
        value_name = "SHELL",
        help_heading = "Shell",
        required_unless_present = "profiles"
    )]
    pub shell: Option<Shell>,

    /// Print the names of the profiles instead, one per line; the scripts use this
    ///
    /// Names that a shell would have to quote are left out.
    #[arg(long, help_heading = "Shell", conflicts_with = "shell")]
    pub profiles: bool,
}

const AFTER_HELP: &str = "\
Examples:
  mqtt completions bash > ~/.local/share/bash-completion/completions/mqtt
  mqtt completions zsh > ~/.zfunc/_mqtt       with ~/.zfunc in $fpath
  mqtt completions fish > ~/.config/fish/completions/mqtt.fish
  mqtt completions powershell >> $PROFILE
  mqtt completions elvish >> ~/.config/elvish/rc.elv
  mqtt completions nushell > ~/.config/nushell/autoload/mqtt.nu

Exit status: 0 printed, 1 output failed, 2 bad flags.";

/// Runs the command.
///
/// # Errors
/// When nothing can be printed, or the profiles cannot be read.
// Kept out of line, like other rarely used code: a large stack frame costs page faults even if it is not used.
#[inline(never)]
pub async fn run(
    args: CompletionsArgs,
    typed: Typed,
    tree: fn() -> Command,
) -> Result<(), Failure> {
    match args.shell {
        Some(shell) => super::print(&script(shell, tree())),
        None => super::print(&profiles(&typed.environment)?),
    }
}

/// The names of the profiles, one per line, except those that a shell would have to quote: not every shell does.
fn profiles(environment: &Environment) -> Result<String, Failure> {
    let names = profile_names(environment)?;
    let plain = names.iter().filter(|name| is_plain(name));
    Ok(plain.map(|name| format!("{name}\n")).collect())
}

fn is_plain(name: &str) -> bool {
    let is_plain = |char: char| char.is_alphanumeric() || "-_.+@".contains(char);
    !name.is_empty() && !name.starts_with('-') && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_shell_takes_for_more_are_not_completed() {
        for name in ["plant", "Werk-Süd_2", "ops@lab.example"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", "-x", "a b", "$(reboot)", "`x`", "a;b", "a\nb", "a'b", "*", "a:b", "~"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
