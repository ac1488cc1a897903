//! Unusual forms of what a person writes on a command line, in a variable or in a file: each means what it says, or is
//! refused with its place before anything is sent.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::support::{Conn, Mqtt, Peer};

#[track_caller]
fn refused(run: Mqtt, complaint: &str) {
    run.status(2).stderr(format!("mqtt: {complaint}\n")).run();
}

#[test]
fn a_flag_that_resets_a_setting_takes_no_value() {
    let hint = "hint: mqtt pub --help shows all flags";
    for flag in ["--no-tls", "--no-will-topic", "--no-keepalive", "--clean-start"] {
        for value in ["=yes", "=false", "="] {
            let run = Peer::untouched().mqtt("pub").line("-t t -m x").arg(format!("{flag}{value}"));
            refused(run, &format!("{flag} takes no value\n{hint}"));
        }
        let run = Mqtt::at("pub", 1).line("-t t -m x -o options");
        let run = run.file("options", format!("-q 1\n{flag}=yes\n"));
        refused(run, "options:2: this flag takes no value");
    }
}

#[test]
fn a_variable_that_turns_something_off_leaves_the_others_of_its_group_alone() {
    let peer = Peer::accepting();
    let run = peer.mqtt("pub").line("-t t -m x -u me").env("MQTT_PASSWORD", "secret");
    run.env("MQTT_ASK_PASSWORD", "0").run();
    assert_eq!(peer.finish().connects[0].password.as_deref(), Some(&b"secret"[..]));
    let show = || Mqtt::new("config").arg("show");
    let run = show().env("MQTT_DEBUG", "false").env("MQTT_QUIET", "true");
    run.stdout_line("debug = false * # MQTT_DEBUG")
        .stdout_line("quiet = true * # MQTT_QUIET")
        .run();
    let run = show().env("MQTT_DEBUG", "1").env("MQTT_QUIET", "no");
    run.stdout_line("debug = true * # MQTT_DEBUG").run();
}

#[test]
fn a_very_long_value_is_shown_as_any_other() {
    let long = "x".repeat(70_000);
    for (name, value) in
        [("id", &long), ("username", &long), ("url", &format!("mqtt://localhost/{long}"))]
    {
        let run = Mqtt::new("config").arg("show").arg(format!("--{name}={value}"));
        run.stdout_line(&format!("{name} = \"{value}\"  # command line"))
            // Does not move the others far away.
            .stdout_line("reconnect = \"lost\"*  # default")
            .run();
    }
}

#[test]
fn the_value_of_a_misspelt_flag_in_an_options_file_is_not_shown() {
    for (line, flag, similar) in [
        ("--pasword canary", "--pasword", "hint: a similar argument exists: '--password'\n"),
        ("--pasword=canary", "--pasword", "hint: a similar argument exists: '--password'\n"),
        ("--secret canary", "--secret", ""),
        ("-Z canary", "-Z", ""),
        ("-Zcanary", "-Z", ""),
    ] {
        let run = Mqtt::at("pub", 1).line("-t t -m x -o options").file("options", line);
        let complaint = format!("options:1: unexpected argument '{flag}' found");
        refused(run, &format!("{complaint}\n{similar}hint: mqtt pub --help shows all flags"));
    }
}

#[test]
fn a_file_of_an_editor_that_writes_a_byte_order_mark_is_read() {
    let peer = Peer::accepting();
    let options = format!("\u{feff}-h 127.0.0.1\r\n-p {}\r\n-t t\r\n-m x\r\n", peer.port());
    Mqtt::new("pub").line("-o options").file("options", options).run();
    assert_eq!(peer.finish().payloads(), ["x"]);
    let peer = Peer::accepting();
    let config = format!("\u{feff}default = \"p\"\r\n[profiles.p]\r\nport = {}\r\n", peer.port());
    Mqtt::new("pub").line("-t t -m x").config(&config).run();
    assert_eq!(peer.finish().payloads(), ["x"]);
}

#[test]
fn what_cannot_be_dialled_is_refused_before() {
    let long = "x".repeat(256);
    for (name, value, complaint) in [
        ("tls-alpn", "", "expected a name of 1 to 255 bytes"),
        ("tls-alpn", long.as_str(), "expected a name of 1 to 255 bytes"),
        ("unix", &format!("/{long}"), "the path of the Unix socket is too long: it has * bytes"),
        (
            "url",
            &format!("unix:///{long}"),
            "the path of the Unix socket is too long: it has * bytes",
        ),
        ("url", "unix:///a%00b", "the path of the Unix socket contains a NUL character"),
    ] {
        let publish = || Mqtt::new("pub").line("-t t -m x").status(2);
        let run = publish().arg(format!("--{name}={value}"));
        run.stderr_line(&format!("mqtt: *{complaint}")).run();
        let config = format!("[profiles.p]\n\n{name} = {value:?}\n");
        let run = publish().line("--profile p").config(&config);
        run.stderr_line(&format!("mqtt: */config.toml:3: *{complaint}")).run();
    }
    for name in ["unix", "ca", "capath", "cert", "password-file", "tls-keylog"] {
        let config = format!("[profiles.p]\n{name} = \"\"\n");
        let run = Mqtt::new("pub").line("-t t -m x --profile p").config(&config).status(2);
        run.stderr_line(&format!("mqtt: */config.toml:2: {name}: it is empty")).run();
    }
    let config = "[profiles.p]\nproperty = [[\"connect\", \"user-property\", \"a\\u0000b\"]]\n";
    let run = Mqtt::new("pub").line("-t t -m x --profile p").config(config).status(2);
    run.stderr_line("mqtt: */config.toml:2: property: expected *").run();
}

