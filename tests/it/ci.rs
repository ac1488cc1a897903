//! What `ci/check` promises: the suite passes at a terminal, with `::1` in /etc/hosts and without, and everything that is
//! missing is named at once.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

/// This suite, as a word for a shell.
fn suite() -> String {
    format!("'{}'", env::current_exe().expect("it runs").display())
}

#[track_caller]
fn passes(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("test result: ok") && !text.contains(" 0 passed"), "{text}{error}");
    text
}

#[test]
fn what_asks_for_a_password_passes_at_a_terminal_and_leaves_it_alone() {
    const TESTS: [&str; 4] = [
        "canary::a_secret_is_not_shown_when_something_beside_it_is_wrong",
        "owners::every_kind_of_secret_is_one_in_a_file_that_others_can_read",
        "secrets::nobody_can_be_asked_without_a_terminal",
        "secrets::two_sources_on_one_command_line_exclude_each_other",
    ];
    let line = format!("{} --color never --exact {}; stty -a", suite(), TESTS.join(" "));
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).stdin(std::process::Stdio::null());
    let text = passes(&script.output().expect("script can be started"));
    assert!(text.contains("4 passed"), "{text}");
    assert!(!text.contains("Password for"), "{text}");
    assert!(text.contains(" echo ") && !text.contains("-echo "), "{text}");
}

#[test]
fn what_connects_to_localhost_passes_however_hosts_names_it() {
    let directory = tempfile::tempdir().unwrap();
    let as_root = Command::new("unshare").args(["-m", "true"]).output().expect("unshare is there");
    let flag = if as_root.status.success() { "-m" } else { "-rm" };
    if !Command::new("unshare").args([flag, "true"]).status().is_ok_and(|status| status.success()) {
        eprintln!("not tried: this system does not let a test have an /etc/hosts of its own");
        return;
    }
    let file = directory.path().join("hosts");
    for hosts in [
        "127.0.0.1 localhost\n",
        "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n",
        "::1 localhost\n127.0.0.1 localhost\n",
    ] {
        fs::write(&file, hosts).unwrap();
        let line = format!(
            "mount --bind '{}' /etc/hosts && exec {} address:: owners::behind_a_proxy",
            file.display(),
            suite()
        );
        let output = Command::new("unshare").args([flag, "sh", "-c", &line]).output().unwrap();
        passes(&output);
    }
}

/// Runs `ci/check` where nothing but the beginning of it works, as this user, and returns what it says, and what
/// `apt-get` was told.
fn check_without_anything(user: &str) -> (Output, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let directories = env::var_os("PATH").unwrap();
    for program in ["bash", "dirname"] {
        let mut found = env::split_paths(&directories).map(|it| it.join(program));
        let found = found.find(|it| it.exists()).expect("every system has it");
        symlink(found, path(program)).unwrap();
    }
    let log = path("log");
    for (name, script) in
        [("id", format!("echo {user}")), ("apt-get", format!("echo \"$*\" >> '{}'", log.display()))]
    {
        fs::write(path(name), format!("#!{}\n{script}\n", path("bash").display())).unwrap();
        fs::set_permissions(path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let check = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/check");
    let output = Command::new("bash").arg(check).env_clear().env("PATH", directory.path()).output();
    (output.expect("bash is there"), fs::read_to_string(log).unwrap_or_default())
}

#[test]
fn all_packages_that_are_missing_are_named_at_once() {
    let packages = "mosquitto-clients microsocks openssl python3";
    let (output, told) = check_without_anything("1000");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    let (missing, advice) = error.trim_end().split_once(". Run: ").expect("one line with advice");
    let missing = missing.strip_prefix("ci/check: missing: ").expect("what is missing");
    assert_eq!(advice, format!("sudo apt-get install {missing}"));
    assert!(
        missing.contains(packages) && missing.ends_with("mandoc jq strace pv zsh fish"),
        "{missing}"
    );
    assert_eq!(told, "", "only root installs anything");
    let (output, told) = check_without_anything("0");
    assert_eq!(output.status.code(), Some(1), "nothing came of it");
    let install = format!("install -q -y --no-install-recommends {missing}");
    assert_eq!(told.lines().collect::<Vec<_>>(), ["update -q", &install]);
}
