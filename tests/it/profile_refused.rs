//! Configuration files that are no good: file, line and what was expected, status 2, and nothing is connected.

use crate::support::Mqtt;

/// The whole complaint about this file, from the name of it on, which is `FILE`.
#[track_caller]
fn refuses(config: &str, mode: u32, line: &str, complaint: &str) {
    let run = Mqtt::at("pub", 1).line("-t t -m x").line(line).config_with_mode(config, mode);
    let file = run.path(".config/mqtt/config.toml").display().to_string();
    run.status(2).stderr(format!("mqtt: {}\n", complaint.replace("FILE", &file))).run();
}

#[track_caller]
fn refuses_profile(settings: &str, complaint: &str) {
    let config = format!("# a comment\n\n[profiles.lab]\n{settings}\n");
    refuses(&config, 0o600, "--profile lab", complaint);
}

#[test]
fn a_misspelt_key_gets_a_suggestion() {
    refuses_profile(
        "host = \"h\"\nusrname = \"x\"",
        "FILE:5: unknown key 'usrname'\nhint: did you mean username?",
    );
    refuses_profile(
        "zzz = 1",
        "FILE:4: unknown key 'zzz'\nhint: the keys are the long names of the connection's flags",
    );
    refuses_profile(
        "profile = \"x\"",
        "FILE:4: unknown key 'profile'\nhint: the keys are the long names of the connection's flags",
    );
    refuses(
        "defualt = \"lab\"\n",
        0o600,
        "",
        "FILE:1: unknown key 'defualt': expected default or [profiles.NAME]",
    );
}

#[test]
fn a_bad_value_says_what_was_expected() {
    for (settings, complaint) in [
        ("port = 0", "port: expected a number from 1 to 65535"),
        ("port = \"x\"", "port: expected a number from 1 to 65535"),
        ("tls = \"yes\"", "tls: expected true or false"),
        ("reconnect = \"often\"", "reconnect: one of lost, always, never"),
        ("tls-version = 1.1", "tls-version: one of 1.2, 1.3"),
        (
            "connect-timeout = \"soon\"",
            "connect-timeout: a duration is like 500ms, 10s, 1m30s, or a number of seconds",
        ),
        ("host = [\"a\"]", "host: expected a string or a number"),
        ("ws-header = [1979-05-27]", "ws-header: expected strings"),
        ("protocol = \"6\"", "protocol: expected auto, 5, 3.1.1 or 3.1"),
        ("bind = \"a b\"", "bind: expected an address or a name"),
        ("will-topic = \"a/#\"", "will-topic: a topic to publish to cannot contain '+' or '#'"),
    ] {
        refuses_profile(settings, &format!("FILE:4: {complaint}"));
    }
}

#[test]
fn settings_that_exclude_each_other() {
    refuses_profile(
        "password = \"x\"\npassword-file = \"y\"",
        "FILE:5: password and password-file cannot be used together",
    );
}

#[test]
fn a_file_that_is_no_toml_or_has_another_shape() {
    for (config, complaint) in [
        ("default = 1\n", "FILE:1: default is a profile's name"),
        ("profiles = 1\n", "FILE:1: expected [profiles.NAME] and its settings"),
        ("[profiles]\nlab = 1\n", "FILE:2: a profile is a table of settings"),
    ] {
        refuses(config, 0o600, "--profile lab", complaint);
    }
    let run = Mqtt::at("pub", 1).line("-t t -m x").config("\n\n[profiles.lab\n");
    run.status(2).stderr_line("mqtt: */.config/mqtt/config.toml:3: *").run();
}

#[test]
fn a_profile_that_is_not_there_names_those_that_are() {
    let config = "default = \"gone\"\n[profiles.one]\n[profiles.two]\n";
    let hint = "hint: the profiles are one, two";
    refuses(config, 0o600, "", &format!("FILE:1: there is no profile 'gone'\n{hint}"));
    refuses(config, 0o600, "--profile x", &format!("FILE: there is no profile 'x'\n{hint}"));
    refuses(
        "",
        0o600,
        "--profile x",
        "FILE: there is no profile 'x'\nhint: a profile is a table: [profiles.NAME]",
    );
}

#[test]
fn a_file_that_is_named_and_missing() {
    for (line, complaint) in [
        ("--config nowhere", "there is no configuration file nowhere"),
        ("--config .", "cannot read the configuration file .: Is a directory"),
    ] {
        let run = Mqtt::at("pub", 1).line("-t t -m x").line(line);
        run.status(2).stderr(format!("mqtt: {complaint}\n")).run();
    }
    let run = Mqtt::at("pub", 1).line("-t t -m x --profile lab");
    let file = run.path(".config/mqtt/config.toml").display().to_string();
    run.status(2)
        .stderr(format!("mqtt: no profile 'lab': there is no configuration file {file}\n"))
        .run();
}

#[test]
fn a_file_that_is_not_text() {
    let run = Mqtt::at("pub", 1).line("-t t -m x --config file").file("file", b"# \xc3\xa9\n\xff");
    run.status(2).stderr("mqtt: file:2: this line is not UTF-8\n").run();
}

#[test]
#[cfg(unix)]
fn a_secret_that_others_can_read_is_refused_with_the_command_that_helps() {
    for (settings, name) in [
        ("password = \"canary\"", "password"),
        ("url = \"mqtt://me:canary@h\"", "url"),
        ("proxy = \"http://me:canary@h\"", "proxy"),
        ("ws-header = [\"Authorization: canary\"]", "ws-header"),
    ] {
        for mode in [0o640, 0o604] {
            refuses(
                // Whatever profile is asked for: the file is open to others.
                &format!("[profiles.other]\n[profiles.lab]\n{settings}\n"),
                mode,
                "--profile other",
                &format!(
                    "FILE:3: others can read this file, and it contains a secret: {name}\n\
                     hint: chmod 600 FILE"
                ),
            );
        }
    }
}

#[test]
#[cfg(unix)]
fn a_secret_or_a_command_that_others_can_write_is_refused_too() {
    for (settings, name) in [
        ("password-command = \"x\"", "password-command"),
        ("password-file = \"x\"", "password-file"),
        ("key-password-file = \"x\"", "key-password-file"),
        ("password = \"canary\"", "password"),
    ] {
        for mode in [0o620, 0o602] {
            refuses(
                &format!("[profiles.lab]\n{settings}\n"),
                mode,
                "--profile lab",
                &format!(
                    "FILE:2: others can write this file, and with it {name}\n\
                     hint: chmod go-w FILE"
                ),
            );
        }
    }
}

#[test]
#[cfg(unix)]
fn a_file_without_secrets_and_commands_may_be_open_to_all() {
    let config = "[profiles.lab]\nurl = \"mqtt://me@127.0.0.1:1\"\npassword-file = \"x\"\n";
    let run = |mode| Mqtt::new("config").line("show --profile lab").config_with_mode(config, mode);
    run(0o644).stdout_anything().run();
    let config = config.replace("password-file = \"x\"\n", "");
    let run = Mqtt::new("config").line("show --profile lab").config_with_mode(&config, 0o666);
    run.stdout_anything().run();
}
