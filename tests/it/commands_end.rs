//! `mqtt sub -- COMMAND`: how commands end, and the consequences for messages and runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::stream::PATIENCE;
use crate::support::{Conn, Mosquitto, Mqtt, Packet, Peer, Properties, Publish, Signal};

/// Sends messages `1` to `last` to `t` at QoS 1, with these packet ids.
fn send(conn: &mut Conn, last: u16) {
    (1..=last).for_each(|id| conn.publish(&Publish::new("t", &id.to_string()).qos(1, id)));
}

#[track_caller]
fn expect_pubacks(conn: &mut Conn, ids: impl IntoIterator<Item = u16>) {
    ids.into_iter().for_each(|id| assert_eq!(conn.expect_puback().id, id));
}

fn subscribe(peer: &Peer, flags: &str) -> Mqtt {
    peer.mqtt("sub").line("-V 5 t -q 1 -c -i me").line(flags)
}

/// A new durable session.
#[track_caller]
fn accept(conn: &mut Conn) {
    conn.accept_subscriber();
}

fn sh(run: Mqtt, line: &str) -> Mqtt {
    run.args(["--", "sh", "-c", line])
}

/// A file to which the test's commands append lines.
struct Notes(tempfile::TempDir);

impl Notes {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("notes")
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    #[track_caller]
    fn wait_for(&self, lines: usize) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.lines().len() < lines {
            assert!(Instant::now() < deadline, "only {:?}", self.lines());
            thread::sleep(Duration::from_millis(5));
        }
        self.lines()
    }
}

#[track_caller]
fn wait_until_gone(pid: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let is_there = || {
        let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z"))
    };
    while is_there() {
        assert!(Instant::now() < deadline, "process {pid} is still there");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn acknowledgements_keep_the_order_of_arrival_whatever_ends_first() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 8);
        expect_pubacks(conn, 1..=8);
        conn.expect_goodbye();
    });
    let notes = Notes::new();
    // The first of every four takes longest.
    let line = r#"read n; sleep 0.$(( (8 - n) % 4 )); echo $n >> "$1""#;
    let run = subscribe(&peer, "--jobs 4 -C 8");
    run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).run();
    let ended = notes.lines();
    assert_eq!(ended.len(), 8);
    assert_ne!(ended, ["1", "2", "3", "4", "5", "6", "7", "8"], "they ran side by side");
}

#[test]
fn nothing_is_acknowledged_before_its_command_has_ended() {
    for qos in [1, 2] {
        let notes = Notes::new();
        let peer = Peer::script(move |conn| {
            accept(conn);
            conn.publish(&Publish::new("t", "x").qos(qos, 1));
            conn.wait_for("started");
            conn.expect_nothing_for(Duration::from_millis(300));
            conn.reached("was silent");
            if qos == 1 {
                conn.expect_puback();
            } else {
                conn.expect_pubrec();
                conn.pubrel(1, 0);
                conn.expect_pubcomp();
            }
            conn.expect_goodbye();
        });
        let line = r#"echo x >> "$1"; while [ ! -e "$1.go" ]; do sleep 0.02; done"#;
        let run = peer.mqtt("sub").line("-V 5 t -c -i me -C 1 -q").arg(qos.to_string());
        let running = run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).spawn();
        notes.wait_for(1);
        peer.reached("started");
        peer.wait_for("was silent");
        fs::write(notes.path().with_extension("go"), "").unwrap();
        running.wait();
    }
}

#[test]
fn a_command_that_fails_ends_the_run_and_its_message_stays_with_the_broker() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 2);
        conn.expect_puback();
        conn.expect_goodbye();
    });
    let run = sh(subscribe(&peer, ""), "read n; [ $n != 2 ] || exit 3").status(1);
    run.stderr("mqtt: command ended with 3 on message 2 (t), which stays with the broker\n").run();
}

#[test]
fn commands_that_run_when_another_fails_finish_and_those_before_it_are_acknowledged() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 4);
        conn.expect_puback();
        conn.expect_goodbye();
    });
    let notes = Notes::new();
    let line = r#"read n; case $n in 2) exit 3;; *) sleep 0.4;; esac; echo $n >> "$1""#;
    let run = subscribe(&peer, "--jobs 3").status(1).stderr_contains("on message 2 (t)");
    run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).run();
    let mut lines = notes.lines();
    lines.sort();
    assert_eq!(lines, ["1", "3"], "the fourth did not begin");
}

#[test]
fn a_message_at_qos_0_is_not_said_to_stay() {
    let peer = Peer::sending(&[Publish::new("t", "x")]);
    let run = sh(peer.mqtt("sub").line("t"), "kill -9 $$").status(1);
    run.stderr("mqtt: command was killed by signal 9 on message 1 (t)\n").run();
}

