//! Shells that are asked what they would offer for a command line, with the committed completions loaded.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::install::installed;

/// A shell, and how it is asked. Each prints what it offers, one a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

const BASH: &str = r#"
source "$FOLDER/mqtt.bash"
complete -p mqtt >&2 || exit
read -ra COMP_WORDS <<< "$ASKED"
[[ $ASKED != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_mqtt mqtt "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;

const FISH: &str = "source $FOLDER/mqtt.fish; complete -C $ASKED";

const ZSH: &str = include_str!("complete.zsh");

impl Shell {
    pub const ALL: [Self; 3] = [Self::Bash, Self::Zsh, Self::Fish];

    /// What it offers in the directory `home`, which is the home directory too.
    #[track_caller]
    pub fn offers(self, home: &Path, asked: &str) -> BTreeSet<String> {
        let name = format!("{self:?}").to_lowercase();
        installed(&name, || runs(&name).then_some(()));
        let offered = home.join(".offered");
        let mut command = match self {
            Self::Bash => shell(&["bash", "--norc", "--noprofile", "-c", BASH]),
            Self::Fish => shell(&["fish", "--no-config", "-c", FISH]),
            Self::Zsh => {
                fs::write(home.join(".zshrc"), ZSH).expect("the home directory can be written to");
                // It completes for a person at a terminal only.
                shell(&["script", "-qec", "zsh -i", "/dev/null"])
            }
        };
        let program = Path::new(env!("CARGO_BIN_EXE_mqtt")).parent().expect("it is in a directory");
        command
            .env_clear()
            .env("HOME", home)
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", program.display()))
            .env("TERM", "xterm")
            .env("FOLDER", Path::new(env!("CARGO_MANIFEST_DIR")).join("completions"))
            .env("ASKED", asked)
            .env("OFFERED", &offered)
            .current_dir(home)
            .stdin(Stdio::null());
        let output = command.output().expect("a shell can be started");
        let text = match self {
            Self::Zsh => fs::read(&offered).unwrap_or_default(),
            Self::Bash | Self::Fish => output.stdout,
        };
        let _ = fs::remove_file(&offered);
        let text = String::from_utf8(text).expect("what a shell offers is text");
        // fish says behind a tab what it is; zsh puts the sign behind a flag that its value follows.
        let words = text.lines().map(|line| line.split('\t').next().unwrap_or_default());
        let words = words.map(|word| word.trim_end_matches('=').to_owned());
        // bash is kept from offering files by an offer of what is there.
        let is_there = |word: &String| asked.ends_with(word.as_str());
        words.filter(|word| !is_there(word)).collect()
    }
}

fn shell(line: &[&str]) -> Command {
    let mut command = Command::new(line[0]);
    command.args(&line[1..]);
    command
}

fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
