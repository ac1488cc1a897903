//! The man pages: name, synopsis, description and options from the command line's own tree, then what the files of
//! `man/sections/PAGE/` say in words, in the order of their names. One of them, `description.roff`, goes on where the
//! description from the tree ends.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command};

use super::roff::{bold, italic, literal, prose};

/// The command that is only there with its feature. What is committed of the others does not depend on features.
pub const OPTIONAL: &str = "broker";

/// The one command that writes what is generated and committed.
pub const BLESS: &str = "BLESS=1 cargo test --all-features --test it generated";

const DESCRIPTION: &str = "description.roff";

const OPTIONS: &str = "\
The argument of an option follows after a space or, with a long option, after \\(lq=\\(rq.
A \\fIDURATION\\fR is like \\fB500ms\\fR, \\fB10s\\fR or \\fB1m30s\\fR, or a number of seconds.
If an option is given more than once, the last one wins, unless it can be repeated.
A switch is unset by its name with \\fBno\\-\\fR in front, or without the \\fBno\\-\\fR if it has one:
\\fB\\-\\-no\\-quiet\\fR, \\fB\\-\\-clean\\-start\\fR.
";

/// One man page.
pub struct Page {
    /// `mqtt-sub`.
    pub name: String,
    /// The whole page.
    pub roff: String,
}

impl Page {
    /// Where it is committed.
    pub fn path(&self) -> PathBuf {
        manual().join(format!("{}.1", self.name))
    }
}

/// The directory of the pages.
pub fn manual() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("man")
}

/// The page of the configuration file, which is written by hand.
pub fn config_page() -> Page {
    let name = "mqtt-config.5".to_owned();
    let roff = fs::read_to_string(manual().join(&name)).expect("the page is text");
    Page { name, roff }
}

/// All of them that are made, as they should be.
pub fn pages() -> Vec<Page> {
    let mut root = mqtt::cli::command_without(OPTIONAL);
    root.build();
    let commands: Vec<&Command> = root.get_subcommands().collect();
    let mut names = vec!["mqtt".to_owned()];
    names.extend(commands.iter().map(|command| page_name(command)));
    let mut pages = vec![root_page(&root, &commands)];
    pages.extend(commands.into_iter().map(command_page));
    for (page, name) in pages.iter_mut().zip(&names) {
        page.push_str(&sections(name));
        page.push_str(&see_also(&names, name));
    }
    let mut whole = mqtt::cli::command();
    whole.build();
    if let Some(optional) = whole.find_subcommand(OPTIONAL) {
        let name = page_name(optional);
        let words = sections(&name) + &see_also(&names, &name);
        pages.push(command_page(optional) + &words);
        names.push(name);
    }
    names.into_iter().zip(pages).map(|(name, roff)| Page { name, roff }).collect()
}

fn page_name(command: &Command) -> String {
    format!("mqtt-{}", command.get_name())
}

fn root_page(root: &Command, commands: &[&Command]) -> String {
    let mut page = head("mqtt", root);
    page.push_str("\\fBmqtt\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...]\n.br\n");
    page.push_str("\\fBmqtt\\fR \\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR\n");
    page.push_str(&description("mqtt", root));
    page.push_str(".SH COMMANDS\n");
    for command in commands {
        let mut names = vec![bold(&format!("mqtt {}", command.get_name()))];
        names.extend(command.get_visible_aliases().map(|alias| bold(&format!("mqtt {alias}"))));
        let about = prose(&command.get_about().expect("what it does").to_string());
        let page_name = literal(&page_name(command));
        let about = about.trim_end_matches('.');
        let _ = write!(page, ".TP\n{}\n{about}: see\n.BR {page_name} (1).\n", names.join(", "));
    }
    page
}

fn command_page(command: &Command) -> String {
    let mut page = head(&page_name(command), command);
    page.push_str(&synopsis(command));
    page.push_str(&description(&page_name(command), command));
    for alias in command.get_visible_aliases() {
        let _ = write!(page, ".PP\n{} is the same.\n", bold(&format!("mqtt {alias}")));
    }
    let _ = write!(page, ".SH OPTIONS\n{OPTIONS}");
    let mut headings: Vec<&str> = Vec::new();
    for arg in shown(command) {
        if !headings.contains(&heading(arg)) {
            headings.push(heading(arg));
        }
    }
    for wanted in headings {
        let _ = writeln!(page, ".SS {}", prose(wanted));
        for arg in shown(command).filter(|arg| heading(arg) == wanted) {
            page.push_str(&option(arg));
        }
    }
    page
}

fn heading(arg: &Arg) -> &str {
    arg.get_help_heading().unwrap_or("Other")
}

fn shown(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_hide_set())
}

fn head(name: &str, command: &Command) -> String {
    let about = command.get_about().expect("what it does").to_string();
    let (first, rest) = about.split_at(1);
    let about = prose(&format!("{}{}", first.to_lowercase(), rest.trim_end_matches('.')));
    format!(
        ".\\\" Written by: {BLESS}\n\
         .\\\" From the flags of the program and man/sections/{name}/: change those.\n\
         .TH {} 1 \"\" \"mqtt {}\" \"User Commands\"\n\
         .SH NAME\n{} \\- {about}\n.SH SYNOPSIS\n",
        literal(&name.to_uppercase()),
        env!("CARGO_PKG_VERSION"),
        literal(name),
    )
}

fn description(name: &str, command: &Command) -> String {
    let about = command.get_long_about().or(command.get_about()).expect("what it does");
    let about = paragraphs(&about.to_string(), ".PP\n");
    let more = fs::read_to_string(section_folder(name).join(DESCRIPTION)).unwrap_or_default();
    format!(".SH DESCRIPTION\n{about}{more}")
}

