//! What is wrong before the first packet is refused before the first packet: status 2, the culprit named, no connection.

use std::fs::File;

use crate::support::{Mqtt, Peer, free_port};

/// Runs `mqtt COMMAND` with what `prepare` adds; it must be refused in words that hold `culprit`.
#[track_caller]
fn refuses(command: &str, culprit: &str, prepare: impl FnOnce(Mqtt) -> Mqtt) {
    let peer = Peer::untouched();
    prepare(peer.mqtt(command)).status(2).stderr_contains(culprit).run();
}

/// As [`refuses`], for arguments without white space.
#[track_caller]
fn refuses_line(line: &str, culprit: &str) {
    let (command, args) = line.split_once(' ').unwrap_or((line, ""));
    refuses(command, culprit, |mqtt| mqtt.line(args));
}

#[test]
fn a_file_that_is_missing() {
    refuses("pub", "No such file or directory", |mqtt| {
        mqtt.line("-t t -f nowhere").stderr_contains("nowhere")
    });
}

#[test]
fn a_file_that_is_a_directory() {
    refuses_line("pub -t t -f .", "directory");
}

#[test]
fn a_file_that_no_packet_can_hold() {
    refuses("pub", "large", |mqtt| {
        let file = File::create(mqtt.path("large")).unwrap();
        file.set_len(268_435_456).unwrap();
        mqtt.line("-t t -f large")
    });
}

#[test]
fn topics_with_wildcards() {
    refuses_line("pub -t a/# -m x", "a/#");
    refuses_line("pub -t a/+/b -m x", "a/+/b");
}

#[test]
#[cfg(unix)]
fn topics_that_are_no_utf_8() {
    use std::os::unix::ffi::OsStrExt;

    let topic = std::ffi::OsStr::from_bytes(b"a\xff");
    refuses("pub", "UTF-8", |mqtt| mqtt.arg("-t").arg(topic).line("-m x"));
}

#[test]
fn topics_that_are_too_long() {
    refuses("pub", "65535", |mqtt| mqtt.arg("-t").arg("x".repeat(65_536)).line("-m x"));
}

#[test]
fn empty_topics_and_filters() {
    refuses("pub", "topic", |mqtt| mqtt.args(["-t", "", "-m", "x"]));
    refuses("sub", "filter", |mqtt| mqtt.args(["-t", ""]));
}

#[test]
fn filters_that_are_malformed() {
    for filter in ["$share//x", "$share/g/", "$share/g+/x", "a/#/b", "a#", "a+/b"] {
        refuses("sub", filter, |mqtt| mqtt.args(["-t", filter]));
    }
}

#[test]
fn numbers_out_of_range() {
    refuses_line("pub -t t -m x -q 3", "qos");
    refuses_line("pub -t t -m x -p 65536", "65536");
    refuses_line("pub -t t -m x -p 0", "port");
    refuses_line("pub -t t -m x -p mqtt", "mqtt");
    refuses_line("pub -t t -m x -k 65536", "65536");
}

#[test]
fn every_keep_alive_that_mqtt_allows_is_accepted() {
    for seconds in [0, 1, 4, 65_535] {
        let peer = Peer::accepting();
        peer.mqtt("pub").args(["-t", "t", "-m", "x", "-k", &seconds.to_string()]).run();
        assert_eq!(peer.finish().connects[0].keep_alive, seconds);
    }
}

#[test]
fn a_persistent_session_without_a_client_id() {
    for version in ["3.1.1", "5"] {
        refuses("sub", "-i", |mqtt| mqtt.args(["-V", version, "-c", "-t", "t"]));
        refuses("sub", "-i", |mqtt| mqtt.args(["-V", version, "-c", "-t", "t", "-i", ""]));
    }
}

#[test]
fn no_topic_or_no_payload_or_two_payloads() {
    refuses_line("pub -m x", "--topic");
    refuses_line("pub -t t", "-m");
    refuses_line("pub -t t -m x -n", "-n");
    refuses_line("sub", "filter");
}

#[test]
fn flags_that_do_not_exist() {
    refuses_line("pub -t t -m x --nonsense", "--nonsense");
}

#[test]
fn flags_that_the_protocol_cannot_honour() {
    refuses_line("pub -V 3.1.1 -t t -m x --user-property k=v", "--user-property");
    refuses_line("sub -V 3.1.1 -t t --no-local", "--no-local");
}

#[test]
fn flags_that_the_command_cannot_honour() {
    refuses_line("pub -t t -m x --delimiter ;", "--delimiter");
}

