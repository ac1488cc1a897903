//! Every exit status of the contract, for `pub` and for `sub`, each with the whole of its explanation.

#[cfg(unix)]
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};

use crate::support::{Conn, Mqtt, Peer, Publish, Signal, free_port};

const INTERRUPTED: (Signal, i32, &str) = (Signal::Interrupt, 130, "interrupted");
const TERMINATED: (Signal, i32, &str) = (Signal::Terminate, 143, "terminated");

/// `mqtt LINE` over MQTT 5 that must end with this status and say exactly this; `BROKER` stands for the peer's URL.
fn ends(peer: &Peer, line: &str, status: i32, stderr: &str) -> Mqtt {
    let (command, args) = line.split_once(' ').expect("a command and its arguments");
    let stderr = stderr.replace("BROKER", &format!("mqtt://{}", peer.address()));
    peer.mqtt(command).line("-V 5").line(args).status(status).stderr(stderr)
}

/// The same without any connection.
#[track_caller]
fn refuses(line: &str, stderr: &str) {
    ends(&Peer::untouched(), line, 2, stderr).run();
}

/// Lets the client in, does this, and expects an orderly end.
fn until_goodbye(script: impl FnOnce(&mut Conn) + Send + 'static) -> Peer {
    Peer::script(|conn| {
        conn.accept();
        script(conn);
        conn.expect_goodbye();
    })
}

/// Never answers CONNECT.
fn silent() -> Peer {
    Peer::script(|conn| {
        conn.expect_connect();
        conn.expect_closed();
    })
}

/// Takes a message at QoS 1; its identifier.
#[track_caller]
fn take(conn: &mut Conn) -> u16 {
    conn.expect_publish().id.expect("an identifier")
}

#[test]
fn status_0_everything_was_delivered() {
    let peer = until_goodbye(|conn| {
        let id = take(conn);
        conn.puback(id, 0);
    });
    ends(&peer, "pub -t t -m x -q 1", 0, "").run();
}

#[test]
fn status_0_everything_was_printed() {
    let peer = until_goodbye(|conn| {
        conn.grant_subscribe();
        conn.publish(&Publish::new("t", "x"));
    });
    ends(&peer, "sub -t t -C 1", 0, "").stdout("x\n").run();
}

#[test]
#[cfg(target_os = "linux")]
fn status_1_the_input_cannot_be_read() {
    let peer = until_goodbye(|_| {});
    // It can be opened, but nothing is mapped where it begins.
    let stderr = "mqtt: cannot read /proc/self/mem: Input/output error\n";
    ends(&peer, "pub -t t -f /proc/self/mem", 1, stderr).run();
}

#[test]
#[cfg(target_os = "linux")]
fn status_1_the_output_cannot_be_written() {
    let peer = until_goodbye(|conn| {
        conn.grant_subscribe();
        conn.publish(&Publish::new("t", "x"));
    });
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let stderr = "mqtt: cannot write: No space left on device\n";
    ends(&peer, "sub -t t", 1, stderr).stdout_to(full).run();
}

#[test]
fn status_2_pub_is_refused_before_it_connects() {
    refuses(
        "pub -t a/# -m x",
        "mqtt: invalid value 'a/#' for '--topic <TOPIC>': a topic to publish to cannot contain '+' or '#'\n",
    );
    refuses("pub -t t -f nowhere", "mqtt: cannot send nowhere: No such file or directory\n");
    refuses(
        "pub -t t -m x --zzz",
        "mqtt: unexpected argument '--zzz' found\nhint: mqtt pub --help shows all flags\n",
    );
}

#[test]
fn status_2_sub_is_refused_before_it_connects() {
    refuses(
        "sub -t a/#/b",
        "mqtt: invalid value 'a/#/b' for '--topic <FILTER>': '#' must be the whole last level\n",
    );
    refuses("sub -t t -q 3", "mqtt: invalid value '3' for '--qos <QOS>': a QoS is 0, 1 or 2\n");
}

#[test]
fn status_3_nothing_listens() {
    let port = free_port();
    let stderr = format!("mqtt: cannot connect to mqtt://127.0.0.1:{port}: Connection refused\n");
    Mqtt::at("pub", port).line("-t t -m x").status(3).stderr(&stderr).run();
    Mqtt::at("sub", port).line("-t t").status(3).stderr(&stderr).run();
}

