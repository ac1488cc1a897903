//! OpenSSL's command, for keys and certificates in forms that the makers of our own do not know, and for its judgement.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use super::install::find_or_install;

/// What `openssl ARGS` makes of `input`.
///
/// # Panics
/// When it does not succeed.
#[track_caller]
pub fn openssl(args: &str, input: impl AsRef<[u8]>) -> String {
    String::from_utf8(openssl_bytes(args, input)).expect("openssl writes PEM")
}

/// The same where that is no text.
///
/// # Panics
/// When it does not succeed.
#[track_caller]
pub fn openssl_bytes(args: &str, input: impl AsRef<[u8]>) -> Vec<u8> {
    let output = run(args, input.as_ref());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {args}: {complaint}");
    output.stdout
}

/// Why `openssl verify ARGS` refuses a certificate, if it does.
///
/// # Panics
/// When it has come to no judgement.
#[track_caller]
pub fn openssl_verify(args: &str) -> Result<(), String> {
    let output = run(&format!("verify {args}"), b"");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => Ok(()),
        Some(2) if words.contains(" depth lookup: ") => Err(words),
        status => panic!("openssl verify {args}: {status:?} {words}"),
    }
}

#[track_caller]
fn run(args: &str, input: &[u8]) -> Output {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    let binary = BINARY.get_or_init(|| find_or_install("openssl", "openssl"));
    let mut child = Command::new(binary)
        .args(args.split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl can be started");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    // One that needs no input may be gone.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().expect("openssl can be waited for")
}