#[test]
fn what_is_skipped_is_acknowledged_counted_and_makes_the_status_1() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 5);
        expect_pubacks(conn, 1..=5);
        conn.expect_goodbye();
    });
    let run = sh(subscribe(&peer, "--on-failure skip -C 3"), "read n; [ $n != 2 ] && [ $n != 4 ]");
    let run = run.status(1).stderr_line("mqtt: command ended with 1 on message 2 (t)");
    run.stderr_line("mqtt: command ended with 1 on message 4 (t)")
        .stderr_line("mqtt: 3 done, 2 failed")
        .run();
}

#[test]
fn a_dead_letter_is_acknowledged_after_the_broker_has_it() {
    let peer = Peer::script(|conn| {
        accept(conn);
        let properties = Properties::new()
            .text(crate::support::property::CONTENT_TYPE, "text/plain")
            .user("k", "v");
        conn.publish(&Publish::new("t", "bad").qos(1, 1).with(properties.clone()));
        conn.publish(&Publish::new("t", "good").qos(1, 2));
        let letter = conn.expect_publish();
        assert_eq!((letter.topic.as_str(), letter.text().as_str(), letter.qos), ("dead", "bad", 1));
        let expected = properties.user("topic", "t").user("error", "ended with 3");
        assert_eq!(letter.properties, expected);
        conn.expect_nothing_for(Duration::from_millis(300));
        conn.puback(letter.id.unwrap(), 0);
        expect_pubacks(conn, 1..=2);
        conn.expect_goodbye();
    });
    let run = sh(subscribe(&peer, "--dead-letter dead -C 1"), "grep -q good || exit 3");
    run.stderr("mqtt: command ended with 3 on message 1 (t)\n").run();
}

#[test]
fn a_dead_letter_that_is_refused_leaves_the_message_with_the_broker() {
    let peer = Peer::script(|conn| {
        accept(conn);
        conn.publish(&Publish::new("t", "bad").qos(1, 1));
        let letter = conn.expect_publish();
        conn.puback(letter.id.unwrap(), 0x87);
        conn.expect_goodbye();
    });
    let run = sh(subscribe(&peer, "--dead-letter dead"), "exit 3").status(5);
    run.stderr_contains("dead letter for message 1 refused: 0x87 Not authorized").run();
}

#[test]
fn a_dead_letter_goes_before_version_5_too() {
    let broker = Mosquitto::start();
    let dead = broker.mqtt("sub").line("dead -C 1 -v --events -").stderr_anything();
    let mut dead = dead.stdout("dead x\n").spawn();
    dead.wait_for_stderr_line(r#""event":"subscribe""#);
    let run = broker.mqtt("sub").line("-V 3.1.1 t -q 1 --dead-letter dead -W 20s --events -");
    let mut running = sh(run, "exit 1").status(143).stderr_anything().spawn();
    running.wait_for_stderr_line(r#""event":"subscribe""#);
    broker.mqtt("pub").line("-t t -m x -q 1").run();
    dead.wait();
    running.signal(Signal::Terminate);
    running.wait();
}

#[test]
fn a_command_is_tried_again_before_it_is_a_failure() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 1);
        conn.expect_puback();
        conn.expect_goodbye();
    });
    let notes = Notes::new();
    let line = r#"echo x >> "$1"; [ $(wc -l < "$1") -ge 3 ]"#;
    let run = subscribe(&peer, "--retry 5 --retry-delay 50ms -C 1");
    run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).run();
    assert_eq!(notes.lines().len(), 3);
}

#[test]
fn what_cannot_be_run_is_not_tried_again() {
    for status in [126, 127] {
        let peer = Peer::script(|conn| {
            accept(conn);
            send(conn, 1);
            conn.expect_goodbye();
        });
        let notes = Notes::new();
        let line = format!(r#"echo x >> "$1"; exit {status}"#);
        let run = subscribe(&peer, "--retry 5 --retry-delay 50ms").status(1);
        let run = run.stderr_contains(format!("command ended with {status}"));
        run.args(["--", "sh", "-c", &line, "sh"]).arg(notes.path()).run();
        assert_eq!(notes.lines().len(), 1);
    }
}

#[test]
fn a_command_that_goes_away_after_the_start_is_a_failure() {
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("work");
    fs::copy("/bin/true", &program).unwrap();
    let peer = Peer::script(|conn| {
        accept(conn);
        conn.reached("subscribed");
        conn.wait_for("gone");
        send(conn, 1);
        conn.expect_goodbye();
    });
    let run = subscribe(&peer, "").status(1).arg("--").arg(&program);
    let run =
        run.stderr_contains("command cannot be run: No such file or directory on message 1 (t)");
    let running = run.spawn();
    peer.wait_for("subscribed");
    fs::remove_file(&program).unwrap();
    peer.reached("gone");
    running.wait();
}

#[test]
fn a_command_that_takes_too_long_is_ended_with_all_it_has_started() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 1);
        conn.expect_goodbye();
    });
    let notes = Notes::new();
    let line = r#"sleep 600 & echo $! >> "$1"; echo $$ >> "$1"; wait"#;
    let run = subscribe(&peer, "--job-timeout 300ms").status(1);
    let run = run.stderr_contains("command took longer than 300ms on message 1 (t)");
    run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).run();
    notes.lines().iter().for_each(|pid| wait_until_gone(pid));
}