#[test]
fn help_and_version_are_data_on_stdout() {
    let output = Mqtt::new("--version").stdout_line("mqtt *").run();
    assert_eq!(output.stdout_text().lines().count(), 1);
    Mqtt::new("--help").stdout_line("*pub*").run();
    Mqtt::new("pub").arg("--help").stdout_line("*--topic*").run();
}

#[test]
#[cfg(target_os = "linux")]
fn help_that_cannot_be_written_is_a_failure_unless_nobody_reads_it() {
    for line in ["--help", "--version", "pub --help"] {
        let run = |target: std::process::Stdio| {
            let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
            Mqtt::new(first).line(rest).stdout_to(target)
        };
        let full = File::options().write(true).open("/dev/full").unwrap();
        let complaint = "mqtt: cannot write: No space left on device\n";
        run(full.into()).status(1).stderr(complaint).run();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        run(writer.into()).run();
    }
}

#[test]
fn a_host_without_a_name_is_explained_to_who_wanted_help() {
    for line in ["pub -h", "sub --host", "rr -t a -m x -h"] {
        refuses_line(line, "-h is the host, as in mosquitto_pub; --help shows all flags");
    }
}

#[test]
fn standard_input_is_read_for_one_thing() {
    for line in ["pub -t t -l -u u --password-file -", "pub -t t -f - -f -"] {
        refuses_line(line, "standard input");
    }
}

#[test]
fn durations_that_no_clock_can_count() {
    const LONGEST: &str = "at most 4294967295 seconds";
    refuses_line("sub -t t --idle 9999999999999999", LONGEST);
    refuses_line("pub -t t -m x --connect-timeout 99999999999999999999999", LONGEST);
    refuses_line("sub -t t -W 200y", LONGEST);
    refuses_line("sub -t t -W 99999999999999999999y", LONGEST);
    refuses_line("sub -t t -c -i x -x 4294967296", LONGEST);
}

/// Words of the libraries that people should not have to read.
const FOREIGN: [&str; 8] = [
    "found in string",
    "cannot parse",
    "is not in ",
    "syntax",
    "possible values",
    "required arguments were not",
    "ParseInt",
    "os error",
];

/// Every flag of `command` that takes a value, by its long name, out of its help.
fn flags_with_values(command: &str) -> Vec<String> {
    let help = Mqtt::new(command).arg("--help").stdout_anything().run();
    let lines = help.stdout_text().lines().map(str::trim_start);
    let flags = lines.filter(|line| line.starts_with('-')).filter_map(|line| {
        let (_, rest) = line.split_once("--")?;
        rest.split_once(" <").map(|(name, _)| name.to_owned())
    });
    flags.collect()
}

