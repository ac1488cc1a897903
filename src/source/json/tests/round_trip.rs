//! What `sub --json` writes, read back.

use super::said;
use crate::message::{Envelope, Message, PublishProperties, QoS};
use crate::outlet::Outlet;
use crate::property::{Carrier, Id, Properties};
use crate::record::{self, Frames, Payloads};
use crate::topic::TopicName;
use proptest::prelude::*;

/// What a publisher can say, without the topic alias, which never gets into a record.
#[derive(Clone, Debug)]
struct Published {
    envelope: Envelope,
    subscription_ids: Vec<u32>,
    payload: Vec<u8>,
    dup: bool,
    parsed: bool,
}

impl Published {
    /// The properties as they come off the network.
    fn block(&self) -> Vec<u8> {
        let mut block = Vec::new();
        let mut put = |id: Id, parts: &[&[u8]]| {
            block.push(id as u8);
            parts.iter().for_each(|part| block.extend_from_slice(part));
        };
        let own = &self.envelope.properties;
        for (name, value) in &own.user_properties {
            put(Id::UserProperty, &[&prefixed(name.as_bytes()), &prefixed(value.as_bytes())]);
        }
        for id in &self.subscription_ids {
            put(Id::SubscriptionId, &[&varint(*id)]);
        }
        if let Some(utf8) = own.payload_utf8 {
            put(Id::PayloadFormat, &[&[utf8.into()]]);
        }
        if let Some(seconds) = own.message_expiry {
            put(Id::MessageExpiry, &[&seconds.to_be_bytes()]);
        }
        if let Some(text) = &own.content_type {
            put(Id::ContentType, &[&prefixed(text.as_bytes())]);
        }
        if let Some(topic) = &own.response_topic {
            put(Id::ResponseTopic, &[&prefixed(topic.as_str().as_bytes())]);
        }
        if let Some(data) = &own.correlation_data {
            put(Id::CorrelationData, &[&prefixed(data)]);
        }
        [varint(block.len() as u32), block].concat()
    }

    /// What `sub --json` prints.
    fn line(&self) -> Vec<u8> {
        let block = self.block();
        let properties = Properties::take(&mut &block[..], Carrier::Publish).unwrap();
        let message = Message {
            topic: self.envelope.topic.as_str(),
            payload: &self.payload,
            qos: self.envelope.qos,
            retain: self.envelope.retain,
            dup: self.dup,
            packet_id: 1,
            properties,
        };
        let payloads = if self.parsed { Payloads::Parsed } else { Payloads::Text };
        let mut line = Vec::new();
        let mut out = Outlet::whole(&mut line);
        record::write(
            &mut out,
            b"2026-11-20T17:19:39.309950Z",
            &message,
            payloads,
            Frames::default(),
        );
        line
    }

    /// The payload, or with `--parse-json` what has been made of it for print.
    fn expected_payload(&self) -> Vec<u8> {
        let mut compact = Vec::new();
        match self.parsed && record::write_verbatim(&mut Outlet::whole(&mut compact), &self.payload)
        {
            true => compact,
            false => self.payload.clone(),
        }
    }
}

fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes(), bytes].concat()
}

fn varint(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 127 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn topic() -> impl Strategy<Value = TopicName> {
    "[^\0+#]{1,20}".prop_map(|text| text.parse().unwrap())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[^\0]{0,20}", "[\u{1}-\u{1f}\"\\\\\u{7f}-\u{a0}\u{2028}\u{1f600}]{0,9}"]
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    let json = prop_oneof![
        Just(r#" { "a" : [1.0, "\ud800", null] } "#.to_owned()),
        Just("[]".to_owned()),
        "-?[1-9][0-9]{0,25}(e[0-9]{1,3})?",
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        any::<String>()
            .prop_map(|text| serde_json::json!({ &text: [text.len(), text] }).to_string()),
    ];
    prop_oneof![
        any::<Vec<u8>>(),
        any::<String>().prop_map(String::into_bytes),
        json.prop_map(String::into_bytes)
    ]
}

fn properties_of_any_kind() -> impl Strategy<Value = PublishProperties> {
    (
        any::<Option<bool>>(),
        any::<Option<u32>>(),
        proptest::option::of(text()),
        proptest::option::of(topic()),
        any::<Option<Vec<u8>>>(),
        proptest::collection::vec((text(), text()), 0..4),
    )
        .prop_map(
            |(
                payload_utf8,
                message_expiry,
                content_type,
                response_topic,
                correlation_data,
                user_properties,
            )| {
                PublishProperties {
                    payload_utf8,
                    message_expiry,
                    content_type,
                    response_topic,
                    correlation_data,
                    user_properties,
                }
            },
        )
}

fn published() -> impl Strategy<Value = Published> {
    let envelope = (topic(), 0u8..3, any::<bool>(), properties_of_any_kind()).prop_map(
        |(topic, qos, retain, properties)| Envelope {
            topic,
            qos: QoS::from_number(qos).unwrap(),
            retain,
            properties,
        },
    );
    let ids = proptest::collection::vec(1u32..268_435_456, 0..3);
    (envelope, ids, payload(), any::<bool>(), any::<bool>()).prop_map(
        |(envelope, subscription_ids, payload, dup, parsed)| Published {
            envelope,
            subscription_ids,
            payload,
            dup,
            parsed,
        },
    )
}

proptest! {
    #[test]
    fn what_sub_prints_is_what_pub_sends(published in published()) {
        let line = published.line();
        let (payload, own) = said(&line).unwrap().unwrap();
        prop_assert_eq!(payload, published.expected_payload());
        let defaults = Envelope::new("elsewhere".parse().unwrap(), QoS::AtMostOnce, true);
        prop_assert_eq!(own.envelope(&defaults), published.envelope);
    }

    #[test]
    fn a_torn_or_bent_line_never_breaks_it(
        published in published(), at: proptest::sample::Index, byte: u8, tear: bool,
    ) {
        let mut line = published.line();
        let at = at.index(line.len());
        if tear {
            line.truncate(at);
            prop_assert!(line.is_empty() || said(&line).is_err());
        } else {
            line[at] = byte;
            if let Err(error) = said(&line) {
                prop_assert!(!error.contains(char::is_control), "{}", error);
            }
        }
    }
}