#[test]
fn a_command_that_ignores_being_asked_is_made_to_end() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 1);
        conn.expect_goodbye();
    });
    let notes = Notes::new();
    let line = r#"trap "" TERM; echo $$ >> "$1"; while :; do sleep 600; done"#;
    let run = subscribe(&peer, "--job-timeout 100ms").status(1).stderr_contains("took longer");
    run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).run();
    notes.lines().iter().for_each(|pid| wait_until_gone(pid));
}

#[test]
fn a_command_need_not_read_its_input_and_may_leave_others_running() {
    let large = vec![b'x'; 1 << 20];
    for line in ["true", "head -c 1 > /dev/null", "exec <&-; sleep 0.2", "sleep 60 & echo $!"] {
        let message = Publish::new("t", &large).qos(1, 1);
        let peer = Peer::script(move |conn| {
            accept(conn);
            conn.publish(&message);
            conn.expect_puback();
            conn.expect_goodbye();
        });
        // Leftover background processes hold our standard output.
        let out = tempfile::NamedTempFile::new().unwrap();
        let run = sh(subscribe(&peer, "-C 1"), line).stdout_to(out.reopen().unwrap());
        run.stderr_to(std::process::Stdio::null()).run();
        if let Some(pid) = fs::read_to_string(out.path()).unwrap().lines().next() {
            assert!(Path::new("/proc").join(pid).exists(), "it goes on");
            Signal::Terminate.send(pid.parse().unwrap());
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_command_that_prints_a_gibibyte_takes_no_memory_of_ours() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 1);
        conn.expect_puback();
        conn.reached("acknowledged");
        conn.expect_goodbye();
    });
    let null = fs::File::options().write(true).open("/dev/null").unwrap();
    let run = subscribe(&peer, "--idle 1s").stdout_to(null);
    let running = sh(run, "head -c 1073741824 /dev/zero").spawn();
    peer.wait_for("acknowledged");
    let peak = running.peak_memory();
    assert!(peak < 32 * 1024, "{peak} KiB");
    running.wait();
}

#[test]
fn a_full_disk_of_the_command_is_its_failure() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 1);
        conn.expect_goodbye();
    });
    let run = sh(subscribe(&peer, ""), "cat > /dev/full").status(1).stderr_anything();
    run.stderr_contains("on message 1 (t), which stays with the broker").run();
}

#[test]
fn a_message_that_comes_again_is_not_run_again_while_its_command_runs_or_after() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 2);
        conn.wait_for("first is done");
        // The acknowledgement is lost with the connection.
        conn.cut();
    });
    let peer = peer.then(|conn| {
        conn.resume();
        for id in 1..=2 {
            conn.publish(&Publish::new("t", &id.to_string()).qos(1, id).dup());
        }
        conn.publish(&Publish::new("t", "3").qos(1, 3));
        conn.expect_puback();
        conn.reached("again");
        expect_pubacks(conn, 2..=3);
        conn.expect_goodbye();
    });
    let notes = Notes::new();
    let line =
        r#"read n; echo $n >> "$1"; [ $n != 2 ] || while [ ! -e "$1.go" ]; do sleep 0.02; done"#;
    let run = subscribe(&peer, "--jobs 2 -C 3").stderr_anything();
    let running = run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).spawn();
    notes.wait_for(2);
    peer.reached("first is done");
    peer.wait_for("again");
    fs::write(notes.path().with_extension("go"), "").unwrap();
    running.wait();
    let mut lines = notes.lines();
    lines.sort();
    assert_eq!(lines, ["1", "2", "3"]);
}