#[test]
fn topics_files_and_prefixes_may_begin_with_a_hyphen() {
    let peer = Peer::script(|conn: &mut Conn| {
        let connect = conn.accept();
        assert!(connect.client_id.starts_with("-me"), "{}", connect.client_id);
        assert_eq!(connect.will.expect("a will").topic, "-w");
        let publish = conn.take();
        assert_eq!((publish.topic.as_str(), publish.text().as_str()), ("-t", "in the file"));
        assert_eq!(format!("{:?}", publish.properties).matches("-answers").count(), 1);
        conn.expect_goodbye();
    });
    let run =
        peer.mqtt("pub").line("-t -t -f -data -I -me --will-topic -w --response-topic -answers");
    run.file("-data", "in the file").run();
    // Refused for other reasons, so these flags have got their values.
    for (line, complaint) in [
        ("rr -t -t/# -m x", "invalid value '-t/#' for '--topic <TOPIC>': *"),
        ("rr -t t -m x -e -e/#/x", "*-e/#/x*"),
        ("rr -t t -f -none", "*-none: No such file or directory"),
        ("reply t -f -none", "*-none: No such file or directory"),
        ("reply t -m x -e -e/#", "invalid value '-e/#' for '--response-topic <TOPIC>': *"),
        ("sub t -U -u/#/x", "*-u/#/x*"),
        ("sub t --dead-letter -d/# -- true", "invalid value '-d/#' for '--dead-letter <TOPIC>': *"),
        ("check -t -t/#", "invalid value '-t/#' for '--topic <TOPIC>': *"),
    ] {
        let (command, rest) = line.split_once(' ').unwrap();
        Mqtt::at(command, 1).line(rest).status(2).stderr_line(&format!("mqtt: {complaint}")).run();
    }
}

#[test]
fn flags_before_the_command_do_not_look_like_success() {
    let complaint =
        "flags come after the command\nhint: for example: mqtt pub -h HOST -t TOPIC -m TEXT";
    for (first, rest) in [
        ("-h", "localhost pub -t t -m x"),
        ("-h", "localhost -t t -m x"),
        ("-hlocalhost", "pub -t t -m x"),
        ("-V", "5 sub -t t"),
        ("-V5", "sub -t t"),
        ("-V", "mqttv311 -t t -m x"),
        ("-d", "pub -t t -m x"),
        ("--url", "mqtt://me:canary@h pub -t t -m x"),
        ("-Lmqtt://me:canary@h", "pub -t t -m x"),
    ] {
        refused(Mqtt::new(first).line(rest), complaint);
    }
    for line in ["-h", "-V", "--help pub", "--version", "-h pub", "help help", "help --help"] {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        let words: Vec<&str> = rest.split_whitespace().collect();
        Mqtt::new(first).args(words).stdout_line("*mqtt*").run();
    }
}

