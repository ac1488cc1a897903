//! Two clients under one id, on a real broker: each connection throws the other client out.

use std::thread;
use std::time::Duration;

use crate::support::{Mosquitto, Mqtt, Running, Signal};

/// Long enough for a fight of many rounds between clients that would not give way.
const FIGHT: Duration = Duration::from_secs(4);

fn subscribe(broker: &Mosquitto, options: &str) -> Mqtt {
    broker.mqtt("sub").line("-i same -t t").line(options).deadline(Duration::from_secs(60))
}

fn terminate(running: Running) -> usize {
    running.signal(Signal::Terminate);
    let output = running.wait();
    output.stderr_text().lines().filter(|line| line.contains(r#""event":"connect""#)).count()
}

/// A broker that does not say why it hangs up makes both come back.
#[track_caller]
fn fight(options: &str) {
    let broker = Mosquitto::start();
    let hint = "hint: another client may be using id same";
    let run = || subscribe(&broker, options).line("--events -").status(143).stderr_line(hint);
    let mut clients = [run().spawn(), run().spawn()];
    for client in &mut clients {
        client.wait_for_stderr_line(hint);
    }
    thread::sleep(FIGHT);
    let connections: usize = clients.into_iter().map(terminate).sum();
    // 0.5, 1, 2 and 4 s at most for each, and less by chance; without any pause there are hundreds.
    assert!(connections <= 30, "{connections} connections");
}

#[test]
fn two_clients_with_one_id_are_told_and_slow_down() {
    fight("-V 3.1.1");
}

/// mosquitto 2.0.11 does not say so in MQTT 5 either, where others send DISCONNECT 0x8e.
#[test]
fn two_clients_with_one_id_are_told_and_slow_down_in_mqtt_5() {
    fight("-V 5");
}

#[test]
fn two_clients_with_one_durable_session_are_told_and_slow_down() {
    fight("-V 3.1.1 -c -q 1");
}
