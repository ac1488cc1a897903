//! A password that changes while the program runs: a file or a command is asked again before each CONNECT.

use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use crate::support::{Blob, Conn, Mqtt, Peer};

/// A password is not asked for again within a second.
const STALE: Duration = Duration::from_millis(1_100);

/// Accepts a CONNECT with this password.
fn expect_password(conn: &mut Conn, password: &str) {
    let connect = conn.accept();
    assert_eq!(connect.password, Some(Blob::from(password)));
}

/// Not authorized, in MQTT 5 and before.
fn refuse(conn: &mut Conn, version: &str, password: &str) {
    let connect = conn.expect_connect();
    assert_eq!(connect.password, Some(Blob::from(password)));
    match version {
        "5" => conn.send_raw(&[0x20, 3, 0, 0x87, 0]),
        _ => conn.send_raw(&[0x20, 2, 0, 5]),
    }
    conn.expect_noise();
}

const FLAGS: [&str; 2] = ["--password-file pw", "--password-command"];

/// The run with the password `one`, which is in the file `pw` at first; and that file.
fn with_source(run: Mqtt, flags: &str) -> (Mqtt, PathBuf) {
    let run = run.private_file("pw", "one");
    let path = run.path("pw");
    match flags {
        "--password-command" => (run.line(flags).arg("cat pw"), path),
        _ => (run.line(flags), path),
    }
}

#[test]
fn a_reconnect_brings_the_password_of_the_time() {
    for flags in FLAGS {
        let peer = Peer::script(|conn| {
            expect_password(conn, "one");
            conn.reached("connected");
            conn.wait_for("changed");
            conn.cut();
        })
        .then(|conn| {
            expect_password(conn, "two");
            conn.take();
            conn.expect_goodbye();
        });
        let run = peer.mqtt("pub").line("-t t -l -q 1 -u me -V 5").stdin_open().stderr_anything();
        let (run, path) = with_source(run, flags);
        let mut running = run.spawn();
        peer.wait_for("connected");
        sleep(STALE);
        fs::write(path, "two").expect("the test's own file");
        peer.reached("changed");
        running.write_stdin("x\n");
        running.close_stdin();
        running.wait();
    }
}

#[test]
fn a_refused_password_is_tried_once_more_if_it_is_another_by_now() {
    for version in ["5", "3.1.1"] {
        for flags in FLAGS {
            let peer = Peer::script(move |conn| {
                conn.reached("there");
                conn.wait_for("changed");
                refuse(conn, version, "one");
            })
            .then(|conn| {
                expect_password(conn, "two");
                conn.take();
                conn.expect_goodbye();
            });
            let run = peer.mqtt("pub").line("-t t -m x -q 1 -u me -V").arg(version);
            let (run, path) = with_source(run, flags);
            let running = run.spawn();
            peer.wait_for("there");
            fs::write(path, "two").expect("the test's own file");
            peer.reached("changed");
            running.wait();
        }
    }
}

#[test]
fn a_refused_password_that_is_the_same_is_not_tried_again() {
    for flags in FLAGS {
        let peer = Peer::script(|conn| refuse(conn, "5", "one"));
        let run = peer.mqtt("pub").line("-t t -m x -q 1 -u me -V 5").status(4);
        with_source(run.stderr_contains("Not authorized"), flags).0.run();
    }
}

#[test]
fn a_command_that_fails_at_a_reconnect_is_asked_again_with_the_next() {
    let peer = Peer::script(|conn| {
        expect_password(conn, "one");
        conn.reached("connected");
        conn.wait_for("changed");
        conn.cut();
    })
    .then(|conn| {
        expect_password(conn, "two");
        conn.take();
        conn.expect_goodbye();
    });
    let run = peer.mqtt("pub").line("-t t -l -q 1 -u me -V 5").stdin_open();
    let run = run.stderr_anything();
    let (run, path) = with_source(run, "--password-command");
    let mut running = run.spawn();
    peer.wait_for("connected");
    sleep(STALE);
    fs::remove_file(&path).expect("the test's own file");
    peer.reached("changed");
    running.wait_for_stderr_line("No such file");
    fs::write(&path, "two").expect("the test's own file");
    running.write_stdin("x\n");
    running.close_stdin();
    running.wait();
}
