//! The MQTT 5 properties that commands set: the shared flags, and `-D`.

use crate::exit::Failure;
use crate::message::PublishProperties;
use crate::mqtt::Aliasing;
use crate::mqtt::subscription::Interest;
use crate::property::Id;
use crate::settings::properties::{Property, PropertyPacket, Value, put_into, set, short_text};
use crate::settings::{parse_binary, parse_seconds};
use clap::Args;
use std::str::FromStr;

/// A value of bytes, in any of the supported notations.
#[derive(Clone, Debug)]
pub struct Binary(pub Vec<u8>);

impl FromStr for Binary {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse_binary(text).map(Self)
    }
}

/// A user property, typed as `K=V`.
#[derive(Clone, Debug)]
pub struct Pair(pub (String, String));

impl FromStr for Pair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
        Ok(Self((short_text(name)?, short_text(value)?)))
    }
}

/// The properties of a message.
#[derive(Args, Default)]
#[group(skip)]
#[command(next_help_heading = "Properties")]
pub struct PropertyArgs {
    /// Content type of the payload, such as text/plain (MQTT 5)
    #[arg(long, value_name = "TYPE", allow_hyphen_values = true)]
    pub content_type: Option<String>,

    /// Message expiry: have the broker drop the message after this time (MQTT 5) [default: never]
    #[arg(long, value_name = "DURATION", value_parser = parse_seconds)]
    pub expiry: Option<u32>,

    /// Correlation data that ties a reply to this message: text, `hex:...`, `base64:...` or `@FILE` (MQTT 5)
    #[arg(long, value_name = "DATA", allow_hyphen_values = true)]
    pub correlation: Option<Binary>,

    /// Mark the payload as UTF-8 text (MQTT 5)
    #[arg(long)]
    pub payload_utf8: bool,

    /// Add a user property; can be repeated (MQTT 5)
    #[arg(long, value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub user_property: Vec<Pair>,
}

impl PropertyArgs {
    /// The flags, all of which need MQTT 5, and whether each was given.
    pub(super) fn needs_5(&self) -> [(bool, &'static str); 5] {
        [
            (self.content_type.is_some(), "--content-type"),
            (self.expiry.is_some(), "--expiry"),
            (self.correlation.is_some(), "--correlation"),
            (self.payload_utf8, "--payload-utf8"),
            (!self.user_property.is_empty(), "--user-property"),
        ]
    }

    /// The properties given by flags, without a response topic.
    ///
    /// # Errors
    /// When a text is longer than MQTT allows.
    pub(super) fn properties(&self) -> Result<PublishProperties, Failure> {
        let content_type = self.content_type.as_deref().map(short_text).transpose();
        Ok(PublishProperties {
            payload_utf8: self.payload_utf8.then_some(true),
            message_expiry: self.expiry,
            content_type: content_type
                .map_err(|error| Failure::usage(format!("--content-type: {error}")))?,
            response_topic: None,
            correlation_data: self.correlation.as_ref().map(|bytes| bytes.0.clone()),
            user_properties: self.user_property.iter().map(|pair| pair.0.clone()).collect(),
        })
    }
}

/// Adds the properties of `-D publish`.
///
/// # Errors
/// When one is given twice, or is not a valid topic.
pub(super) fn add_to_message(
    properties: &mut PublishProperties,
    aliasing: &mut Option<Aliasing>,
    given: Vec<Property>,
) -> Result<(), Failure> {
    for property in given {
        if let Some(Property { about, value: Value::Number(alias) }) =
            put_into(properties, property)?
            && about.id == Id::TopicAlias
        {
            set(aliasing, Aliasing::Fixed(alias as u16), &about)?;
        }
    }
    Ok(())
}

/// Adds the properties of `-D subscribe` and `-D unsubscribe`.
///
/// # Errors
/// When one is given twice.
pub(super) fn add_to_interest(
    interest: &mut Interest,
    given: impl IntoIterator<Item = Property>,
) -> Result<(), Failure> {
    for Property { about, value } in given {
        match (about.packet, value) {
            (PropertyPacket::Unsubscribe, Value::Pair(name, value)) => {
                interest.unsubscribe_properties.push((name, value));
            }
            (_, Value::Number(number)) => set(&mut interest.subscription_id, number, &about)?,
            (_, Value::Pair(name, value)) => interest.subscribe_properties.push((name, value)),
            (_, Value::Text(_) | Value::Binary(_)) => {}
        }
    }
    Ok(())
}
