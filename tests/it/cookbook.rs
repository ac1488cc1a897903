//! Every command line that the README and the cookbook show is run: the recipes of `examples/cookbook/`, each on brokers
//! of its own, by a script and as text that is pasted, and those in the picture.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::support::{Mosquitto, Recipe, in_own_session, wait_at_most};

/// A recipe takes seconds. The machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// They wait more than they work.
const AT_ONCE: usize = 4;

/// Who reads a recipe.
#[derive(Clone, Copy)]
enum Shell {
    /// A file, to the first failure.
    Script,
    /// It is pasted into an interactive shell, and then into another one in the same directory, on the same broker.
    Pasted(&'static [&'static str]),
}

const BASH: Shell = Shell::Pasted(&["bash", "--norc", "--noprofile", "--noediting", "-i"]);

/// Takes `#` for an argument and `status` for its own variable. Hidden lines need words to be split.
const ZSH: Shell = Shell::Pasted(&["zsh", "-fi", "-o", "sh_word_split", "+o", "prompt_sp"]);

#[test]
fn every_recipe_of_the_cookbook_does_what_it_says() {
    cook_all(Shell::Script);
}

#[test]
fn every_recipe_can_be_pasted_twice_into_an_interactive_bash() {
    cook_all(BASH);
}

#[test]
fn every_recipe_can_be_pasted_twice_into_an_interactive_zsh() {
    cook_all(ZSH);
}

fn cook_all(shell: Shell) {
    let recipes: Vec<Recipe> = Recipe::all_in("examples/cookbook")
        .into_iter()
        .filter(|recipe| chosen(&recipe.path) && can_be_run(recipe))
        .collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(recipe) = recipes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = cook(recipe, shell) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn the_picture_shows_what_the_program_prints() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let home = tempfile::tempdir().unwrap();
    let broker = Mosquitto::start();
    let output = Command::new("python3")
        .arg(examples.join("picture.py"))
        .env_clear()
        .env("PATH", path())
        .env("HOME", home.path())
        .env("MQTT_URL", format!("mqtt://127.0.0.1:{}", broker.port()))
        .output()
        .expect("python3 can be started: ci/check installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let picture = examples.join("picture.svg");
    if env::var_os("BLESS").is_some() {
        fs::write(&picture, &output.stdout).unwrap();
    }
    let committed = fs::read(&picture).unwrap();
    assert!(committed == output.stdout, "out of date: BLESS=1 cargo test --test it picture");
}

/// `MQTT_TEST_RECIPE=queue` runs those that have this in their path.
fn chosen(path: &str) -> bool {
    env::var("MQTT_TEST_RECIPE").map_or(true, |part| path.contains(&part))
}

/// Says so where it cannot.
fn can_be_run(recipe: &Recipe) -> bool {
    let lacks_broker = !cfg!(feature = "broker") && recipe.shown().contains("mqtt broker");
    if lacks_broker {
        eprintln!("{} needs the feature broker, and was not run", recipe.path);
    }
    !lacks_broker
}

/// Runs one, in an empty home whose configuration file knows two brokers, `here` and `there`.
fn cook(recipe: &Recipe, shell: Shell) -> Result<(), String> {
    let directory = tempfile::tempdir().unwrap();
    let home = directory.path().join("home");
    fs::create_dir_all(home.join(".config/mqtt")).unwrap();
    let script = recipe.script();
    let here = Mosquitto::start();
    let there = script.contains("there").then(Mosquitto::start);
    let config = configuration(here.port(), there.as_ref().map(Mosquitto::port));
    fs::write(home.join(".config/mqtt/config.toml"), config).unwrap();

    let file = directory.path().join("script");
    let log = directory.path().join("log");
    let (program, times) = match shell {
        Shell::Script => (&["sh", "-eu"][..], 1),
        Shell::Pasted(program) => (program, 2),
    };
    fs::write(&file, if times == 1 { script } else { pasted(&script) }).unwrap();
    let (name, arguments) = program.split_first().expect("a shell has a name");
    for time in 1..=times {
        let output = File::create(&log).unwrap();
        let mut command = Command::new(name);
        command.args(arguments).env_clear().env("PATH", path()).env("HOME", &home);
        let stdin = match shell {
            Shell::Script => {
                command.arg(&file);
                Stdio::null()
            }
            Shell::Pasted(_) => File::open(&file).unwrap().into(),
        };
        // What it leaves running in the background belongs to the same session.
        let mut shell = in_own_session(command.current_dir(&home))
            .stdin(stdin)
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .expect("the shell can be started: ci/check installs it");
        let status = wait_at_most(&mut shell, PATIENCE);
        end_group(&mut shell);
        let end = match status {
            Some(status) if status.success() => continue,
            Some(status) => status.to_string(),
            None => format!("still running after {PATIENCE:?}"),
        };
        let said = fs::read(&log).unwrap();
        let said = String::from_utf8_lossy(&said);
        return Err(format!("{}, time {time} by {name}: {end}\n{said}", recipe.path));
    }
    Ok(())
}

/// What an interactive shell reads from standard input: to the first failure, and without the comments of hidden lines.
/// What it starts in the background stays in its process group, so that it ends with it.
fn pasted(script: &str) -> String {
    let lines = script.lines().filter(|line| !line.starts_with("# "));
    let lines: String = lines.map(|line| format!("{line}\n")).collect();
    format!("set +m\nset -e\n{lines}exit 0\n")
}

fn configuration(here: u16, there: Option<u16>) -> String {
    let profile =
        |name: &str, port: u16| format!("[profiles.{name}]\nurl = \"mqtt://127.0.0.1:{port}\"\n");
    let there = there.map(|port| profile("there", port)).unwrap_or_default();
    format!("default = \"here\"\n{}{there}", profile("here", here))
}

/// The program under test comes first.
fn path() -> std::ffi::OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_mqtt")).parent().expect("it lies in a directory");
    let path = env::var_os("PATH").unwrap_or_default();
    // Debian keeps mosquitto where only root's PATH leads.
    let parts = [program.to_owned()].into_iter().chain(env::split_paths(&path));
    let parts: Vec<PathBuf> = parts.chain(["/usr/sbin".into()]).collect();
    env::join_paths(parts).expect("the parts of a path make a path")
}

fn end_group(shell: &mut Child) {
    // Fails where nothing is left.
    let _ = Command::new("kill")
        .args(["-KILL", "--", &format!("-{}", shell.id())])
        .stderr(Stdio::null())
        .status();
    let _ = shell.wait();
}
