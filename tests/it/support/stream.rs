//! A stream of numbered lines through one topic and one durable session: what the delivery tests send and read.

use std::time::Duration;

use super::{Mosquitto, Mqtt};

/// Far more than any of this takes, on a machine that is busy with other things.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub fn numbered(lines: usize) -> Vec<String> {
    (0..lines).map(|line| format!("line {line:05}")).collect()
}

/// The lines as a file has them.
pub fn text(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// A broker that queues whatever comes.
pub fn patient_broker() -> Mosquitto {
    Mosquitto::options().line("max_queued_messages 0").start()
}

pub fn publish(broker: &Mosquitto, qos: &str) -> Mqtt {
    broker.mqtt("pub").line("-t t -q").arg(qos).deadline(PATIENCE)
}

/// `mqtt sub` of a session that lasts.
pub fn subscribe(broker: &Mosquitto, qos: &str) -> Mqtt {
    broker.mqtt("sub").line("-t t -c -i me -q").arg(qos).deadline(PATIENCE)
}

/// From now on the broker keeps messages for [`subscribe`].
pub fn begin_session(broker: &Mosquitto, qos: &str) {
    subscribe(broker, qos).arg("-E").run();
}
