//! A received message of any kind.

use arbitrary::{Result, Unstructured};
use mqtt::message::{Message, QoS};
use mqtt::property::{Carrier, Properties};

/// What a message borrows from.
pub struct Parts {
    topic: String,
    payload: Vec<u8>,
    /// With its length.
    properties: Vec<u8>,
    qos: QoS,
    flags: u8,
}

impl Parts {
    /// What the decoder lets through is what there is: a topic of MQTT, and checked properties.
    pub fn any(input: &mut Unstructured<'_>) -> Result<Self> {
        let topic: String = input.arbitrary()?;
        let topic: String = topic.chars().filter(|char| !"\0+#".contains(*char)).collect();
        let qos = QoS::from_number(input.int_in_range(0..=2)?).unwrap_or_default();
        let flags = input.arbitrary()?;
        let block: Vec<u8> = input.arbitrary()?;
        let payload = input.bytes(input.len())?.to_vec();
        let mut properties = vec![u8::try_from(block.len()).unwrap_or(0) & 0x7f];
        properties.extend(block.iter().take(properties[0].into()));
        if Properties::take(&mut &properties[..], Carrier::Publish).is_err() {
            properties = vec![0];
        }
        Ok(Self { topic: format!("t{topic}"), payload, properties, qos, flags })
    }

    /// The message.
    pub fn message(&self) -> Message<'_> {
        let properties = Properties::take(&mut &self.properties[..], Carrier::Publish);
        Message {
            topic: &self.topic,
            payload: &self.payload,
            qos: self.qos,
            retain: self.flags & 1 != 0,
            dup: self.flags & 2 != 0,
            packet_id: u16::from(self.flags),
            properties: properties.expect("it was checked"),
        }
    }
}
