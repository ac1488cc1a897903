//! What a program may be started with: few descriptors, a standard input that does not wait, a time zone without rules.

use std::io::{Write, pipe};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_setfl};

use crate::support::{Mosquitto, Peer};

#[test]
fn a_few_descriptors_are_too_few_in_words() {
    for (limit, is_enough) in (6..10).map(|limit| (limit, false)).chain([(32, true)]) {
        let peer = if is_enough { Peer::accepting() } else { Peer::untouched() };
        let script = format!(
            r#"ulimit -n {limit} && exec "$0" pub -h 127.0.0.1 -p {} -t t -m x"#,
            peer.port()
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_mqtt")]).env_clear().stdin(Stdio::null());
        let output = shell.output().expect("a shell");
        let stderr = String::from_utf8_lossy(&output.stderr);
        match is_enough {
            true => assert_eq!((output.status.code(), &*stderr), (Some(0), "")),
            false => {
                assert_eq!(output.status.code(), Some(1), "{limit}: {stderr}");
                assert_eq!(stderr, "mqtt: cannot start: Too many open files\n", "{limit}");
            }
        }
    }
}

#[test]
fn a_standard_input_that_does_not_wait_is_waited_for() {
    let broker = Mosquitto::start();
    for (line, input) in [
        ("pub -t t -l", "x\n"),
        ("pub -t t -s", "x"),
        ("pub -t t -f -", "x"),
        ("pub --json", "{\"topic\":\"t\",\"payload\":\"x\"}\n"),
        ("pub -t t -m x -u me --password-file -", "x"),
    ] {
        let (reader, mut writer) = pipe().expect("a pipe");
        fcntl_setfl(&reader, OFlags::NONBLOCK).expect("a pipe can be made so");
        let (command, flags) = line.split_once(' ').expect("a command");
        let run = broker.mqtt(command).line(flags).stdin_from(reader).spawn();
        // The program is to find nothing there; if it is not so far yet, that is no worse than no test.
        thread::sleep(Duration::from_millis(300));
        writer.write_all(input.as_bytes()).expect("it reads");
        drop(writer);
        run.wait();
    }
}

#[test]
fn local_time_is_that_of_date() {
    let peer = Mosquitto::start();
    peer.mqtt("pub").line("-t t -m x -r").run();
    for zone in [
        "UTC0",
        "CET-1CEST",
        ":CET-1CEST",
        "EST5EDT",
        "Europe/Berlin",
        "<+05>-5",
        "CET-1CEST,M3.5.0,M10.5.0/3",
    ] {
        let date = || {
            let output = Command::new("date").env("TZ", zone).arg("+%Y-%m-%d %H:%M %Z").output();
            String::from_utf8(output.expect("date").stdout).expect("text")
        };
        let before = date();
        let run = peer.mqtt("sub").args(["-t", "t", "-C", "1", "-F", "@Y-@m-@d @H:@M @Z"]);
        let shown = run.env("TZ", zone).stdout_anything().run().stdout;
        let shown = String::from_utf8(shown).expect("text");
        // A minute may have ended in between.
        assert!(shown == before || shown == date(), "{zone}: {shown} and not {before}");
    }
}