#[test]
fn status_3_no_broker_answers() {
    let stderr = "mqtt: cannot connect to BROKER: not an MQTT broker (answered `SSH-2.0-x`)\n";
    for line in ["pub -t t -m x", "sub -t t"] {
        let peer = Peer::script(|conn| {
            conn.expect_connect();
            conn.send_raw(b"SSH-2.0-x\r\n");
            conn.expect_closed();
        });
        ends(&peer, line, 3, stderr).run();
    }
}

#[test]
fn status_3_connack_never_comes() {
    let stderr = "mqtt: cannot connect to BROKER: no CONNACK within 500ms\n";
    for line in ["pub -t t -m x", "sub -t t"] {
        ends(&silent(), line, 3, stderr).line("--connect-timeout 500ms").run();
    }
}

#[test]
fn status_4_the_broker_refuses_the_connection() {
    let stderr = "mqtt: cannot connect to BROKER: \
        the broker refused the connection: 0x87 Not authorized: ask the porter\n";
    for line in ["pub -t t -m x", "sub -t t"] {
        let peer = Peer::script(|conn| {
            conn.refuse(0x87, "ask the porter");
            conn.expect_closed();
        });
        ends(&peer, line, 4, stderr).run();
    }
}

#[test]
fn status_5_the_broker_refuses_a_message() {
    let peer = until_goodbye(|conn| {
        for code in [0, 0x97] {
            let id = take(conn);
            conn.puback(id, code);
        }
    });
    let stderr = "mqtt: message 2 refused: 0x97 Quota exceeded\n\
        mqtt: 1 delivered, 1 refused (0x97 Quota exceeded), 0 unconfirmed, 0 not sent\n";
    ends(&peer, "pub -t t -l -q 1", 5, stderr).stdin("one\ntwo\n").run();
}

#[test]
fn status_5_the_broker_refuses_a_subscription() {
    let peer = until_goodbye(|conn| {
        let id = conn.expect_subscribe().id;
        conn.suback(id, &[0, 0x87]);
        conn.publish(&Publish::new("good", "x"));
    });
    let stderr = "mqtt: subscription to bad refused: 0x87 Not authorized\n\
        mqtt: 1 of 2 subscriptions refused\n";
    ends(&peer, "sub good bad -C 1", 5, stderr).stdout("x\n").run();
}

#[test]
fn status_6_a_message_stays_unconfirmed() {
    let peer = until_goodbye(|conn| {
        take(conn);
    });
    let stderr = "mqtt: no acknowledgement from BROKER within 500ms; \
        0 delivered, 0 refused, 1 unconfirmed, 0 not sent\n";
    ends(&peer, "pub -t t -m x -q 1 --ack-timeout 500ms --reconnect never", 6, stderr).run();
}

#[test]
fn status_6_the_connection_is_lost_for_good() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.cut();
    });
    let stderr = "mqtt: connection to BROKER lost: the broker closed the connection\n";
    ends(&peer, "sub -t t --reconnect never", 6, stderr).run();
}

#[test]
fn status_6_the_session_is_taken_over() {
    let peer = Peer::script(|conn| {
        conn.accept_subscriber();
        conn.disconnect(0x8e);
    });
    let stderr = "mqtt: connection to BROKER lost: session taken over by another client with id me \
        (0x8e Session taken over)\n\
        hint: give each client an id of its own with -i, or leave it out\n";
    ends(&peer, "sub -t t -i me", 6, stderr).run();
}

#[test]
fn status_6_the_broker_breaks_the_protocol() {
    let stderr = "mqtt: cannot connect to BROKER: the broker broke the protocol: \
        PINGRESP before CONNACK\n";
    for line in ["pub -t t -m x", "sub -t t"] {
        let peer = Peer::script(|conn| {
            conn.expect_connect();
            conn.pingresp();
            conn.expect_closed();
        });
        ends(&peer, line, 6, stderr).run();
    }
}

#[test]
fn status_27_the_time_is_over_before_connack() {
    let stderr = "mqtt: timed out after 500ms before the broker accepted the connection (BROKER)\n";
    for line in ["pub -t t -m x", "sub -t t"] {
        ends(&silent(), line, 27, stderr).line("-W 500ms").run();
    }
}