#[test]
fn an_error_about_a_variable_names_it() {
    for (name, value, complaint) in [
        ("MQTT_WILL_QOS", "1", "--will-qos has no effect without --will-topic"),
        (
            "MQTT_NO_CLEAN_START",
            "1",
            "--no-clean-start needs a client id, to find the session again",
        ),
        ("MQTT_PROXY", "ftp://proxy", "invalid URL in --proxy: expected *"),
        ("MQTT_PASSWORD_FILE", "/none", "cannot read the password file /none: *"),
        ("MQTT_CA", "/none.pem", "cannot use the certificate file /none.pem: *"),
        ("MQTT_EVENTS", "/none/none", "cannot write events to /none/none: *"),
        ("MQTT_PROPERTY", "publish nope x", "--property publish nope: there is no property 'nope'"),
        ("MQTT_HOST", "a b", "invalid host 'a b'"),
        ("MQTT_PROFILE", "none", "no profile 'none': there is no configuration file *"),
        ("MQTT_CONFIG", "/none.toml", "there is no configuration file /none.toml"),
    ] {
        let run = Mqtt::new("pub").line("-t t -m x").env(name, value).status(2);
        run.stderr_line(&format!("mqtt: {name}: {complaint}")).run();
    }
    let run = Mqtt::new("pub").line("-t t -m x").config("[profiles.lab]\n").status(2);
    let run = run.env("MQTT_PROFILE", "none");
    run.stderr_line("mqtt: MQTT_PROFILE: */config.toml: there is no profile 'none'")
        .stderr_line("hint: the profiles are lab")
        .run();
    for (name, value) in [
        ("MQTT_USERNAME", &b"\xff"[..]),
        ("MQTT_HOST", b"h\xff"),
        ("MQTT_URL", b"mqtt://me:canary\xff@localhost"),
        ("MQTT_PROXY", b"http://me:canary\xff@localhost"),
        ("MQTT_KEEPALIVE", b"5\xff"),
    ] {
        let run = Mqtt::new("pub").line("-t t -m x").status(2);
        let run = run.env(name, OsStr::from_bytes(value));
        run.stderr(format!("mqtt: {name}: it is not UTF-8\n")).run();
    }
    for flag in ["--url", "--proxy", "--ws-header", "--username", "--ws-path"] {
        let run = Mqtt::new("pub").line("-t t -m x").status(2);
        let run = run.arg(flag).arg(OsStr::from_bytes(b"canary\xff"));
        run.stderr(format!("mqtt: {flag} is not UTF-8\n")).run();
    }
    let run = Mqtt::new("sub").arg(OsStr::from_bytes(b"a=b\xff"));
    refused(run, r"a=b\xff is not UTF-8");
}

#[test]
fn the_command_that_a_hint_proposes_can_be_pasted() {
    let run = || Mqtt::at("pub", 1).line("-t t -m x");
    let config = "[profiles.p]\npassword = \"canary\"\n";
    let name = "it's mine.toml";
    let complaint = "others can read this file, and it contains a secret: password";
    let command = r"chmod 600 'it'\''s mine.toml'";
    refused(
        run().file(name, config).args(["--config", name]),
        &format!("{name}:2: {complaint}\nhint: {command}"),
    );
    let peer = Peer::accepting();
    let run = peer.mqtt("pub").line("-t t -m x -u me").args(["--password-file", "a b"]);
    run.file("a b", "secret\n")
        .stderr("mqtt: warning: other users of this machine can read a b: chmod 600 'a b'\n")
        .run();
}

#[test]
fn a_usual_file_that_only_another_user_can_read_is_none() {
    let peer = Peer::accepting();
    // As after `sudo -u`, which may keep HOME.
    let run = Mqtt::new("pub").config("[profiles.p]\n");
    let home = run.path("");
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
    let mut foreign = Command::new(env!("CARGO_BIN_EXE_mqtt"));
    foreign.env_clear().env("HOME", &home).current_dir("/").stdin(Stdio::null());
    foreign.args(["pub", "-t", "t", "-m", "x", "-h", "127.0.0.1"]);
    foreign.args(["-p", &peer.port().to_string()]);
    // Only root can do that.
    let Ok(output) = foreign.uid(65_534).output() else { return };
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(peer.finish().payloads(), ["x"]);
}

#[test]
fn an_empty_password_in_a_url_is_none_and_nothing_is_said_of_it() {
    let peer = Peer::accepting();
    let run = Mqtt::new("pub").line("-t t -m x");
    run.arg(format!("--url=mqtt://me:@{}", peer.address())).run();
    let connect = &peer.finish().connects[0];
    assert_eq!(connect.username.as_deref(), Some(&b"me"[..]));
    assert_eq!(connect.password, None);
    let config = "[profiles.p]\nurl = \"mqtt://me:@localhost\"\n";
    let run = Mqtt::new("config").line("show --profile p").config_with_mode(config, 0o644);
    run.stdout_line("username = \"me\" *").run();
}

#[test]
fn a_long_name_after_one_hyphen_is_not_a_letter_with_a_value() {
    for (command, line, name) in [
        ("sub", "-topic a/#", "topic"),
        ("sub", "-t a -count 1", "count"),
        ("sub", "-t a -host=localhost", "host"),
        ("pub", "-topic a -m x", "topic"),
        ("pub", "-t a -message x", "message"),
        ("pub", "-t a -m x -unix x", "unix"),
        ("pub", "-t a -m x -keepalive 9", "keepalive"),
        ("rr", "-t a -m x -timeout 1", "timeout"),
    ] {
        let told = format!("mqtt: -{name} is not a flag\nhint: did you mean --{name}?\n");
        Mqtt::new(command).line(line).status(2).stderr(&told).run();
    }
    let run = Mqtt::new("pub").line("-o options -m x").file("options", "-h x\n-topic a\n");
    run.status(2).stderr_line("mqtt: options:2: -topic is not a flag").run();
    let peer = Peer::accepting();
    peer.mqtt("pub").line("-ta -mopic -t -host").run();
    let publishes = peer.finish();
    assert_eq!(publishes.payloads(), ["opic", "opic"]);
}