fn synopsis(command: &Command) -> String {
    let mut line = format!("{} [\\fIOPTION\\fR...]", bold(&format!("mqtt {}", command.get_name())));
    for arg in shown(command).filter(|arg| arg.is_positional() && !arg.is_last_set()) {
        let _ = write!(line, " {}", positional(arg));
    }
    let mut last = shown(command).find(|arg| arg.is_last_set());
    for group in command.get_groups().filter(|group| group.is_required_set()) {
        let choices: Vec<String> = group
            .get_args()
            .filter_map(|id| shown(command).find(|arg| arg.get_id() == id))
            .map(|arg| match last.take_if(|last| last.get_id() == arg.get_id()) {
                Some(last) => after_dashes(last),
                None => with_values(&shortest(arg), arg),
            })
            .collect();
        let _ = write!(line, " {{{}}}", choices.join(" | "));
    }
    if let Some(last) = last {
        let _ = write!(line, " [{}]", after_dashes(last));
    }
    line + "\n"
}

fn shortest(arg: &Arg) -> String {
    match (arg.get_short(), arg.get_long()) {
        (Some(short), _) => bold(&format!("-{short}")),
        (None, long) => bold(&format!("--{}", long.unwrap_or_default())),
    }
}

fn with_values(flag: &str, arg: &Arg) -> String {
    let mut text = flag.to_owned();
    if arg.get_action().takes_values() {
        for name in arg.get_value_names().unwrap_or_default() {
            let _ = write!(text, " {}", italic(name));
        }
    }
    text
}

/// A command, which comes after everything else.
fn after_dashes(arg: &Arg) -> String {
    let name = arg.get_value_names().unwrap_or_default().first().expect("it has a name");
    format!("{} {}...", bold("--"), italic(name))
}

fn positional(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let name: Vec<String> = names.iter().map(|name| italic(name)).collect();
    let dots = if matches!(arg.get_action(), ArgAction::Append) { "..." } else { "" };
    match arg.is_required_set() {
        true => format!("{}{dots}", name.join(" ")),
        false => format!("[{}{dots}]", name.join(" ")),
    }
}

fn option(arg: &Arg) -> String {
    let mut names: Vec<String> =
        arg.get_short().map(|short| bold(&format!("-{short}"))).into_iter().collect();
    let longs = arg.get_long().into_iter().chain(arg.get_visible_aliases().unwrap_or_default());
    names.extend(longs.map(|long| bold(&format!("--{long}"))));
    let names = match arg.is_positional() {
        true => positional(arg),
        false => with_values(&names.join(", "), arg),
    };
    let help = arg.get_long_help().or(arg.get_help()).expect("a flag has help").to_string();
    let mut text = format!(".TP\n{names}\n{}", paragraphs(&help, ".IP\n"));
    let values = arg.get_possible_values();
    if arg.get_action().takes_values() && values.iter().any(|value| value.get_help().is_some()) {
        text.push_str(".RS\n");
        for value in values.iter().filter(|value| !value.is_hide_set()) {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            let _ = write!(text, ".TP\n{}\n{}", bold(value.get_name()), paragraphs(&help, ".IP\n"));
        }
        text.push_str(".RE\n");
    }
    text
}

/// Help as sentences, with `between` before each paragraph but the first.
fn paragraphs(help: &str, between: &str) -> String {
    let paragraphs = help.split("\n\n").map(|paragraph| {
        let paragraph = paragraph.replace('\n', " ");
        let (text, notes) = notes(&paragraph);
        let stop = if text.ends_with(['.', ':', '?']) { "" } else { "." };
        format!("{}{stop}\n{notes}", prose(text))
    });
    paragraphs.collect::<Vec<_>>().join(between)
}

/// What stands in front of `[env: NAME]` and `[default: VALUE]`, and those as sentences.
fn notes(text: &str) -> (&str, String) {
    let start = [" [env: ", " [default: "].iter().filter_map(|mark| text.find(mark)).min();
    let Some(start) = start else { return (text, String::new()) };
    let (text, notes) = text.split_at(start);
    let notes = notes.split(']').map(str::trim).filter(|note| !note.is_empty());
    let sentences = notes.map(|note| match note.split_once(": ") {
        Some(("[env", names)) => format!("Environment: {}.\n", prose(names)),
        Some(("[default", value)) => format!("Default: {}.\n", prose(value)),
        _ => panic!("{note:?} stands behind the environment or the default: put it in front"),
    });
    (text, sentences.collect())
}

fn section_folder(page: &str) -> PathBuf {
    manual().join("sections").join(page)
}

fn sections(page: &str) -> String {
    // A command may be new and have no words yet.
    let Ok(entries) = fs::read_dir(section_folder(page)) else { return String::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    let is_section = |file: &Path| {
        file.extension().is_some_and(|extension| extension == "roff")
            && !file.ends_with(DESCRIPTION)
    };
    files.retain(|file| is_section(file));
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).expect("sections are text")).collect()
}

fn see_also(names: &[String], page: &str) -> String {
    let others = names.iter().filter(|name| *name != page).map(String::as_str);
    let all: Vec<String> = others
        .map(|name| (name, 1))
        .chain([
            ("mqtt-config", 5),
            ("jq", 1),
            ("mosquitto_pub", 1),
            ("mosquitto_sub", 1),
            ("mosquitto.conf", 5),
        ])
        .map(|(name, section)| format!(".BR {} ({section})", literal(name)))
        .collect();
    format!(".SH SEE ALSO\n{}\n", all.join(",\n"))
}
