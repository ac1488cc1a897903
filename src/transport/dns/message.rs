//! The messages of DNS (RFC 1035, section 4), made and read by the crate `domain`.

use domain::base::iana::{Class, Rcode, Rtype};
use domain::base::name::NameBuilder;
use domain::base::rdata::ParseRecordData;
use domain::base::{Message, MessageBuilder, ParsedName};
use domain::dep::octseq::Array;
use domain::rdata::{A, Aaaa, Srv};
use std::net::IpAddr;

/// Longest query: a header, the longest name, type and class.
const LONGEST_QUERY: usize = 12 + LONGEST_NAME + 4;

/// Longest name in a message, with the length of each label (RFC 1035, section 2.3.4).
const LONGEST_NAME: usize = 255;

/// A message that breaks the rules.
pub const MALFORMED: &str = "malformed answer";

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub enum RecordType {
    /// SRV records (RFC 2782).
    Service,
    /// IPv4 addresses.
    V4,
    /// IPv6 addresses (RFC 3596).
    V6,
}

/// An SRV record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Lower ones come first.
    pub priority: u16,
    /// The share among those of the same priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host, without a final dot; unusual characters are escaped. Empty means that there is no such service.
    pub host: String,
}

/// The query for a name and a type of record, without an id.
pub struct Question(Query);

impl Question {
    /// A question about `name`, which is complete with or without a final dot; `None` if it is not a valid name.
    pub fn new(name: &str, kind: RecordType) -> Option<Self> {
        let mut builder = NameBuilder::<Array<LONGEST_NAME>>::new();
        for label in name.strip_suffix('.').unwrap_or(name).split('.') {
            if label.is_empty() {
                return None;
            }
            builder.append_label(label.as_bytes()).ok()?;
        }
        let kind = match kind {
            RecordType::Service => Rtype::SRV,
            RecordType::V4 => Rtype::A,
            RecordType::V6 => Rtype::AAAA,
        };
        let mut message = MessageBuilder::from_target(Array::<LONGEST_QUERY>::default()).ok()?;
        // The server shall ask others.
        message.header_mut().set_rd(true);
        let mut message = message.question();
        message.push((builder.into_name().ok()?, kind, Class::IN)).ok()?;
        Some(Self(Query(message.into_message())))
    }

    /// The query with this id.
    pub fn query(&self, id: u16) -> Query {
        let mut query = self.0.clone();
        query.0.header_mut().set_id(id);
        query
    }
}

/// A query.
#[derive(Clone)]
pub struct Query(Message<Array<LONGEST_QUERY>>);

/// What a packet is to a query.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    /// Not its answer.
    Other,
    /// The beginning of its answer.
    CutShort,
    /// Its answer.
    Answer,
    /// An error.
    Failure(String),
}

impl Query {
    /// As it is sent over UDP.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// What `packet` is to this query.
    pub fn reply(&self, packet: &[u8]) -> Reply {
        let Ok(message) = Message::from_slice(packet) else { return Reply::Other };
        let header = message.header();
        match header.rcode() {
            _ if !message.is_answer(&self.0) => Reply::Other,
            Rcode::NOERROR | Rcode::NXDOMAIN if header.tc() => Reply::CutShort,
            Rcode::NOERROR | Rcode::NXDOMAIN => Reply::Answer,
            rcode => Reply::Failure(rcode.to_string()),
        }
    }
}

/// The SRV records in an answer.
pub fn services(answer: &[u8]) -> Result<Vec<Service>, &'static str> {
    records(answer, |record: Srv<ParsedName<&[u8]>>| Service {
        priority: record.priority(),
        weight: record.weight(),
        port: record.port(),
        host: record.target().to_string(),
    })
}

/// The IPv4 addresses in an answer.
pub fn v4_addresses(answer: &[u8]) -> Result<Vec<IpAddr>, &'static str> {
    records(answer, |record: A| IpAddr::V4(record.addr()))
}

/// The IPv6 addresses in an answer.
pub fn v6_addresses(answer: &[u8]) -> Result<Vec<IpAddr>, &'static str> {
    records(answer, |record: Aaaa| IpAddr::V6(record.addr()))
}

/// The records of a type, of the name at the end of the aliases (CNAME).
fn records<'a, D: ParseRecordData<'a, [u8]>, T>(
    answer: &'a [u8],
    convert: impl Fn(D) -> T,
) -> Result<Vec<T>, &'static str> {
    let message = Message::from_slice(answer).map_err(|_| MALFORMED)?;
    let owner = message.canonical_name().ok_or("aliases (CNAME) without end")?;
    let records = message.answer().map_err(|_| MALFORMED)?.limit_to_in::<D>();
    let mut found = Vec::new();
    for record in records {
        let record = record.map_err(|_| MALFORMED)?;
        if *record.owner() == owner {
            found.push(convert(record.into_data()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
