//! `mqtt broker`: alone on a port, and around a command.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::support::{Mqtt, Running, Signal, free_port};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mqtt");

/// `mqtt broker` alone, until it is terminated; its port.
#[track_caller]
fn start() -> (Running, u16) {
    start_until(143, "mqtt: terminated\n")
}

/// `mqtt broker` alone, which must end in this way.
#[track_caller]
fn start_until(status: i32, stderr: &str) -> (Running, u16) {
    let port = free_port();
    let url = format!("mqtt://127.0.0.1:{port}");
    let mut running = Mqtt::new("broker")
        .args(["-p", &port.to_string()])
        .status(status)
        .stdout(format!("{url}\n"))
        .stderr(stderr)
        .spawn();
    assert_eq!(running.read_line(), url);
    (running, port)
}

#[track_caller]
fn stop(broker: Running) {
    broker.signal(Signal::Terminate);
    broker.wait();
}

/// `mqtt broker -- sh -c SCRIPT`, where `$0` is the program itself.
fn around(script: &str) -> Mqtt {
    Mqtt::new("broker").args(["--", "sh", "-c", script, PROGRAM])
}

#[test]
fn every_version_hears_every_version_at_every_qos() {
    let (broker, port) = start();
    for to in ["3.1.1", "5"] {
        for qos in ["0", "1", "2"] {
            let flags = ["-t", "t", "-q", qos];
            Mqtt::at("pub", port).args(flags).line("-r -m ready").run();
            let mut subscriber = Mqtt::at("sub", port)
                .args(flags)
                .args(["-V", to, "-C", "3"])
                .stdout("ready\n3.1.1\n5\n")
                .spawn();
            assert_eq!(subscriber.read_line(), "ready");
            for from in ["3.1.1", "5"] {
                Mqtt::at("pub", port).args(flags).args(["-V", from, "-m", from]).run();
                assert_eq!(subscriber.read_line(), from, "to {to} at QoS {qos}");
            }
            subscriber.wait();
        }
    }
    stop(broker);
}

#[test]
fn a_retained_message_waits_for_its_reader_until_it_is_cleared() {
    let (broker, port) = start();
    Mqtt::at("pub", port).line("-t a/b -m kept -r -q 1").run();
    for version in ["3.1.1", "5"] {
        Mqtt::at("sub", port).line("-t a/+ -v -C 1 -V").arg(version).stdout("a/b kept\n").run();
    }
    Mqtt::at("pub", port).line("-t a/b -n -r -q 1").run();
    Mqtt::at("sub", port).line("-t a/+ -W 500ms").status(27).stderr_contains("timed out").run();
    stop(broker);
}

#[test]
fn a_request_is_answered() {
    let (broker, port) = start();
    for version in ["3.1.1", "5"] {
        let flags = ["-V", version, "-t", "ask", "-C", "1", "--events", "-"];
        let responder = Mqtt::at("sub", port).args(flags).stdout("question\n").stderr_anything();
        let mut responder = responder.spawn();
        responder.wait_for_stderr_line(r#""event":"subscribe""#);
        let flags = ["-V", version, "-q", "1", "-t", "ask", "-m", "question", "-e", "answers"];
        let correlation: &[&str] =
            if version == "5" { &["--correlation", "hex:00ff"] } else { &[] };
        let asking = Mqtt::at("rr", port).args(flags).args(correlation).stdout("answer\n").spawn();
        assert_eq!(responder.read_line(), "question");
        responder.wait();
        let flags = ["-V", version, "-q", "1", "-t", "answers", "-m", "answer"];
        Mqtt::at("pub", port).args(flags).args(correlation).run();
        asking.wait();
    }
    stop(broker);
}

#[test]
fn what_is_retained_is_cleared_and_put_back() {
    let (broker, port) = start();
    let input: String = (0..500).map(|number| format!("a/{number} value {number}\n")).collect();
    let publish = || Mqtt::at("pub", port).args(["-l", "-r", "-q", "1", "--topic-from", " "]);
    let holds = |count: usize| {
        let run = Mqtt::at("sub", port).args(["-t", "#", "--retained-only", "-v"]);
        let output = run.stdout_anything().run();
        assert_eq!(output.stdout_text().lines().count(), count);
    };
    for version in ["3.1.1", "5"] {
        publish().stdin(&input).run();
        let clear = Mqtt::at("clear-retained", port).args(["a/#", "--json", "-V", version]);
        let run = clear.stdout_anything().stderr("mqtt: cleared 500 retained messages\n");
        let backup = run.run().stdout;
        holds(0);
        Mqtt::at("pub", port).line("--json").stdin(&backup).run();
        holds(500);
    }
    stop(broker);
}

#[test]
fn a_signal_ends_it_and_closes_the_port() {
    for (signal, status, stderr) in [
        (Signal::Interrupt, 130, "mqtt: interrupted\n"),
        (Signal::Terminate, 143, "mqtt: terminated\n"),
    ] {
        let (broker, port) = start_until(status, stderr);
        TcpStream::connect(("127.0.0.1", port)).expect("it accepts");
        broker.signal(signal);
        broker.wait();
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "it still accepts");
    }
}

