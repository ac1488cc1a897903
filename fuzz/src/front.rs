//! A client of `mqtt broker` that sends anything: what the front lets through is a packet to rumqttd's codec, which neither
//! panics at it nor waits for more; and what the front answers is a packet to a client.

use bytes::BytesMut;
use mqtt::broker::inspection::{Handling, Inspector};
use mqtt::broker::opening::{Level, Opening, parse};
use mqtt::mqtt::Version as ClientVersion;
use mqtt::mqtt::packet::{Frame, Packet};
use rumqttd::protocol::{Error, Protocol, v4::V4, v5::V5};

const CONNECTS: [&[u8]; 4] = [
    b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a",
    b"\x10\x0d\x00\x04MQTT\x04\x00\x00\x3c\x00\x01a",
    b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01a",
    b"\x10\x0e\x00\x04MQTT\x05\x00\x00\x3c\x00\x00\x01a",
];

/// Serves a client that sends the bytes, some of them after a CONNECT that is good.
pub fn run(data: &[u8]) {
    let Some((&kind, bytes)) = data.split_first() else { return };
    let connect = CONNECTS.get(usize::from(kind)).copied().unwrap_or_default();
    let stream = [connect, bytes].concat();
    for length in 0..stream.len().min(16) {
        let (part, whole) = (parse(&stream[..length]), parse(&stream));
        assert!(part == Opening::Partial || part == whole, "{length} bytes: {part:?}");
    }
    let Opening::Connect(version) = parse(&stream) else { return };
    serve(version, &stream);
}

fn serve(version: Level, mut stream: &[u8]) {
    let mut inspector = Inspector::new(version);
    while let Some(packet) = next(&mut inspector, &mut stream) {
        match inspector.inspect(packet) {
            Ok(Handling::Pass) => check_codec(version, packet),
            Ok(Handling::Answer(answer)) => check_answer(version, &answer),
            Err(reason) => {
                assert!(reason.is_failure());
                return check_answer(version, &inspector.farewell(reason));
            }
        }
    }
}

/// Takes the next whole packet off the stream.
fn next<'a>(inspector: &mut Inspector, stream: &mut &'a [u8]) -> Option<&'a [u8]> {
    let whole = inspector.length(stream);
    for length in 0..stream.len().min(6) {
        let part = inspector.length(&stream[..length]);
        assert!(part == Ok(None) || part == whole, "{length} bytes: {part:?}");
    }
    let length = whole.ok()??;
    let (packet, rest) = stream.split_at_checked(length)?;
    *stream = rest;
    Some(packet)
}

fn check_codec(version: Level, packet: &[u8]) {
    let mut bytes = BytesMut::from(packet);
    let read = match version {
        Level::V4 => V4.read_mut(&mut bytes, usize::MAX),
        Level::V5 => V5.read_mut(&mut bytes, usize::MAX),
    };
    assert!(bytes.is_empty(), "{packet:02x?}: {read:?}, and {} bytes are left", bytes.len());
    let is_excused = match packet {
        // A password may be any bytes; it hangs up at those that are not UTF-8.
        [0x10, ..] => matches!(read, Err(Error::TopicNotUtf8 | Error::PayloadNotUtf8(_))),
        // It takes a DISCONNECT without properties for the beginning of one, which is mended behind it.
        [0xe0, 1, _] => matches!(read, Err(Error::InsufficientBytes(_))),
        _ => false,
    };
    assert!(read.is_ok() || is_excused, "{packet:02x?}: {read:?}");
}

/// None, or one whole packet that a strict client takes.
fn check_answer(version: Level, answer: &[u8]) {
    if answer.is_empty() {
        return;
    }
    let version = match version {
        Level::V4 => ClientVersion::V311,
        Level::V5 => ClientVersion::V5,
    };
    let frame = Frame::read(answer).expect("a header").expect("a whole one");
    assert_eq!(frame.total(), answer.len());
    let packet = Packet::read(version, frame, &answer[frame.header..]);
    assert!(packet.is_ok(), "{answer:02x?}: {packet:?}");
}