#[test]
fn status_27_the_time_is_over_before_puback() {
    let peer = until_goodbye(|conn| {
        take(conn);
    });
    let stderr = "mqtt: timed out after 500ms (BROKER); \
        0 delivered, 0 refused, 1 unconfirmed, 0 not sent\n";
    ends(&peer, "pub -t t -m x -q 1 -W 500ms", 27, stderr).run();
}

#[test]
fn status_27_the_time_is_over_and_messages_are_missing() {
    let peer = until_goodbye(|conn| {
        conn.grant_subscribe();
        conn.publish(&Publish::new("t", "x"));
    });
    let stderr = "mqtt: timed out after 1s (BROKER) after 1 of 2 messages\n";
    ends(&peer, "sub -t t -C 2 -W 1s", 27, stderr).stdout("x\n").run();

    let peer = until_goodbye(|conn| drop(conn.grant_subscribe()));
    ends(&peer, "sub -t t -W 500ms", 27, "mqtt: timed out after 500ms (BROKER)\n").run();
}

#[test]
fn status_130_and_143_a_signal_ends_pub() {
    for (signal, status, word) in [INTERRUPTED, TERMINATED] {
        let peer = until_goodbye(|conn| {
            take(conn);
            conn.reached("published");
        });
        let stderr = format!("mqtt: {word}; 0 delivered, 0 refused, 1 unconfirmed, 0 not sent\n");
        let running = ends(&peer, "pub -t t -m x -q 1", status, &stderr).spawn();
        peer.wait_for("published");
        running.signal(signal);
        running.wait();
    }
}

#[test]
fn status_130_and_143_a_signal_ends_pub_that_waits_for_its_input() {
    for (signal, status, word) in [INTERRUPTED, TERMINATED] {
        let peer = until_goodbye(|conn| {
            conn.expect_publish();
            conn.reached("published");
        });
        let stderr = format!("mqtt: {word}\n");
        let mut running = ends(&peer, "pub -t t -l", status, &stderr).stdin_open().spawn();
        running.write_stdin("one\n");
        peer.wait_for("published");
        running.signal(signal);
        running.wait();
    }
}

#[test]
fn status_130_and_143_a_signal_ends_sub() {
    for (signal, status, word) in [INTERRUPTED, TERMINATED] {
        let peer = until_goodbye(|conn| {
            conn.grant_subscribe();
            conn.reached("subscribed");
        });
        let running = ends(&peer, "sub -t t", status, &format!("mqtt: {word}\n")).spawn();
        peer.wait_for("subscribed");
        running.signal(signal);
        running.wait();
    }
}

#[test]
#[cfg(unix)]
fn a_run_that_a_signal_stops_dies_of_it() {
    for (signal, number) in [(Signal::Interrupt, 2), (Signal::Terminate, 15)] {
        for again in [false, true] {
            // One that answers nothing holds the goodbye up until the second signal.
            let peer = Peer::each(|conn| {
                conn.accept_subscriber();
                conn.reached("subscribed");
                conn.expect_noise();
            });
            let run = peer.mqtt("sub").line("-t t").status(128 + number).stderr_anything();
            let running = run.spawn();
            peer.wait_for("subscribed");
            running.signal(signal);
            if again {
                running.signal(signal);
            }
            assert_eq!(running.wait().status.signal(), Some(number));
        }
    }
}

/// A shell runs the next command of a loop unless the one that was interrupted died of the signal.
#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_loop_of_a_shell() {
    let peer = Peer::each(|conn| {
        conn.accept_subscriber();
        conn.reached("subscribed");
        conn.expect_noise();
    });
    let script = format!(
        "for i in 1 2 3; do '{}' sub -h 127.0.0.1 -p {} -t t; echo again; done",
        env!("CARGO_BIN_EXE_mqtt"),
        peer.port()
    );
    let mut shell = Command::new("bash");
    shell.args(["-c", &script]).env_clear().stdin(Stdio::null());
    // Ctrl-C goes to all programs in front at a terminal, which are a process group.
    let child =
        shell.process_group(0).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("bash");
    peer.wait_for("subscribed");
    let group = rustix::process::Pid::from_raw(child.id().cast_signed()).expect("a number");
    rustix::process::kill_process_group(group, rustix::process::Signal::INT).expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.signal(), &*output.stdout), (Some(2), &b""[..]));
}
