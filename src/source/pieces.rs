//! Turns the pieces of standard input into records, and decides about invalid ones.

use super::encoding::Encoding;
use super::json;
use super::lines::Block;
use super::own::Address;
use super::record::{COMPLAINTS, Invalid, MAX_PAYLOAD, Record, SourceError, quoted};
use super::said::{Said, Sayings};
use crate::topic::{MAX_TOPIC_LENGTH, TopicText};
use bytes::Bytes;
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::ops::Range;

/// Most bytes of a JSON record besides its payload. Properties could be larger in theory, but no broker accepts such a
/// message.
const JSON_FRAME: usize = 16 << 20;

/// Most bytes that one byte of text takes in JSON: `\u0000`.
const JSON_EXPANSION: usize = 6;

/// The format of pieces.
pub(super) enum Shape {
    /// A payload.
    Payload(Encoding),
    /// A topic, a separator and a payload.
    TopicAndPayload(Box<Finder<'static>>, Encoding),
    /// A JSON record, or blank.
    Json,
    /// A JSON record with a time, or blank.
    TimedJson,
}

impl Shape {
    /// Pieces that start with a topic; `separator` is not empty.
    pub(super) fn topic_and_payload(separator: &[u8], encoding: Encoding) -> Self {
        Self::TopicAndPayload(Box::new(Finder::new(separator).into_owned()), encoding)
    }

    /// Length of the longest piece that can be a message, in bytes.
    fn limit(&self) -> usize {
        match self {
            Self::Payload(encoding) => encoding.text_limit(MAX_PAYLOAD),
            Self::TopicAndPayload(separator, encoding) => encoding
                .text_limit(MAX_PAYLOAD)
                .saturating_add(MAX_TOPIC_LENGTH + separator.needle().len()),
            Self::Json | Self::TimedJson => {
                MAX_PAYLOAD.saturating_mul(JSON_EXPANSION).saturating_add(JSON_FRAME)
            }
        }
    }

    /// Payload and fields of a piece; `None` if it is blank.
    fn read<'a>(
        &self,
        block: &'a Bytes,
        piece: Range<usize>,
    ) -> Result<Option<(Bytes, Said<'a>)>, String> {
        Ok(match self {
            Self::Payload(encoding) => {
                Some((encoding.decode(block.slice(piece))?, Said::default()))
            }
            Self::TopicAndPayload(separator, encoding) => {
                let length_of_line = piece.len();
                let line = &block[piece.clone()];
                let length = separator.find(line).ok_or_else(|| missing(separator.needle()))?;
                let begin = piece.start + length + separator.needle().len();
                let said = Said::topic(read_topic(&line[..length])?);
                let payload = part(block, begin..piece.end, length_of_line);
                Some((encoding.decode(payload)?, said))
            }
            Self::Json => {
                json::read(&block[piece])?.map(|(payload, said)| (keep(block, payload), said))
            }
            Self::TimedJson => {
                json::read_timed(&block[piece])?.map(|(payload, said)| (keep(block, payload), said))
            }
        })
    }
}

fn missing(separator: &[u8]) -> String {
    format!("no topic: {} is missing", quoted(&String::from_utf8_lossy(separator)))
}

fn read_topic(bytes: &[u8]) -> Result<TopicText<'_>, String> {
    let shown = || quoted(&String::from_utf8_lossy(bytes));
    let text = std::str::from_utf8(bytes)
        .map_err(|_| format!("invalid topic {}: it is not UTF-8", shown()))?;
    TopicText::new(text.into()).map_err(|error| format!("invalid topic {}: {error}", shown()))
}

/// Records that were read together, and information about skipped ones.
#[derive(Debug, Default)]
pub(super) struct Parcel {
    pub(super) records: Vec<Record>,
    /// Number of records skipped.
    pub(super) skipped: u64,
    /// The reasons, for the first ones.
    pub(super) complaints: Vec<SourceError>,
}