#[test]
fn a_port_that_is_taken_is_a_local_failure() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    Mqtt::new("broker")
        .args(["-p", &port.to_string()])
        .status(1)
        .stderr(format!("mqtt: cannot listen on 127.0.0.1:{port}: Address already in use\n"))
        .run();
}

#[test]
fn a_command_finds_the_broker_through_its_environment() {
    let script = r#"echo "$MQTT_URL"; "$0" pub -t t -r -q 1 -m x && "$0" sub -t t -C 1"#;
    let output = around(script).stdout_line("mqtt://127.0.0.1:*").stdout_line("x").run();
    assert_eq!(output.stdout_text().lines().count(), 2, "{output}");
}

#[test]
fn a_command_may_have_a_port_of_its_choice() {
    let port = free_port().to_string();
    Mqtt::new("broker")
        .args(["-p", &port, "--", "sh", "-c", r#"echo "$MQTT_URL""#])
        .stdout(format!("mqtt://127.0.0.1:{port}\n"))
        .run();
}

#[test]
fn a_command_keeps_its_streams() {
    around("cat; echo talk >&2").stdin("one\ntwo").stdout("one\ntwo").stderr("talk\n").run();
}

#[test]
fn the_status_is_that_of_the_command() {
    for status in [0, 1, 7, 255] {
        around(&format!("exit {status}")).status(status).run();
    }
}

#[test]
#[cfg(unix)]
fn the_status_of_a_command_that_a_signal_ends_is_that_of_a_shell() {
    for (signal, status) in [("KILL", 137), ("TERM", 143), ("INT", 130)] {
        around(&format!("kill -{signal} $$")).status(status).run();
    }
}

#[test]
fn a_command_that_is_missing_is_named() {
    Mqtt::new("broker")
        .args(["--", "no-such-command", "-x"])
        .status(2)
        .stderr("mqtt: cannot run no-such-command: No such file or directory\n")
        .run();
}

#[test]
fn a_command_does_not_outlive_the_broker() {
    for (signal, status, stderr) in [
        (Signal::Interrupt, 130, "mqtt: interrupted\n"),
        (Signal::Terminate, 143, "mqtt: terminated\n"),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut reader = BufReader::new(reader);
        // Standard input ends with the broker: a command that lives on goes on to say so.
        let running = around("echo started; read line; echo alive")
            .stdin_open()
            .stdout_to(writer)
            .status(status)
            .stderr(stderr)
            .spawn();
        let mut output = String::new();
        reader.read_line(&mut output).unwrap();
        running.signal(signal);
        running.wait();
        reader.read_to_string(&mut output).unwrap();
        assert_eq!(output, "started\n");
    }
}

/// Signals `mqtt broker -- sh -c SCRIPT` once for each of the lines that the script prints; all that the command and
/// its children print, until nobody is left who could.
#[cfg(unix)]
#[track_caller]
fn signalled(script: &str, lines: &[&str], signal: Signal) -> String {
    let (status, stderr) = match signal {
        Signal::Interrupt => (130, "mqtt: interrupted\n"),
        Signal::Terminate => (143, "mqtt: terminated\n"),
    };
    ends_with(status, stderr, script, lines, signal)
}

/// The same, with this end.
#[cfg(unix)]
#[track_caller]
fn ends_with(status: i32, stderr: &str, script: &str, lines: &[&str], signal: Signal) -> String {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut reader = BufReader::new(reader);
    let running = around(script).stdout_to(writer).status(status).stderr(stderr).spawn();
    let mut output = String::new();
    for line in lines {
        reader.read_line(&mut output).unwrap();
        assert!(output.ends_with(&format!("{line}\n")), "{output}");
        running.signal(signal);
    }
    running.wait();
    reader.read_to_string(&mut output).unwrap();
    output
}

#[test]
#[cfg(unix)]
fn a_signal_is_handed_on_and_the_command_may_still_use_the_broker() {
    for (signal, name) in [(Signal::Interrupt, "INT"), (Signal::Terminate, "TERM")] {
        let script = format!(
            r#"trap '"$0" pub -t t -m bye -q 1 && echo told; exit 7' {name}
            sleep 5 & echo started; wait; echo alive"#
        );
        // What it makes of the signal is the end of both.
        assert_eq!(ends_with(7, "", &script, &["started"], signal), "started\ntold\n");
    }
}

#[test]
#[cfg(unix)]
fn a_signal_leaves_no_child_of_the_command_behind() {
    for signal in [Signal::Interrupt, Signal::Terminate] {
        // The command ends at once, or its child and it ignore what they are told.
        for script in [
            r#"(trap "" INT TERM; sleep 5; echo orphan) & echo started; wait"#,
            r#"trap "" INT TERM; (sleep 5; echo orphan) & echo started; wait; echo alive"#,
        ] {
            assert_eq!(signalled(script, &["started"], signal), "started\n");
        }
    }
}

#[test]
#[cfg(unix)]
fn a_second_signal_ends_the_command_and_its_children() {
    for (signal, name) in [(Signal::Interrupt, "INT"), (Signal::Terminate, "TERM")] {
        let script = format!(
            r#"(trap "" INT TERM; sleep 5; echo orphan) & trap "echo told" {name}
            echo started; while :; do wait; done"#
        );
        assert_eq!(signalled(&script, &["started", "told"], signal), "started\ntold\n");
    }
}

#[test]
#[cfg(unix)]
fn what_a_command_leaves_running_at_its_own_end_goes_on() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    around("(sleep 0.3; echo later) & echo done").stdout_to(writer).run();
    let mut output = String::new();
    reader.read_to_string(&mut output).unwrap();
    assert_eq!(output, "done\nlater\n");
}

#[test]
#[cfg(target_os = "linux")]
fn a_command_at_a_terminal_reads_from_it_and_hears_of_the_end() {
    let run = around(r#"read line; echo "got $line""#).in_terminal().typed("hello\n");
    run.stdout_line("*got hello*").run();
    let script = r#"trap 'echo told; exit' TERM; kill -TERM $PPID; while :; do sleep 0.1; done"#;
    let run = around(script).in_terminal().typing();
    run.stdout_line("*told*").run();
}

#[test]
#[cfg(unix)]
fn the_command_calls_this_program_mqtt() {
    for path in ["/usr/bin:/bin", ""] {
        let run = Mqtt::new("broker").args(["--", "/bin/sh", "-c", "command -v mqtt"]);
        run.env("PATH", path).stdout(format!("{PROGRAM}\n")).run();
    }
    let run = Mqtt::new("broker").args(["--", "mqtt", "--version"]).env("PATH", "/usr/bin:/bin");
    run.stdout(format!("mqtt {}\n", env!("CARGO_PKG_VERSION"))).run();
}

#[test]
fn the_tour_works_from_beginning_to_end() {
    let program = Path::new(PROGRAM).parent().expect("it lies in a directory");
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([program.to_owned()].into_iter().chain(env::split_paths(&path)));
    let tour = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tour.sh");
    Mqtt::new("broker")
        .args(["--", "sh"])
        .arg(tour)
        .env("PATH", path.expect("the parts of a path make a path"))
        .deadline(Duration::from_secs(60))
        .stdout_line("    tour/hello Hello, world")
        .stdout_line("    tour/again And again")
        .stdout_line("the subscriber received 100000 lines; the last one is 100000")
        .stdout_line("sensors/hall 21.5")
        .stdout_line(r#"*"topic":"sensors/hall",*"payload_base64":*"#)
        .stdout_line("today")
        .stdout_line("mqtt: cleared 1 retained message")
        .stdout_line("mqtt: would clear 0 retained messages")
        .stdout_line("status 27")
        .run();
}
