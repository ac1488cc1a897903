//! The letters after a `%`.

/// The value to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    Percent,
    TopicAlias,
    ContentType,
    CorrelationData,
    MessageExpiry,
    PayloadFormat,
    Float,
    Double,
    LocalTime,
    Json,
    JsonVerbatim,
    Length,
    PacketId,
    UserProperties,
    Payload,
    QoS,
    ResponseTopic,
    Retain,
    SubscriptionId,
    Topic,
    UnixTime,
    HexLower,
    HexUpper,
}

/// How flags apply to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    Text,
    Number,
    Payload,
    Hex,
    Json,
}

impl Directive {
    pub fn from_letter(letter: char) -> Option<Self> {
        Some(match letter {
            '%' => Self::Percent,
            'A' => Self::TopicAlias,
            'C' => Self::ContentType,
            'D' => Self::CorrelationData,
            'E' => Self::MessageExpiry,
            'F' => Self::PayloadFormat,
            'f' => Self::Float,
            'd' => Self::Double,
            'I' => Self::LocalTime,
            'j' => Self::Json,
            'J' => Self::JsonVerbatim,
            'l' => Self::Length,
            'm' => Self::PacketId,
            'P' => Self::UserProperties,
            'p' => Self::Payload,
            'q' => Self::QoS,
            'R' => Self::ResponseTopic,
            'r' => Self::Retain,
            'S' => Self::SubscriptionId,
            't' => Self::Topic,
            'U' => Self::UnixTime,
            'x' => Self::HexLower,
            'X' => Self::HexUpper,
            _ => return None,
        })
    }

    pub fn kind(self) -> ValueKind {
        match self {
            Self::Json | Self::JsonVerbatim => ValueKind::Json,
            Self::HexLower | Self::HexUpper => ValueKind::Hex,
            Self::Payload => ValueKind::Payload,
            Self::Percent
            | Self::ContentType
            | Self::CorrelationData
            | Self::LocalTime
            | Self::UserProperties
            | Self::ResponseTopic
            | Self::Topic => ValueKind::Text,
            _ => ValueKind::Number,
        }
    }
}
