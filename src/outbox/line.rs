//! A stored message as a line: the same record that `sub --json` prints and `pub --json` reads, so that messages can be
//! rescued from an outbox with ordinary tools.

use crate::message::{Envelope, Message, QoS};
use crate::outlet::Outlet;
use crate::property::Block;
use crate::record::{self, Frames, Payloads};
use crate::source::{self, Address, RecordFields};
use bytes::Bytes;
use jiff::Timestamp;
use std::rc::Rc;
use std::time::Duration;

/// How a line begins, up to the time at which it was stored.
const START: &str = "{\"time\":\"";

/// Produces time stamps for stored messages. The last three digits of the nanoseconds come from the process id, which
/// usually tells apart processes that store at the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    tag: u32,
}

impl Clock {
    /// A clock for the process with this id.
    pub fn new(process: u32) -> Self {
        Self { tag: process % 1_000 }
    }

    /// The current time as written in a line.
    pub fn stamp(&self) -> String {
        let micros = Timestamp::now().as_microsecond();
        let nanos = i128::from(micros) * 1_000 + i128::from(self.tag);
        Timestamp::from_nanosecond(nanos).map_or_else(|_| String::new(), |it| format!("{it:.9}"))
    }

    /// Whether this process wrote a line since `start`, judging by its time stamp.
    pub fn wrote(&self, line: &[u8], start: Timestamp) -> bool {
        time(line).is_some_and(|time| {
            time.as_microsecond() >= start.as_microsecond()
                && time.subsec_nanosecond().unsigned_abs() % 1_000 == self.tag
        })
    }
}

/// Appends a message as a line, with line end.
pub fn write(out: &mut Vec<u8>, stamp: &str, envelope: &Envelope, payload: &[u8]) {
    let mut block = Block::default();
    envelope.properties.put(&mut block);
    let message = Message {
        topic: envelope.topic.as_str(),
        payload,
        qos: envelope.qos,
        retain: envelope.retain,
        dup: false,
        packet_id: 0,
        properties: block.view(),
    };
    let mut outlet = Outlet::whole(out);
    record::write(&mut outlet, stamp.as_bytes(), &message, Payloads::Brief, Frames::default());
    out.push(b'\n');
}

