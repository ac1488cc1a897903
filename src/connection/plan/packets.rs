//! The contents of CONNECT, the will and DISCONNECT, from flags and `-D`.

use crate::connection::blame::Blame;
use crate::exit::Failure;
use crate::message::{Envelope, Will};
use crate::mqtt::Parting;
use crate::property::Id;
use crate::settings::ConnectionArgs;
use crate::settings::LONGEST_TEXT as LONGEST;
use crate::settings::properties::{About, Property, Value, put_into, set};

/// The properties of CONNECT.
#[derive(Default)]
pub(super) struct ConnectProperties {
    pub(super) session_expiry: Option<u32>,
    pub(super) receive_maximum: Option<u16>,
    pub(super) maximum_packet_size: Option<u32>,
    pub(super) topic_alias_maximum: Option<u16>,
    pub(super) request_response_information: Option<bool>,
    pub(super) request_problem_information: Option<bool>,
    pub(super) user_properties: Vec<(String, String)>,
}

impl ConnectProperties {
    pub(super) fn resolve(args: &ConnectionArgs, given: Vec<Property>) -> Result<Self, Failure> {
        let mut all = Self {
            session_expiry: args.more.session_expiry,
            receive_maximum: args.more.receive_maximum,
            maximum_packet_size: args.more.maximum_packet_size,
            topic_alias_maximum: args.more.topic_alias_maximum,
            ..Self::default()
        };
        for Property { about, value } in given {
            match (about.id, value) {
                (Id::UserProperty, Value::Pair(name, value)) => {
                    all.user_properties.push((name, value));
                }
                (Id::SessionExpiry, Value::Number(number)) => {
                    set(&mut all.session_expiry, number, &about)?;
                }
                (Id::ReceiveMaximum, Value::Number(number)) => {
                    set(&mut all.receive_maximum, number as u16, &about)?;
                }
                (Id::MaximumPacketSize, Value::Number(number)) => {
                    set(&mut all.maximum_packet_size, number, &about)?;
                }
                (Id::TopicAliasMaximum, Value::Number(number)) => {
                    set(&mut all.topic_alias_maximum, number as u16, &about)?;
                }
                (Id::RequestResponseInformation, Value::Number(number)) => {
                    set(&mut all.request_response_information, number == 1, &about)?;
                }
                (Id::RequestProblemInformation, Value::Number(number)) => {
                    set(&mut all.request_problem_information, number == 1, &about)?;
                }
                _ => return Err(misplaced(&about)),
            }
        }
        Ok(all)
    }
}

/// The will, if there is one.
pub(super) fn resolve_will(
    args: &ConnectionArgs,
    given: Vec<Property>,
    blame: Blame<'_>,
) -> Result<Option<Will>, Failure> {
    let Some(topic) = args.more.will_topic.clone() else {
        let others = [
            (args.more.will_payload.is_some(), "will-payload"),
            (args.more.will_qos.is_some(), "will-qos"),
            (args.more.will_retain, "will-retain"),
            (args.more.will_delay.is_some(), "will-delay"),
        ];
        let no_effect = |flag: &str| format!("{flag} has no effect without --will-topic");
        return match (others.iter().find(|(given, _)| *given), given.first()) {
            (Some((_, name)), _) => Err(blame.fault(name, no_effect(&format!("--{name}")))),
            (None, Some(property)) => Err(property.about.fault(no_effect("-D will"))),
            (None, None) => Ok(None),
        };
    };
    let payload = args.more.will_payload.clone().unwrap_or_default().into_encoded_bytes();
    if payload.len() > LONGEST {
        let message = format!("the will's payload is longer than {LONGEST} bytes");
        return Err(blame.fault("will-payload", message));
    }
    let mut envelope =
        Envelope::new(topic, args.more.will_qos.unwrap_or_default(), args.more.will_retain);
    let mut delay = args.more.will_delay;
    for property in given {
        match put_into(&mut envelope.properties, property)? {
            Some(Property { about, value: Value::Number(seconds) })
                if about.id == Id::WillDelay =>
            {
                set(&mut delay, seconds, &about)?;
            }
            Some(Property { about, .. }) => return Err(misplaced(&about)),
            None => {}
        }
    }
    Ok(Some(Will { envelope, payload, delay }))
}

/// The contents of DISCONNECT; `expiry` is the session expiry in CONNECT.
pub(super) fn resolve_parting(given: Vec<Property>, expiry: u32) -> Result<Parting, Failure> {
    let mut parting = Parting::default();
    for Property { about, value } in given {
        match (about.id, value) {
            // [MQTT 5, 3.14.2.2.2]: a session expiry of 0 cannot be raised.
            (Id::SessionExpiry, Value::Number(seconds)) if seconds > 0 && expiry == 0 => {
                return Err(about.fault(
                    "-D disconnect session-expiry-interval needs a session that CONNECT did not end: \
                     give --session-expiry",
                ));
            }
            (Id::SessionExpiry, Value::Number(seconds)) => {
                set(&mut parting.session_expiry, seconds, &about)?;
            }
            (Id::ReasonString, Value::Text(text)) => {
                set(&mut parting.reason_string, text, &about)?;
            }
            (Id::UserProperty, Value::Pair(name, value)) => {
                parting.user_properties.push((name, value));
            }
            _ => return Err(misplaced(&about)),
        }
    }
    Ok(parting)
}

/// The error for a property in a packet that cannot have it. Cannot happen while the table of properties is right.
fn misplaced(about: &About) -> Failure {
    about.fault(format_args!("{} has no property {}", about.packet, about.id.name()))
}
