//! `mqtt sub -- COMMAND`: the input and environment of commands, and that nothing in a message becomes an argument.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::{Mosquitto, Mqtt, Peer, Properties, Publish, property};

/// `mqtt sub t -q 1 -C 1`, and a peer that sends it this message.
fn subscribe(message: Publish) -> (Peer, Mqtt) {
    let peer = Peer::script(move |conn| {
        conn.accept_subscriber();
        conn.publish(&message);
        if message.qos > 0 {
            conn.expect_puback();
        }
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").line("-V 5 # -q 1 -C 1");
    (peer, run)
}

/// Payloads and topics that try to be executed.
fn hostile() -> Vec<Vec<u8>> {
    let texts: &[&[u8]] = &[
        b"$(touch owned)",
        b"`touch owned`",
        b"; touch owned",
        b"| touch owned",
        b"\n touch owned \n",
        b"-rf",
        b"--help",
        b"'; touch owned; '",
        b"\"; touch owned; \"",
        b"%s%n",
        b"",
        b"a\0b",
        b"\xff\xfe\x00\x80",
        b"() { :; }; touch owned",
    ];
    let large = (0..1 << 20).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    texts.iter().map(|text| text.to_vec()).chain([large]).collect()
}

#[test]
fn a_payload_is_standard_input_byte_for_byte_and_nothing_runs_it() {
    for payload in hostile() {
        for command in [&["--", "cat"][..], &["--on", "#", "cat"][..]] {
            let (_peer, run) = subscribe(Publish::new("t", &payload).qos(1, 1));
            let owned = run.path("owned");
            run.args(command).stdout(&payload).run();
            assert!(!owned.exists(), "{:?}", payload.escape_ascii().to_string());
        }
    }
}

#[test]
fn a_topic_is_a_variable_and_nothing_runs_it() {
    for topic in ["$(touch owned)", "; touch owned", "-rf", "a b", "'\"", "()", "\u{202e}x", "%s"] {
        let (_peer, run) = subscribe(Publish::new(topic, "x").qos(1, 1));
        let owned = run.path("owned");
        run.args(["--", "printenv", "MQTT_TOPIC"]).stdout(format!("{topic}\n")).run();
        assert!(!owned.exists(), "{topic}");
    }
}

/// The environment of a command, without the value of MQTT_TIME.
fn variables(run: Mqtt) -> Vec<String> {
    let output = run.args(["--", "env", "-0"]).stdout_anything().run();
    let all = output.stdout.split(|byte| *byte == 0).map(|it| String::from_utf8_lossy(it).into());
    let mut all: Vec<String> = all.filter(|it: &String| !it.is_empty()).collect();
    all.retain(|it| !it.starts_with("HOME="));
    all.iter_mut().filter(|it| it.starts_with("MQTT_TIME=2")).for_each(|it| it.truncate(10));
    all.sort();
    all
}

#[test]
fn what_a_message_says_is_in_the_environment() {
    let properties = Properties::new()
        .text(property::CONTENT_TYPE, "text/plain")
        .text(property::RESPONSE_TOPIC, "answers/me")
        .text(property::CORRELATION_DATA, [0, 255]);
    let (_peer, run) = subscribe(Publish::new("a/b", "21.5").qos(1, 1).retain().with(properties));
    let expected = [
        "MQTT_CONTENT_TYPE=text/plain",
        "MQTT_CORRELATION=AP8=",
        "MQTT_DUP=0",
        "MQTT_PAYLOAD=21.5",
        "MQTT_QOS=1",
        "MQTT_RESPONSE_TOPIC=answers/me",
        "MQTT_RETAIN=1",
        "MQTT_TIME=",
        "MQTT_TOPIC=a/b",
    ];
    assert_eq!(variables(run), expected);
}

#[test]
fn nothing_stale_and_nothing_secret_is_in_the_environment() {
    for payload in [&b"a\0b"[..], &[b'x'; (64 << 10) + 1]] {
        let (peer, run) = subscribe(Publish::new("t", payload).qos(1, 1));
        let stale = [
            "MQTT_PAYLOAD",
            "MQTT_CONTENT_TYPE",
            "MQTT_RESPONSE_TOPIC",
            "MQTT_CORRELATION",
            "MQTT_TOPIC",
            "MQTT_DUP",
            "NOTIFY_SOCKET",
            "WATCHDOG_USEC",
            "WATCHDOG_PID",
        ];
        let run = stale.iter().fold(run, |run, name| run.env(name, "stale"));
        let url = format!("mqtt://me:hunter2@127.0.0.1:{}", peer.port());
        let run =
            run.env("MQTT_PASSWORD", "hunter2").env("MQTT_URL", url).env("MQTT_USERNAME", "me");
        let run = run.env("OTHER", "kept").env("MQTT_KEEPALIVE", "7");
        let expected = [
            "MQTT_DUP=0",
            "MQTT_KEEPALIVE=7",
            "MQTT_QOS=1",
            "MQTT_RETAIN=0",
            "MQTT_TIME=",
            "MQTT_TOPIC=t",
            "MQTT_USERNAME=me",
            "OTHER=kept",
        ];
        assert_eq!(variables(run), expected);
    }
}

#[test]
fn a_command_has_three_descriptors_whatever_this_process_has() {
    let (peer, _) = subscribe(Publish::new("t", "x").qos(1, 1));
    let directory = tempfile::tempdir().unwrap();
    let list = "ls -l /proc/self/fd | sed 's/.* \\([0-9]*\\) -> .*/\\1/; /^total/d'";
    let script = format!(
        "exec 7</dev/null 9>>/dev/null; exec {} sub -h 127.0.0.1 -p {} -t '#' -q 1 -C 1 --no-config \
         --events events -- sh -c \"$0\"",
        env!("CARGO_BIN_EXE_mqtt"),
        peer.port()
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, list]).current_dir(&directory).stdin(Stdio::null());
    let output = shell.output().unwrap();
    // 3 is what ls reads.
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed, "0\n1\n2\n3\n", "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn with_a_format_standard_input_is_what_would_be_printed() {
    for (format, expected) in [
        ("-v", "t x\n"),
        ("--hex", "78\n"),
        ("-F %t=%p", "t=x\n"),
        ("-0", "x\0"),
        ("-N", "x"),
        ("", "x"),
    ] {
        let (_peer, run) = subscribe(Publish::new("t", "x").qos(1, 1));
        run.line(format).args(["--", "cat"]).stdout(expected).run();
    }
    let (_peer, run) = subscribe(Publish::new("t", "x").qos(1, 1));
    run.line("--json")
        .args(["--", "cat"])
        .stdout_line(r#"{"time":"*","topic":"t","qos":1,*"#)
        .run();
}

#[test]
fn the_first_filter_that_matches_takes_the_message_and_the_rest_is_printed() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for (id, topic) in (1..).zip(["home/door/front", "home/a/temp", "home/lamp", "home/door/x"])
        {
            conn.publish(&Publish::new(topic, topic).qos(1, id));
        }
        (1..=4).for_each(|id| assert_eq!(conn.expect_puback().id, id));
        conn.expect_goodbye();
    });
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let into = |name: &str| format!("cat >> {0}; echo >> {0}", file(name).display());
    let run = peer.mqtt("sub").line("-V 5 home/# -q 1 -C 4");
    let run =
        run.args(["--on", "home/door/+", &into("door"), "--on", "home/+/temp", &into("temp")]);
    run.args(["--on", "home/door/front", &into("never")]).stdout("home/lamp\n").run();
    let said = |name: &str| fs::read_to_string(file(name)).unwrap_or_default();
    assert_eq!(said("door"), "home/door/front\nhome/door/x\n");
    assert_eq!((said("temp"), said("never")), ("home/a/temp\n".into(), String::new()));
}

