//! Any message as a record: one line of JSON, which reads back as the message; and any line as a record.

use super::message::Parts;
use arbitrary::{Result, Unstructured};
use bytes::Bytes;
use mqtt::escape::{Keep, is_harmful};
use mqtt::message::{Envelope, Message};
use mqtt::outlet::Outlet;
use mqtt::record::{self, Frames, Payloads};
use mqtt::source::{self, Address};
use mqtt::topic::TopicName;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// See the module.
pub fn run(data: &[u8]) {
    // Too few bytes are no input.
    let _ = try_run(&mut Unstructured::new(data));
}

fn try_run(input: &mut Unstructured<'_>) -> Result<()> {
    if input.arbitrary()? {
        let line = Bytes::copy_from_slice(input.bytes(input.len())?);
        if let Err(error) = source::read_record(&line) {
            assert!(!error.contains(char::is_control), "{error:?}");
        }
        return Ok(());
    }
    let parsed = input.arbitrary()?;
    let parts = Parts::any(input)?;
    let message = parts.message();
    check(&message, if parsed { Payloads::Parsed } else { Payloads::Text });
    Ok(())
}

fn check(message: &Message<'_>, payloads: Payloads) {
    let mut line = Vec::new();
    let mut out = Outlet::whole(&mut line);
    record::write(&mut out, b"2026-11-20T17:19:39.309950Z", message, payloads, Frames::default());
    let text = std::str::from_utf8(&line).expect("JSON is text");
    let harmful = |char: char| is_harmful(char, Keep::Layout);
    assert!(!text.contains(harmful), "{text:?}");
    // Numbers are not looked at: one that is too large for any reader is JSON all the same.
    let fields: HashMap<&str, &RawValue> = serde_json::from_str(text).expect("valid JSON");
    let topic: String = serde_json::from_str(fields["topic"].get()).expect("a string");
    assert_eq!(topic, message.topic);

    // A response topic that is none cannot be sent again, nor a topic as long as only a file has room for.
    let Ok(Some((payload, address))) = source::read_record(&Bytes::copy_from_slice(&line)) else {
        assert!(!has_usable_topics(message), "it does not read back: {text}");
        return;
    };
    let Address::Own(own) = address else { panic!("it says nothing: {text}") };
    let nowhere = Envelope::new("nowhere".parse().expect("a topic"), message.qos, !message.retain);
    let envelope = own.envelope(&nowhere);
    assert_eq!(envelope.topic.as_str(), message.topic);
    assert_eq!((envelope.qos, envelope.retain), (message.qos, message.retain));
    let mut verbatim = Vec::new();
    match payloads == Payloads::Parsed
        && record::write_verbatim(&mut Outlet::whole(&mut verbatim), message.payload)
    {
        true => assert_eq!(payload, verbatim),
        false => assert_eq!(payload, message.payload),
    }
}

fn has_usable_topics(message: &Message<'_>) -> bool {
    let response = message.properties.text(mqtt::property::Id::ResponseTopic);
    [Some(message.topic), response]
        .into_iter()
        .flatten()
        .all(|topic| topic.parse::<TopicName>().is_ok())
}