/// When a line was stored, if it says so.
pub fn time(line: &[u8]) -> Option<Timestamp> {
    let rest = line.strip_prefix(START.as_bytes())?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

/// Reads lines; messages with the same envelope share it.
#[derive(Default)]
pub struct Lines {
    last: Option<(RecordFields, Rc<Envelope>)>,
}

impl Lines {
    /// The message in a line.
    ///
    /// # Errors
    /// The reason the line is not a message.
    pub fn read(&mut self, line: &Bytes) -> Result<(Rc<Envelope>, Bytes), String> {
        let record = source::read_record(line)?.ok_or("the line is empty")?;
        let (payload, Address::Own(own)) = record else {
            return Err("no topic".to_owned());
        };
        if let Some((last, envelope)) = &self.last
            && *last == *own
        {
            return Ok((Rc::clone(envelope), payload));
        }
        let Some(topic) = own.topic.clone() else { return Err("no topic".to_owned()) };
        let envelope = Rc::new(own.envelope(&Envelope::new(topic, QoS::AtMostOnce, false)));
        if envelope.qos == QoS::AtMostOnce {
            return Err("messages in an outbox need QoS 1 or 2".to_owned());
        }
        self.last = Some((RecordFields::clone(&own), Rc::clone(&envelope)));
        Ok((envelope, payload))
    }
}

/// The envelope with the expiry interval that is left at `now`; `None` if the message has expired.
pub fn aged(envelope: &Rc<Envelope>, line: &[u8], now: Timestamp) -> Option<Rc<Envelope>> {
    let Some(seconds) = envelope.properties.message_expiry else {
        return Some(Rc::clone(envelope));
    };
    // If the clock was set back, the message keeps its full interval.
    let age = time(line).map_or(Duration::ZERO, |time| {
        Duration::try_from(now.duration_since(time)).unwrap_or(Duration::ZERO)
    });
    let left = u64::from(seconds).checked_sub(age.as_secs()).filter(|left| *left > 0)?;
    Some(expiring(envelope, u32::try_from(left).unwrap_or(u32::MAX)))
}

/// The envelope of a message that has expired, but must be completed under its packet identifier: it gets the shortest
/// lifetime that there is.
pub fn overdue(envelope: &Rc<Envelope>) -> Rc<Envelope> {
    expiring(envelope, 1)
}

/// The envelope with an expiry interval of `seconds`.
fn expiring(envelope: &Rc<Envelope>, seconds: u32) -> Rc<Envelope> {
    if envelope.properties.message_expiry == Some(seconds) {
        return Rc::clone(envelope);
    }
    let mut expiring = Envelope::clone(envelope);
    expiring.properties.message_expiry = Some(seconds);
    Rc::new(expiring)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::PublishProperties;

    fn envelope() -> Envelope {
        Envelope {
            topic: "a/\u{202e}b".parse().unwrap(),
            qos: QoS::ExactlyOnce,
            retain: true,
            properties: PublishProperties {
                payload_utf8: Some(true),
                message_expiry: Some(60),
                content_type: Some("text/plain".to_owned()),
                response_topic: Some("answers".parse().unwrap()),
                correlation_data: Some(vec![0, 0xff, b'\n']),
                user_properties: vec![("k".to_owned(), "\"v\n".to_owned()); 2],
            },
        }
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for payload in [&b""[..], b"21.5", b"a\nb\"\\", b"\xff\0\x01"] {
            let mut out = Vec::new();
            let stamp = Clock::new(4_711).stamp();
            write(&mut out, &stamp, &envelope(), payload);
            assert_eq!(out.pop(), Some(b'\n'));
            assert!(!out.contains(&b'\n'), "it is one line");
            let line = Bytes::from(out);
            let (found, read) = Lines::default().read(&line).unwrap();
            assert_eq!((&*found, &read[..]), (&envelope(), payload));
            assert_eq!(time(&line).map(|it| format!("{it:.9}")), Some(stamp.clone()));
            assert!(stamp.ends_with("711Z"), "{stamp}");
        }
    }

    /// Escapes would take six times the memory of the message, and of the disk.
    #[test]
    fn a_line_is_hardly_longer_than_its_message() {
        for text in ["\0", "\u{80}", "\u{e0001}", "\"", "x", "x\0xxxxxx", "\u{e4}"] {
            let payload = text.repeat(100_000);
            let mut out = Vec::new();
            write(&mut out, &Clock::new(1).stamp(), &envelope(), payload.as_bytes());
            assert!(out.len() < 2 * payload.len() + 1_000, "{text:?}: {}", out.len());
            out.pop();
            let (_, read) = Lines::default().read(&Bytes::from(out)).unwrap();
            assert!(read == payload.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn lines_that_say_the_same_share_an_envelope_and_odd_ones_are_refused() {
        let mut lines = Lines::default();
        let mut read = |text: &str| lines.read(&Bytes::copy_from_slice(text.as_bytes()));
        let (a, _) = read(r#"{"topic":"t","qos":1,"payload":"1"}"#).unwrap();
        let (b, payload) = read(r#"{"topic":"t","qos":1,"payload":"2"}"#).unwrap();
        assert!(Rc::ptr_eq(&a, &b));
        assert_eq!(&payload[..], b"2");
        for bad in [
            "",
            "{}",
            r#"{"qos":1}"#,
            r#"{"topic":"t"}"#,
            r#"{"topic":"t","qos":0}"#,
            r#"{"topic":"t","qos":1"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn time_in_the_box_counts() {
        let now: Timestamp = "2026-01-01T00:01:00Z".parse().unwrap();
        let envelope = Rc::new(envelope());
        let left = |time: &str| {
            let line = format!("{START}{time}\"}}");
            aged(&envelope, line.as_bytes(), now).map(|it| it.properties.message_expiry)
        };
        assert_eq!(left("2026-01-01T00:01:00Z"), Some(Some(60)));
        assert_eq!(left("2026-01-01T00:00:00.5Z"), Some(Some(1)));
        assert_eq!(left("2026-01-01T00:00:00Z"), None);
        assert_eq!(left("2025-01-01T00:00:00Z"), None);
        assert_eq!(left("2027-01-01T00:00:00Z"), Some(Some(60)), "the clock was set back");
        assert_eq!(overdue(&envelope).properties.message_expiry, Some(1));
    }

    #[test]
    fn a_process_knows_its_own_lines() {
        let start = Timestamp::now();
        let line = |clock: &Clock| format!("{START}{}\"}}", clock.stamp());
        let (own, other) = (Clock::new(1_007), Clock::new(8));
        assert!(own.wrote(line(&own).as_bytes(), start));
        assert!(!own.wrote(line(&other).as_bytes(), start));
        assert!(!own.wrote(b"{}", start));
        let long_ago = format!("{START}2020-01-01T00:00:00.000000007Z\"}}");
        assert!(!own.wrote(long_ago.as_bytes(), start));
    }
}