#[test]
fn messages_that_match_no_filter_go_to_the_command_if_there_is_one() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.publish(&Publish::new("a", "1").qos(1, 1));
        conn.publish(&Publish::new("b", "2").qos(1, 2));
        (1..=2).for_each(|id| assert_eq!(conn.expect_puback().id, id));
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").line("-V 5 # -q 1 -C 2").args(["--on", "a", "echo rule"]);
    run.args(["--", "echo", "rest", "$MQTT_TOPIC", "*"]).stdout("rule\nrest $MQTT_TOPIC *\n").run();
}

#[test]
fn what_cannot_be_run_is_refused_before_anything_connects() {
    let untouched = Peer::untouched();
    let run = || untouched.mqtt("sub").line("t").file("file", "x").status(2);
    for (command, cause) in [
        ("no-such-command", "No such file or directory"),
        ("./no-such-file", "No such file or directory"),
        ("./file", "Permission denied"),
        ("./", "Is a directory"),
        ("", "No such file or directory"),
    ] {
        let words = format!("mqtt: cannot run {command}: {cause}\n");
        run().args(["--", command]).stderr(words).run();
        untouched
            .mqtt("reply")
            .line("t")
            .status(2)
            .file("file", "x")
            .args(["--", command])
            .stderr_contains(cause)
            .run();
    }
    for (flags, words) in [
        ("--jobs 2", "--jobs has no effect without --on or -- COMMAND"),
        ("--job-timeout 1s", "--job-timeout has no effect"),
        ("--retry 1", "--retry has no effect"),
        ("--on-failure skip", "--on-failure has no effect"),
        ("--dead-letter x", "--dead-letter has no effect"),
        ("--retry-delay 1s -- true", "--retry-delay has no effect without --retry"),
        ("-E -- true", "--exit-after-subscribe cannot be used with a command"),
        ("--output f -- true", "--output cannot be used with a command"),
        ("--output f --append -- true", "--output cannot be used with a command"),
        ("--dead-letter x --on-failure skip -- true", "cannot be used with"),
        ("--dead-letter a/+ -- true", "'+'"),
        ("--dead-letter t -- true", "each dead letter would be received again"),
        ("--jobs 0 -- true", "expected a number from 1 to 1000"),
        ("--on a", "expected FILTER CMD"),
        (
            "--on a+ x",
            "invalid value 'a+ x' for '--on <FILTER CMD>': invalid filter 'a+': '+' must be a whole level",
        ),
        ("--job-timeout 0 -- true", "it must be longer than zero"),
        ("--", "no command after --"),
        ("-q 1 --on a b --", "no command after --"),
    ] {
        run().line(flags).stderr_contains(words).run();
    }
    drop(untouched);
}

