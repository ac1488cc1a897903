//! Makes completion scripts from the clap tree.
//!
//! What clap does not know about values is listed here rather than with the flags, so that other runs do not pay for
//! it.

use super::Shell;
use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, ValueHint};
use clap_complete::Generator;
use clap_complete::shells::{Bash, Elvish, Fish, PowerShell, Zsh};
use clap_complete_nushell::Nushell;

const PROGRAM: &str = "mqtt";

/// Placeholder for the names of the profiles, where a script asks for them.
const PROFILES: &str = "@PROFILES@";

/// Flags by id, and the words they accept.
const VALUES: [(&str, &[&str]); 4] = [
    ("profile", &[PROFILES]),
    ("protocol", &["auto", "5", "3.1.1", "3.1"]),
    ("qos", &["0", "1", "2"]),
    ("will_qos", &["0", "1", "2"]),
];

/// Flags by id, and the kind of their values.
const HINTS: [(&str, ValueHint); 4] = [
    ("capath", ValueHint::DirPath),
    ("events", ValueHint::FilePath),
    ("host", ValueHint::Hostname),
    ("password_command", ValueHint::CommandString),
];

/// The script for `shell` that completes the commands of `tree`.
pub fn script(shell: Shell, mut tree: Command) -> String {
    tree.build();
    let mut shown = shown(&tree);
    shown.set_bin_name(PROGRAM);
    shown.build();
    let mut script = Vec::new();
    // Writing to memory cannot fail, and the script is text.
    let _ = generator(shell).try_generate(&shown, &mut script);
    let script = String::from_utf8_lossy(&script);
    let (names, question) = profiles(shell);
    script.replace(names, question)
}

/// The command without hidden flags, which the generators would complete.
fn shown(command: &Command) -> Command {
    let flags = command.get_arguments().filter(|flag| !flag.is_hide_set());
    Command::new(command.get_name().to_owned())
        .about(command.get_about().cloned().unwrap_or_default())
        .version(command.get_version().unwrap_or_default().to_owned())
        .visible_aliases(command.get_visible_aliases().map(str::to_owned).collect::<Vec<_>>())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .groups(command.get_groups())
        .args(flags.cloned().map(with_values))
        .subcommands(command.get_subcommands().map(shown))
}

fn generator(shell: Shell) -> &'static dyn Generator {
    match shell {
        Shell::Bash => &Bash,
        Shell::Zsh => &Zsh,
        Shell::Fish => &Fish,
        Shell::Powershell => &PowerShell,
        Shell::Elvish => &Elvish,
        Shell::Nushell => &Nushell,
    }
}

/// The placeholder as the script contains it, and the code that asks for the names, silent if there are none.
fn profiles(shell: Shell) -> (&'static str, &'static str) {
    match shell {
        Shell::Bash => (PROFILES, "$(mqtt completions --profiles 2>/dev/null)"),
        Shell::Zsh => (
            "(@PROFILES@)",
            r#"{compadd -- ${(f)"$(_call_program profiles mqtt completions --profiles 2>/dev/null)"}}"#,
        ),
        Shell::Fish => (r"@PROFILES@\t''", "(mqtt completions --profiles 2>/dev/null)"),
        Shell::Nushell => {
            (r#"[ "@PROFILES@" ]"#, "^mqtt completions --profiles | complete | get stdout | lines")
        }
        // These two do not complete values.
        Shell::Powershell | Shell::Elvish => (PROFILES, ""),
    }
}

/// Adds the values that a shell should complete.
fn with_values(arg: Arg) -> Arg {
    let id = arg.get_id().as_str();
    if let Some((_, values)) = VALUES.iter().find(|(flag, _)| *flag == id) {
        return arg.value_parser(PossibleValuesParser::new(*values));
    }
    let hint = HINTS.iter().find(|(flag, _)| *flag == id).map(|(_, hint)| *hint);
    let hint = hint.unwrap_or_else(|| match arg.get_value_hint() {
        // bash quotes paths only if they are files.
        ValueHint::AnyPath => ValueHint::FilePath,
        // Shells would offer files for values of an unknown kind.
        ValueHint::Unknown => ValueHint::Other,
        known => known,
    });
    if arg.get_action().takes_values() { arg.value_hint(hint) } else { arg }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn every_flag_that_something_is_said_about_is_there_and_takes_the_words() {
        let mut tree = crate::cli::command();
        tree.build();
        for id in VALUES.iter().map(|(id, _)| *id).chain(HINTS.iter().map(|(id, _)| *id)) {
            let is_it = |arg: &&Arg| arg.get_id() == id;
            let publish = tree.find_subcommand("pub").unwrap();
            let flag = publish.get_arguments().find(is_it).unwrap().get_long().unwrap();
            let words = VALUES.iter().find(|(flag, _)| *flag == id).map_or(&[""][..], |it| it.1);
            for word in words.iter().filter(|word| !word.is_empty()) {
                let line = ["mqtt", "pub", "-n", "-t", "a", &format!("--{flag}={word}")];
                assert!(tree.clone().try_get_matches_from(line).is_ok(), "{line:?}");
            }
        }
    }

    #[test]
    fn no_script_names_what_only_stands_for_the_profiles() {
        for shell in Shell::value_variants() {
            let script = script(*shell, crate::cli::command());
            assert!(script.contains("--profile") || script.contains("-l profile"), "{shell:?}");
            assert!(!script.contains(PROFILES), "{shell:?}");
        }
    }
}