impl Parcel {
    /// Whether it contains nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.skipped == 0
    }
}

/// Turns pieces into records, numbered from 1 in input order.
pub(super) struct Pieces {
    shape: Shape,
    invalid: Invalid,
    /// Shared fields of records.
    sayings: Sayings,
    /// The number of the next piece.
    position: u64,
    /// Bytes of pieces without a record since the last record.
    passed: u64,
    /// Number of records skipped.
    skipped: u64,
}

/// A payload that is part of a line. A small part is copied, because it would keep all of a long line in memory until
/// it is acknowledged.
fn part(block: &Bytes, payload: Range<usize>, line: usize) -> Bytes {
    let is_small = payload.len() < line / 2 && payload.len() < block.len() / 2;
    if is_small { Bytes::copy_from_slice(&block[payload]) } else { block.slice(payload) }
}

/// The payload of a record in `block`. Records have their own QoS, and a few that wait for acknowledgement must not
/// keep the blocks of all others: only a payload that is most of its block shares its memory.
pub(super) fn keep(block: &Bytes, payload: Cow<'_, [u8]>) -> Bytes {
    match payload {
        Cow::Owned(bytes) => bytes.into(),
        Cow::Borrowed(payload) if payload.len() < block.len() / 2 => {
            Bytes::copy_from_slice(payload)
        }
        Cow::Borrowed(payload) => block.slice_ref(payload),
    }
}

impl Pieces {
    /// The first piece will have number 1.
    pub(super) fn new(shape: Shape, invalid: Invalid) -> Self {
        Self { shape, invalid, sayings: Sayings::default(), position: 1, passed: 0, skipped: 0 }
    }

    /// The records in `block`, and the error that ends reading after them.
    pub(super) fn read(&mut self, block: &Block) -> (Parcel, Result<(), SourceError>) {
        let pieces = block.pieces();
        let mut parcel = Parcel { records: Vec::with_capacity(pieces.len()), ..Parcel::default() };
        if self.takes_all_of(block) {
            parcel.records.extend(pieces.map(|(piece, size)| {
                let position = self.position;
                self.position += 1;
                let payload = block.bytes.slice(piece);
                Record { position, payload, size: size as u64, address: Address::Given, time: None }
            }));
            return (parcel, Ok(()));
        }
        for (piece, size) in pieces {
            let position = self.position;
            self.position += 1;
            let size = self.passed + size as u64;
            self.passed = 0;
            match self.shape.read(&block.bytes, piece) {
                Ok(Some((payload, _))) if payload.len() > MAX_PAYLOAD => {
                    return (parcel, Err(SourceError::TooLong { position }));
                }
                Ok(Some((payload, said))) => {
                    let time = said.time;
                    let address = self.sayings.share(said);
                    parcel.records.push(Record { position, payload, size, address, time });
                }
                Ok(None) => self.passed = size,
                Err(cause) => {
                    let error = SourceError::Invalid { position, cause };
                    if self.invalid == Invalid::Stop {
                        return (parcel, Err(error));
                    }
                    self.passed = size;
                    self.skipped += 1;
                    parcel.skipped += 1;
                    if self.skipped <= COMPLAINTS {
                        parcel.complaints.push(error);
                    }
                }
            }
        }
        (parcel, Ok(()))
    }

    /// Whether every piece is a payload as it is: that is most input, and needs no further checks.
    fn takes_all_of(&self, block: &Block) -> bool {
        matches!(self.shape, Shape::Payload(Encoding::Plain)) && block.bytes.len() <= MAX_PAYLOAD
    }

    /// Refuses an incomplete piece of `held` bytes that is too long for a message.
    pub(super) fn check_held(&self, held: usize) -> Result<(), SourceError> {
        match held > self.shape.limit() {
            true => Err(SourceError::TooLong { position: self.position }),
            false => Ok(()),
        }
    }
}