#[test]
fn rules_in_an_options_file_count_only_if_nobody_else_can_write_it() {
    let message = || Publish::new("a/b", "x").qos(1, 1);
    let (_peer, run) = subscribe(message());
    run.private_file("o", "--on a/+ echo it is here\n").line("-o o").stdout("it is here\n").run();
    #[cfg(unix)]
    {
        let run = Peer::untouched().mqtt("sub").line("t -o o").status(2);
        let run = run.file_with_mode("o", "--on a/+ echo it is here\n", 0o666);
        run.stderr_contains("others can write this file, and with it on").run();
    }
}

#[test]
fn the_number_of_messages_in_flight_is_twice_that_of_commands_unless_it_is_given() {
    for (flags, expected) in [("", 2), ("--jobs 3", 6), ("--jobs 3 --receive-maximum 50", 50)] {
        let peer = Peer::script(move |conn| {
            let connect = conn.accept();
            assert_eq!(
                connect.properties,
                Properties::new().two(property::RECEIVE_MAXIMUM, expected)
            );
            conn.grant_subscribe();
            conn.publish(&Publish::new("t", "x").qos(1, 1));
            conn.expect_puback();
            conn.expect_goodbye();
        });
        let run = peer.mqtt("sub").line("-V 5 t -q 1 -C 1 -c -i me -x 0").line(flags);
        run.args(["--", "true"]).run();
    }
}

#[test]
fn every_retained_message_is_run_for_once_and_then_it_ends() {
    let broker = Mosquitto::start();
    let messages: Vec<Publish> =
        (0..20).map(|at| Publish::new(&format!("r/{at}"), &format!("{at}\n")).retain()).collect();
    broker.publish_all(&messages);
    let run =
        broker.mqtt("sub").line("r/# --retained-only --jobs 4 --idle 300ms").args(["--", "cat"]);
    let output = run.stdout_anything().run();
    let mut lines: Vec<u32> = output.stdout_text().lines().map(|it| it.parse().unwrap()).collect();
    lines.sort_unstable();
    assert_eq!(lines, (0..20).collect::<Vec<u32>>());
    let run = broker.mqtt("sub").line("r/# --retained-only --remove-retained").args(["--", "true"]);
    run.run();
    broker.mqtt("sub").line("r/# --retained-only").run();
}

#[test]
fn filters_decide_before_a_command_has_the_message() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        for (id, payload) in (1..).zip([r#"{"a":1}"#, "{}", r#"{"a":2}"#, r#"{"a":3}"#]) {
            conn.publish(&Publish::new("t", payload).qos(1, id));
        }
        (1..=3).for_each(|id| assert_eq!(conn.expect_puback().id, id));
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").line("-V 5 t -q 1 --where .a --until .a==2 --select .a,.a");
    run.args(["--", "cat"]).stdout("1\n1\n2\n2\n").run();
}

#[test]
fn a_command_whose_reader_goes_away_has_not_failed() {
    for flags in ["-- yes", "--on-failure skip -- yes", "--retry 5 -- sh -c yes"] {
        let peer = Peer::script(|conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", "x").qos(1, 1));
            // Not acknowledged.
            conn.expect_goodbye();
        });
        let (reader, writer) = std::io::pipe().unwrap();
        let running = peer.mqtt("sub").line("-t t -q 1").line(flags).stdout_to(writer).spawn();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(reader), &mut line).unwrap();
        assert_eq!(line, "y\n");
        running.wait();
        peer.finish();
    }
}

#[test]
fn commands_end_as_they_do_even_if_the_parent_ignores_that_children_end() {
    for (command, status) in [("true", 0), ("false", 1)] {
        let peer = Peer::script(move |conn| {
            conn.accept_subscriber();
            conn.publish(&Publish::new("t", "x").qos(1, 1));
            if status == 0 {
                conn.expect_puback();
            }
            conn.expect_goodbye();
        });
        let program = env!("CARGO_BIN_EXE_mqtt");
        let mut ignoring = Command::new("env");
        ignoring.args(["--ignore-signal=CHLD", program, "sub", "--no-config", "-h", "127.0.0.1"]);
        ignoring.args(["-p", &peer.port().to_string(), "t", "-q", "1", "-C", "1", "-u", "u"]);
        ignoring.args(["--password-command", "echo p", "--", command]);
        let run = ignoring.output().unwrap();
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(status), "{stderr}");
        peer.finish();
    }
}
