//! Any text as a URL, a configuration file or an options file: it is understood or refused in words, which never hold the
//! password.

use arbitrary::{Result, Unstructured};
use mqtt::cli;
use mqtt::connection::show;
use mqtt::settings::{Environment, Preparation, Typed};
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

/// A password that nothing else looks like.
const SECRET: &str = "xyzzy-secret";

/// See the module.
pub fn run(data: &[u8]) {
    // Too few bytes are no input.
    let _ = try_run(&mut Unstructured::new(data));
}

fn try_run(input: &mut Unstructured<'_>) -> Result<()> {
    let kind = input.arbitrary::<u8>()? % 4;
    let text = String::from_utf8_lossy(input.bytes(input.len())?).into_owned();
    if text.contains(SECRET) {
        // It may stand where nothing is secret.
        return Ok(());
    }
    match kind {
        0 => try_settings([format!("--url={text}")]),
        1 => try_secret_url(&text),
        2 => try_profile(&text),
        _ => try_options(&text),
    }
    Ok(())
}

/// What is said about settings, whether they are good or not.
fn try_settings<const N: usize>(flags: [String; N]) {
    let environment = Environment::default();
    let Ok(typed) = Typed::parse(flags.map(OsString::from), environment) else { return };
    let said = match show(typed) {
        Ok(text) => text,
        Err(failure) => failure.message + &failure.hints.concat(),
    };
    assert!(!said.contains(SECRET), "{said}");
}

/// A URL with a password where passwords are.
fn try_secret_url(text: &str) {
    let (scheme, rest) = text.split_once('\n').unwrap_or(("mqtt", text));
    // Or it would be something else before the password that begins the path.
    if !scheme.contains(['/', '?']) {
        try_settings([format!("--url={scheme}://u:{SECRET}@{rest}")]);
    }
}

/// A file with a password at its end, in whatever table that is.
fn try_profile(text: &str) {
    let path = written(&format!("{text}\npassword = \"{SECRET}\"\n"));
    try_settings([format!("--config={}", path.display()), "--profile=p".to_owned()]);
}

fn try_options(text: &str) {
    let words = ["mqtt", "pub", "-o"].map(OsString::from).into_iter();
    let words = words.chain([written(text).into()]);
    let _ = cli::parse(words, Environment::default(), Preparation::default());
}

/// A file of this process that holds `text`.
fn written(text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("mqtt-fuzz-{}", std::process::id()));
    fs::write(&path, text).expect("the temporary directory can be written to");
    path
}