#[test]
fn every_value_of_every_flag_given_wrongly_is_one_plain_line_that_names_the_flag() {
    // These take any text; whether there is such a file is found out later, by its name.
    const TAKE_ANYTHING: [&str; 9] = [
        "id",
        "id-prefix",
        "username",
        "password",
        "message",
        "will-payload",
        "content-type",
        "profile",
        "correlation",
    ];
    let mut refused = 0;
    for command in ["pub", "sub", "rr", "clear-retained", "config"] {
        let flags = flags_with_values(command);
        assert!(flags.len() > 30, "{flags:?}");
        for flag in flags.iter().filter(|flag| *flag != "password-command") {
            for wrong in ["", "-1x#", "99999999999999999999"] {
                let run = Mqtt::new(command).arg(format!("--{flag}={wrong}"));
                let run = match command {
                    "pub" => run.line("-t t -m x"),
                    "rr" => run.line("-t t -m x"),
                    "config" => run.arg("show"),
                    _ => run.line("-t t"),
                };
                // Whatever is taken leads to nobody.
                let run =
                    run.line("--connect-timeout=100ms").env("MQTT_PORT", free_port().to_string());
                let output = run.line("-W 200ms").run_to_any_end();
                let text = output.stderr_text();
                for foreign in FOREIGN {
                    assert!(!text.contains(foreign), "--{flag}={wrong:?} of {command}\n{output}");
                }
                if output.status.code() == Some(2) && text.contains("invalid value") {
                    refused += 1;
                    let first = text.lines().next().unwrap_or_default();
                    let is_named = first.contains(&format!("'--{flag}"));
                    assert!(is_named || TAKE_ANYTHING.contains(&flag.as_str()), "{output}");
                    assert!(first.contains(": "), "what it takes is missing\n{output}");
                }
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn what_was_meant_is_named_or_nothing_is() {
    for (line, message, hints) in [
        ("pbu -t t", "unknown command 'pbu'", "hint: did you mean mqtt pub?\n"),
        ("subscrib", "unknown command 'subscrib'", ""),
        (
            "sub -t t --qso 1",
            "unexpected argument '--qso' found",
            "hint: a similar argument exists: '--qos'\nhint: mqtt sub --help shows all flags\n",
        ),
        (
            "sub -t t --zzz",
            "unexpected argument '--zzz' found",
            "hint: mqtt sub --help shows all flags\n",
        ),
        (
            "pub x y",
            "unexpected argument 'x' found",
            "hint: mqtt pub --help shows all flags\nhint: topic and message are given with flags: mqtt pub -t TOPIC -m TEXT\n",
        ),
        ("pub", "no message: give one with -m TEXT or -f FILE; -l or -s reads standard input", ""),
        ("rr -t t", "no message: give one with -m TEXT or -f FILE; -s reads standard input", ""),
        (
            "sub -t t --tls-version 1.1",
            "invalid value '1.1' for '--tls-version <VERSION>': expected 1.2 or 1.3",
            "",
        ),
        (
            "sub -t t --reconnect losst",
            "invalid value 'losst' for '--reconnect <WHEN>': expected lost, always or never",
            "hint: did you mean lost?\n",
        ),
        (
            "pub -t t -m x -p abc",
            "invalid value 'abc' for '--port <PORT>': expected a number from 1 to 65535",
            "",
        ),
        (
            "sub -t t -C -1",
            "invalid value '-1' for '--count <N>': expected a whole number, 1 or more",
            "",
        ),
        ("help pbu", "unknown command 'pbu'", "hint: did you mean mqtt pub?\n"),
    ] {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let run = Mqtt::new(command).line(rest).status(2);
        match line {
            "subscrib" => run.stderr_contains(message).run(),
            _ => run.stderr(format!("mqtt: {message}\n{hints}")).run(),
        };
    }
}

#[test]
fn the_short_help_is_a_screen_with_examples_first() {
    for command in ["pub", "sub", "rr", "clear-retained", "config", "completions", "publish"] {
        let help = Mqtt::new("help").arg(command).stdout_anything().run();
        let text = help.stdout_text();
        assert!(text.lines().count() <= 24, "{text}");
        let (examples, flags) = text.split_once("Common flags").expect("flags");
        assert!(examples.contains("Examples:\n"), "{text}");
        assert!(!flags.trim().is_empty(), "{text}");
    }
    let whole = Mqtt::new("help").stdout_anything().run();
    let long = Mqtt::new("--help").stdout_anything().run();
    assert_eq!(whole.stdout_text(), long.stdout_text());
    let bare = std::process::Command::new(env!("CARGO_BIN_EXE_mqtt")).output().expect("it runs");
    assert_eq!((bare.status.code(), &*bare.stdout), (Some(2), &b""[..]));
    assert_eq!(
        String::from_utf8(bare.stderr).expect("text").trim_end(),
        whole.stdout_text().trim_end()
    );
}

#[test]
fn several_texts_are_several_messages() {
    let peer = Peer::accepting();
    peer.mqtt("pub").line("-t a -t b -m one -m two -q 1 --repeat 2").run();
    let payloads = peer.finish().payloads();
    assert_eq!(payloads, ["one", "one", "one", "one", "two", "two", "two", "two"]);
}

#[test]
fn advice_about_addresses_is_right() {
    let slash = "hint: a / in a user name or password is written %2F";
    for url in ["mqtt://me:a/b@h", "ws://me:a/b@h"] {
        Mqtt::new("pub").args(["-t", "t", "-m", "x", "-L", url]).status(2).stderr_line(slash).run();
    }
    let run = Mqtt::new("pub").args([
        "-m",
        "x",
        "-L",
        "mqtt://me:12/b@h.invalid",
        "--connect-timeout",
        "1s",
    ]);
    run.env("MQTT_HOST", "127.0.0.1")
        .status(3)
        .stderr_line("*a / in a password is written %2F")
        .run();
    let link_local = "*a link-local address needs its interface, as in fe80::5%eth0";
    let run = Mqtt::new("pub").args(["-t", "t", "-m", "x", "-h", "fe80::5"]).status(3);
    run.line("--connect-timeout 1s").stderr_line(link_local).run();
    for name in ["localhost", "127.0.0.1"] {
        let peer = Peer::accepting();
        peer.mqtt("pub").args(["-t", "t", "-m", "x", "-A", name]).run();
    }
    let run = Mqtt::new("pub").args(["-t", "t", "-m", "x", "-A", "::1", "-h", "127.0.0.1"]);
    run.status(3).stderr_line("*127.0.0.1 has no IPv6 address, but ::1 is one").run();
    let run = Mqtt::new("pub").args(["-t", "t", "-m", "x", "-A", "a b"]).status(2);
    run.stderr_line("*'--bind <ADDRESS>': expected an address or a name").run();
}