#[test]
fn a_session_that_is_lost_while_a_command_runs_takes_nothing_with_it() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 1);
        conn.wait_for("it runs");
        conn.cut();
    });
    let peer = peer.then(|conn| {
        conn.expect_connect();
        conn.connack(0);
        conn.grant_subscribe();
        // The same packet id, but another message.
        conn.publish(&Publish::new("t", "new").qos(1, 1));
        conn.reached("sent");
        conn.expect_puback();
        conn.expect_goodbye();
    });
    let notes = Notes::new();
    let line = r#"read n; echo $n >> "$1"; while [ ! -e "$1.go" ]; do sleep 0.02; done"#;
    let run = subscribe(&peer, "-C 2").stderr_anything();
    let running = run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).spawn();
    notes.wait_for(1);
    peer.reached("it runs");
    peer.wait_for("sent");
    fs::write(notes.path().with_extension("go"), "").unwrap();
    running.wait();
    assert_eq!(notes.lines(), ["1", "new"]);
}

#[test]
fn pings_go_on_while_64_commands_sleep() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 64);
        let (mut pings, mut acknowledged) = (0, Vec::new());
        conn.serve_but(|_, packet| {
            match packet {
                Packet::PingReq => pings += 1,
                Packet::PubAck(ack) => acknowledged.push(ack.id),
                _ => {}
            }
            matches!(packet, Packet::PubAck(_))
        });
        assert!(pings >= 3, "{pings} pings");
        assert_eq!(acknowledged, (1..=64).collect::<Vec<_>>());
    });
    let notes = Notes::new();
    let line = r#"echo x >> "$1"; sleep 4.5"#;
    let run = subscribe(&peer, "-k 1 --jobs 64 -C 64");
    run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).run();
    assert_eq!(notes.lines().len(), 64);
}

#[test]
fn before_version_5_reading_stops_at_two_waiting_for_each_command() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 200);
        expect_pubacks(conn, 1..=200);
        conn.expect_goodbye();
    });
    let run = peer.mqtt("sub").line("-V 3.1.1 t -q 1 -c -i me -C 200 --jobs 4").args(["--", "cat"]);
    let output = run.stdout_anything().run();
    assert_eq!(output.stdout.len(), (1..=200).map(|n: u32| n.to_string().len()).sum::<usize>());
}

#[test]
fn a_count_takes_exactly_as_many_and_the_next_run_has_the_rest() {
    let broker = Mosquitto::start();
    let subscribe = |flags: &str| broker.mqtt("sub").line("t -q 1 -c -i me").line(flags);
    subscribe("-E").run();
    let text: String = (1..=30).map(|n| format!("{n:02}\n")).collect();
    broker.mqtt("pub").line("-t t -q 1 -l").stdin(&text).run();
    for part in text.as_bytes().chunks(30) {
        let output = subscribe("-C 10 --jobs 3").args(["--", "sed", ""]).stdout_anything().run();
        let mut lines: Vec<&str> = output.stdout_text().split_terminator(['\n']).collect();
        if lines.len() == 1 {
            // Payloads have no newline, and sed adds none.
            lines =
                lines[0].as_bytes().chunks(2).map(|it| std::str::from_utf8(it).unwrap()).collect();
        }
        lines.sort_unstable();
        let expected: Vec<&str> = std::str::from_utf8(part).unwrap().lines().collect();
        assert_eq!(lines, expected);
    }
    subscribe("--idle 300ms").run();
}

#[test]
fn a_run_that_is_out_of_time_asks_its_commands_to_end_and_acknowledges_nothing() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 1);
        conn.expect_goodbye();
    });
    let notes = Notes::new();
    let line =
        r#"trap "echo asked >> $1; exit 0" TERM; echo $$ >> "$1"; while :; do sleep 0.05; done"#;
    let run = subscribe(&peer, "-W 700ms").status(27);
    let run =
        run.stderr_contains("timed out after 700ms").stderr_contains("0 done, 1 not finished");
    run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).run();
    assert_eq!(notes.lines()[1..], ["asked"]);
}

#[test]
fn a_run_that_is_out_of_time_and_has_nothing_left_to_do_is_a_success() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 2);
        expect_pubacks(conn, 1..=2);
        conn.expect_goodbye();
    });
    sh(subscribe(&peer, "-W 1s"), "true").run();
}

