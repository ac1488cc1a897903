//! The environment of a command: ours, plus variables for the message, minus secrets.

use crate::message::Message;
use crate::property::Id;
use crate::record::write_time;
use crate::settings::Environment;
use data_encoding::BASE64;
use jiff::Timestamp;
use std::ffi::OsString;

/// The longest payload passed in a variable, in bytes.
const LONGEST_PAYLOAD: usize = 64 << 10;

/// The variables for a message. Those that do not apply are unset, even if they were set for this program.
const OF_MESSAGE: [&str; 9] = [
    "MQTT_TOPIC",
    "MQTT_QOS",
    "MQTT_RETAIN",
    "MQTT_DUP",
    "MQTT_TIME",
    "MQTT_CONTENT_TYPE",
    "MQTT_RESPONSE_TOPIC",
    "MQTT_CORRELATION",
    "MQTT_PAYLOAD",
];

/// Variables by which systemd addresses this process only.
const OF_SERVICE: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// The variables to remove, the same for every command of a run.
#[derive(Debug)]
pub(crate) struct Variables {
    unset: Vec<String>,
}

impl Variables {
    /// Finds the variables with secrets.
    pub(crate) fn new() -> Self {
        let fixed = OF_MESSAGE.iter().chain(&OF_SERVICE).map(|name| (*name).to_owned());
        Self { unset: fixed.chain(Environment::secrets()).collect() }
    }

    /// The variables to unset before setting those of [`of`].
    pub(super) fn unset(&self) -> &[String] {
        &self.unset
    }
}

/// The variables for `message`, which was received at `time`.
pub(super) fn of(message: &Message<'_>, time: Timestamp) -> Vec<(&'static str, OsString)> {
    let number = |is: bool| if is { "1" } else { "0" };
    let mut stamp = Vec::new();
    write_time(&mut stamp, time);
    let mut set: Vec<(&'static str, OsString)> = vec![
        ("MQTT_TOPIC", message.topic.into()),
        ("MQTT_QOS", message.qos.to_string().into()),
        ("MQTT_RETAIN", number(message.retain).into()),
        ("MQTT_DUP", number(message.dup).into()),
        ("MQTT_TIME", String::from_utf8_lossy(&stamp).into_owned().into()),
    ];
    let texts = [
        ("MQTT_CONTENT_TYPE", message.properties.text(Id::ContentType)),
        ("MQTT_RESPONSE_TOPIC", message.properties.text(Id::ResponseTopic)),
    ];
    set.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text?.into()))));
    if let Some(data) = message.properties.binary(Id::CorrelationData) {
        set.push(("MQTT_CORRELATION", BASE64.encode(data).into()));
    }
    set.extend(payload(message.payload).map(|payload| ("MQTT_PAYLOAD", payload)));
    set
}

/// The payload as a variable, if it can be one.
fn payload(bytes: &[u8]) -> Option<OsString> {
    let is_short = bytes.len() <= LONGEST_PAYLOAD && !bytes.contains(&0);
    is_short.then(|| crate::settings::from_bytes(bytes)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::QoS;
    use crate::property::Properties;

    fn message(payload: &[u8]) -> Message<'_> {
        Message {
            topic: "a/b",
            payload,
            qos: QoS::AtLeastOnce,
            retain: true,
            dup: false,
            packet_id: 1,
            properties: Properties::default(),
        }
    }

    #[test]
    fn every_variable_that_is_set_is_one_that_is_unset_before() {
        let block = b"\x03\x00\x01c\x08\x00\x01r\x09\x00\x02\x00\xff";
        let properties = crate::property::OwnedProperties::default();
        drop(properties);
        let mut input = Vec::from([block.len() as u8]);
        input.extend_from_slice(block);
        let properties = Properties::take(&mut &input[..], crate::property::Carrier::Publish);
        let message = Message { properties: properties.unwrap(), ..message(b"x") };
        let set = of(&message, Timestamp::UNIX_EPOCH);
        assert_eq!(set.iter().map(|(name, _)| *name).collect::<Vec<_>>(), OF_MESSAGE);
        let values: Vec<&str> = set.iter().map(|(_, value)| value.to_str().unwrap()).collect();
        let time = "1970-01-01T00:00:00.000000Z";
        assert_eq!(values, ["a/b", "1", "1", "0", time, "c", "r", "AP8=", "x"]);
    }

    #[test]
    fn a_payload_that_can_be_no_variable_is_none() {
        let is_set = |payload: &[u8]| {
            let set = of(&message(payload), Timestamp::UNIX_EPOCH);
            set.iter().any(|(name, _)| *name == "MQTT_PAYLOAD")
        };
        assert!(is_set(b"") && is_set(&[b'x'; LONGEST_PAYLOAD]));
        assert!(!is_set(b"a\0b") && !is_set(&[b'x'; LONGEST_PAYLOAD + 1]));
        assert_eq!(is_set(b"\xff"), cfg!(unix));
    }
}
