//! What is wrong before the first packet is refused before the first packet: status 2, the culprit named, no connection.

use std::fs::File;

use crate::support::{Mqtt, Peer};

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
    refuses_line("sub -t t --idle 9999999999999999", "--idle");
    refuses_line("pub -t t -m x --connect-timeout 9999999999999999", "--connect-timeout");
}