#[test]
fn a_signal_lets_commands_finish_and_acknowledges_them() {
    for (signal, status) in [(Signal::Interrupt, 130), (Signal::Terminate, 143)] {
        let peer = Peer::script(|conn| {
            accept(conn);
            send(conn, 3);
            expect_pubacks(conn, 1..=2);
            conn.expect_goodbye();
        });
        let notes = Notes::new();
        let line = r#"read n; echo $n >> "$1"; while [ ! -e "$1.go" ]; do sleep 0.02; done"#;
        let run = subscribe(&peer, "--jobs 2")
            .status(status)
            .stderr_line("mqtt: waiting up to 10s for 2 commands to end");
        let run = run.stderr_line("mqtt: *ted; 2 done, 1 not finished");
        let mut running = run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).spawn();
        notes.wait_for(2);
        running.signal(signal);
        running.wait_for_stderr_line("waiting up to 10s");
        fs::write(notes.path().with_extension("go"), "").unwrap();
        running.wait();
        assert_eq!(notes.lines().len(), 2, "the third did not begin");
    }
}

#[test]
fn a_command_that_outlasts_the_end_of_the_run_has_not_failed() {
    let line = r#"echo $$ >> "$1"; exec sleep 600"#;
    let runs = ["--on-failure skip", "--dead-letter dead --retry 1", ""].map(|flags| {
        let peer = Peer::script(|conn| {
            accept(conn);
            send(conn, 1);
            // No acknowledgement and no dead letter.
            conn.expect_nothing_for(Duration::from_secs(9));
            conn.expect_goodbye();
        });
        let notes = Notes::new();
        let run = subscribe(&peer, flags).status(143).stderr_lacks("on message 1");
        let run = run.stderr_contains("0 done, 1 not finished").deadline(PATIENCE);
        let running = run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).spawn();
        (peer, notes, running)
    });
    for (_, notes, running) in &runs {
        notes.wait_for(1);
        running.signal(Signal::Terminate);
    }
    for (peer, notes, running) in runs {
        running.wait();
        peer.finish();
        wait_until_gone(&notes.lines()[0]);
    }
}

#[test]
fn a_command_that_gets_the_signal_too_has_not_failed() {
    // systemd sends it to all, unless it is told otherwise.
    for flags in ["", "--on-failure skip", "--dead-letter dead", "--retry 1"] {
        let peer = Peer::script(|conn| {
            accept(conn);
            send(conn, 1);
            // No acknowledgement and no dead letter.
            conn.expect_goodbye();
        });
        let notes = Notes::new();
        let run = subscribe(&peer, flags).status(143).stderr_lacks("on message 1");
        let run = run.stderr_contains("0 done, 1 not finished");
        let line = r#"echo $$ >> "$1"; exec sleep 600"#;
        let running = run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).spawn();
        let kill = format!("kill {} {}", notes.wait_for(1)[0], running.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        running.wait();
        peer.finish();
    }
}

#[test]
fn a_second_signal_ends_everything_at_once() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 1);
        conn.expect_closed();
    });
    let notes = Notes::new();
    let line = r#"trap "" TERM INT; echo $$ >> "$1"; while :; do sleep 600; done"#;
    let run = subscribe(&peer, "").status(143).stderr_anything();
    let mut running = run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).spawn();
    let lines = notes.wait_for(1);
    running.signal(Signal::Terminate);
    running.wait_for_stderr_line("waiting up to 10s for a command to end");
    running.signal(Signal::Terminate);
    running.wait();
    wait_until_gone(&lines[0]);
}

#[test]
fn a_signal_while_there_is_no_connection_waits_for_commands_too() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 1);
        conn.wait_for("it runs");
        conn.cut();
    });
    let notes = Notes::new();
    let line = r#"echo x >> "$1"; while [ ! -e "$1.go" ]; do sleep 0.02; done; echo y >> "$1""#;
    let run = subscribe(&peer, "").status(143).stderr_anything();
    let mut running = run.args(["--", "sh", "-c", line, "sh"]).arg(notes.path()).spawn();
    notes.wait_for(1);
    peer.reached("it runs");
    running.wait_for_stderr_line("reconnecting");
    running.signal(Signal::Terminate);
    running.wait_for_stderr_line("waiting up to 10s");
    fs::write(notes.path().with_extension("go"), "").unwrap();
    running.wait();
    assert_eq!(notes.lines(), ["x", "y"]);
}

#[test]
fn each_command_is_an_event() {
    let peer = Peer::script(|conn| {
        accept(conn);
        send(conn, 2);
        expect_pubacks(conn, 1..=2);
        conn.expect_goodbye();
    });
    let run =
        sh(subscribe(&peer, "--on-failure skip -C 1 --events -"), "read n; [ $n != 1 ] || exit 9");
    let run = run.status(1).stderr_line(
        r#"{"time":"*","event":"job","position":1,"topic":"t","status":9,"seconds":0.*}"#,
    );
    run.stderr_line(
        r#"{"time":"*","event":"job","position":2,"topic":"t","status":0,"seconds":0.*}"#,
    )
    .run();
}
