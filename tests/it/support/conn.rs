//! One connection of the scripted peer: what it expects to read, and what it says, honest or not.
//!
//! Every read has a deadline, and every failure says what was expected and what came instead.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::bytes::{Blob, Properties, frame, property};
use super::delivery::{Delivery, Outbox};
use super::packet::{
    Ack, Auth, Connect, Disconnect, Level, Packet, Publish, Subscribe, Unsubscribe,
};
use super::peer::{PATIENCE, Stage};

mod flood;
mod silent;

pub struct Conn {
    stream: TcpStream,
    outbox: Outbox,
    buffer: Vec<u8>,
    level: Option<Level>,
    number: usize,
    stage: Arc<Stage>,
}

/// Why there is no packet.
#[derive(Debug)]
enum Nothing {
    Silence(Duration),
    Closed,
    Reset(io::Error),
    Truncated(Blob),
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Silence(waited) => write!(f, "nothing came within {waited:?}"),
            Self::Closed => write!(f, "the client closed the connection"),
            Self::Reset(error) => write!(f, "the connection failed: {error}"),
            Self::Truncated(part) => write!(f, "the client closed in the middle of {part:?}"),
        }
    }
}

/// One `expect_…` for each packet of the client.
macro_rules! expectations {
    ($($name:ident: $variant:ident($packet:ty) = $label:literal,)*) => {
        impl Conn {
            $(
                #[track_caller]
                pub fn $name(&mut self) -> $packet {
                    match self.receive($label) {
                        Packet::$variant(packet) => packet,
                        other => self.unexpected($label, &other),
                    }
                }
            )*
        }
    };
}

expectations! {
    expect_connect: Connect(Connect) = "CONNECT",
    expect_publish: Publish(Publish) = "PUBLISH",
    expect_puback: PubAck(Ack) = "PUBACK",
    expect_pubrec: PubRec(Ack) = "PUBREC",
    expect_pubrel: PubRel(Ack) = "PUBREL",
    expect_pubcomp: PubComp(Ack) = "PUBCOMP",
    expect_subscribe: Subscribe(Subscribe) = "SUBSCRIBE",
    expect_unsubscribe: Unsubscribe(Unsubscribe) = "UNSUBSCRIBE",
    expect_auth: Auth(Auth) = "AUTH",
}

/// Reading.
impl Conn {
    pub fn new(stream: TcpStream, number: usize, stage: Arc<Stage>, delivery: Delivery) -> Self {
        stream
            .set_nonblocking(false)
            .and_then(|()| stream.set_nodelay(true))
            .and_then(|()| stream.set_write_timeout(Some(PATIENCE)))
            .expect("a fresh connection takes options");
        let outbox = Outbox::new(delivery);
        Self { stream, outbox, buffer: Vec::new(), level: None, number, stage }
    }

    /// The address that the client connects from.
    pub fn from(&self) -> IpAddr {
        self.stream.peer_addr().expect("a connection has two ends").ip()
    }

    /// Whatever comes next, which should be what `expected` says.
    #[track_caller]
    pub fn expect_any(&mut self, expected: &str) -> Packet {
        self.receive(expected)
    }

    #[track_caller]
    pub fn expect_pingreq(&mut self) {
        match self.receive("PINGREQ") {
            Packet::PingReq => {}
            other => self.unexpected("PINGREQ", &other),
        }
    }

    /// A DISCONNECT with this reason.
    #[track_caller]
    pub fn expect_disconnect(&mut self, reason: u8) -> Disconnect {
        match self.receive("DISCONNECT") {
            Packet::Disconnect(disconnect) if disconnect.reason == reason => disconnect,
            other => self.unexpected(&format!("DISCONNECT 0x{reason:02x}"), &other),
        }
    }

    /// Exactly these bytes, the next packet or packets among them.
    #[track_caller]
    pub fn expect_bytes(&mut self, expected: &[u8]) {
        if let Err(nothing) = self.fill(expected.len(), PATIENCE) {
            let came = Blob(self.buffer.clone());
            self.fail(&format!("{:?}", Blob::from(expected)), &nothing, Some(came));
        }
        let came: Vec<u8> = self.buffer.drain(..expected.len()).collect();
        self.note('<', &Blob::from(&came));
        assert_eq!(Blob(came), Blob::from(expected), "bytes on the wire");
    }

    /// The client's orderly end: FIN, and nothing before it.
    #[track_caller]
    pub fn expect_eof(&mut self) {
        match self.next(PATIENCE) {
            Ok(packet) => self.unexpected("the end of the stream", &packet),
            Err(Nothing::Closed) => self.note('<', &"end of stream"),
            Err(nothing) => self.fail("the end of the stream", &nothing, None),
        }
    }

    /// The client's end in whatever form: it may say DISCONNECT first (which is returned), and it may reset.
    #[track_caller]
    pub fn expect_closed(&mut self) -> Option<Disconnect> {
        let mut last = None;
        loop {
            match self.next(PATIENCE) {
                Ok(Packet::Disconnect(disconnect)) if last.is_none() => last = Some(disconnect),
                Ok(packet) => self.unexpected("the end of the connection", &packet),
                Err(Nothing::Closed | Nothing::Reset(_)) => return last,
                Err(nothing) => self.fail("the end of the connection", &nothing, None),
            }
        }
    }

    /// The head of an HTTP request, which nothing may follow; its text.
    #[track_caller]
    pub fn expect_head(&mut self) -> String {
        while !self.buffer.ends_with(b"\r\n\r\n") {
            if let Err(nothing) = self.fill(self.buffer.len() + 1, PATIENCE) {
                let so_far = Blob(self.buffer.clone());
                self.fail("the head of a request", &nothing, Some(so_far));
            }
        }
        String::from_utf8(std::mem::take(&mut self.buffer)).expect("HTTP is text")
    }

    /// Bytes that are no MQTT, and then the client's end.
    #[track_caller]
    pub fn expect_noise(&mut self) {
        loop {
            match self.fill(self.buffer.len() + 1, PATIENCE) {
                Ok(()) => {}
                Err(nothing @ Nothing::Silence(_)) => self.fail("the end", &nothing, None),
                Err(_) => return,
            }
        }
    }

    /// DISCONNECT 0x00, then the end of the stream: how a client leaves that has done its work.
    #[track_caller]
    pub fn expect_goodbye(&mut self) -> Disconnect {
        let disconnect = self.expect_disconnect(0);
        self.expect_eof();
        disconnect
    }

    /// Proves an absence: no byte and no end within `duration`.
    #[track_caller]
    pub fn expect_nothing_for(&mut self, duration: Duration) {
        match self.next(duration) {
            Ok(packet) => self.unexpected("silence", &packet),
            Err(Nothing::Silence(_)) => {}
            Err(nothing) => self.fail("silence", &nothing, None),
        }
    }

    /// Does this again and again, with such pauses, until the client says something or leaves.
    #[track_caller]
    pub fn until_it_speaks(&mut self, pause: Duration, mut act: impl FnMut(&mut Self)) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            act(self);
            match self.fill(1, pause) {
                Err(nothing @ Nothing::Silence(_)) => {
                    if Instant::now() >= deadline {
                        self.fail("any sign of the client", &nothing, None);
                    }
                }
                _ => return,
            }
        }
    }

    /// Answers PINGREQs until nothing comes for so long.
    #[track_caller]
    pub fn until_it_is_silent_for(&mut self, duration: Duration) {
        loop {
            match self.next(duration) {
                Ok(Packet::PingReq) => self.pingresp(),
                Ok(packet) => self.unexpected("silence or PINGREQ", &packet),
                Err(Nothing::Silence(_)) => return,
                Err(nothing) => self.fail("silence or PINGREQ", &nothing, None),
            }
        }
    }

    /// Stops reading until the client has ended.
    #[track_caller]
    pub fn stall(&mut self) {
        self.deliver();
        self.stage.wait_for_finish();
    }

    /// Stops reading for a while.
    pub fn stall_for(&mut self, duration: Duration) {
        self.deliver();
        std::thread::sleep(duration);
    }

    /// Tells the test, which waits in `Peer::wait_for`, how far the script is.
    pub fn reached(&mut self, mark: &str) {
        self.deliver();
        self.stage.reached(mark);
    }

    /// Waits until the test says `Peer::reached`.
    #[track_caller]
    pub fn wait_for(&mut self, mark: &str) {
        self.deliver();
        self.stage.wait_for(mark);
    }

    #[track_caller]
    fn receive(&mut self, expected: &str) -> Packet {
        match self.next(PATIENCE) {
            Ok(packet) => packet,
            Err(nothing) => self.fail(expected, &nothing, None),
        }
    }

    /// Reads one packet and records it.
    #[track_caller]
    fn next(&mut self, patience: Duration) -> Result<Packet, Nothing> {
        let body = loop {
            if let Some((start, end)) = self.frame_length() {
                self.fill(end, patience)?;
                break start..end;
            }
            self.fill(self.buffer.len() + 1, patience)?;
        };
        let end = body.end;
        let packet = Packet::decode(self.buffer[0], &self.buffer[body], self.level);
        self.buffer.drain(..end);
        self.note('<', &packet);
        match &packet {
            Packet::Connect(connect) => {
                assert_eq!(self.level, None, "a second CONNECT on one connection");
                self.level = Some(connect.level);
                self.stage.record(|record| record.connects.push(connect.clone()));
            }
            Packet::Publish(publish) => self.stage.record(|record| {
                record.publishes.push(publish.clone());
                record.arrivals.push(Instant::now());
            }),
            _ => {}
        }
        Ok(packet)
    }

    /// Where the body of the frame in the buffer starts and ends, once the remaining length is there.
    #[track_caller]
    fn frame_length(&self) -> Option<(usize, usize)> {
        let length = self.buffer.get(1..)?;
        let last = length.iter().position(|byte| byte & 0x80 == 0);
        let Some(last) = last else {
            assert!(length.len() < 4, "a remaining length of more than 4 bytes");
            return None;
        };
        assert!(last < 4, "a remaining length of more than 4 bytes");
        assert!(last == 0 || length[last] != 0, "a remaining length that is longer than needed");
        let bytes = length[..=last].iter().rev();
        let length = bytes.fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
        Some((last + 2, last + 2 + length))
    }

    fn fill(&mut self, wanted: usize, patience: Duration) -> Result<(), Nothing> {
        self.deliver();
        let deadline = Instant::now() + patience;
        let mut chunk = vec![0; 64 * 1024];
        while self.buffer.len() < wanted {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Nothing::Silence(patience));
            }
            self.stream.set_read_timeout(Some(left)).expect("a timeout above zero");
            match self.stream.read(&mut chunk) {
                Ok(0) if self.buffer.is_empty() => return Err(Nothing::Closed),
                Ok(0) => return Err(Nothing::Truncated(Blob(self.buffer.clone()))),
                Ok(count) => self.buffer.extend_from_slice(&chunk[..count]),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                    _ => return Err(Nothing::Reset(error)),
                },
            }
        }
        Ok(())
    }

    #[track_caller]
    fn unexpected(&self, expected: &str, came: &Packet) -> ! {
        panic!("connection {}: expected {expected}, but the client sent {came:?}", self.number);
    }

    #[track_caller]
    fn fail(&self, expected: &str, nothing: &Nothing, so_far: Option<Blob>) -> ! {
        let so_far = so_far.map_or(String::new(), |bytes| format!(" (so far: {bytes:?})"));
        panic!("connection {}: expected {expected}, but {nothing}{so_far}", self.number);
    }

    fn note(&self, direction: char, what: &dyn fmt::Debug) {
        self.stage.note(format!("{} {direction} {what:?}", self.number));
    }
}

/// Writing.
impl Conn {
    /// These bytes, whatever they mean. Cut in pieces, they may be understood before the last of them.
    #[track_caller]
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let result = self.try_send_raw(bytes);
        if let (Err(error), Delivery::AsWritten) = (result, self.outbox.delivery()) {
            panic!("connection {}: cannot send: {error}", self.number);
        }
    }

    /// As [`Conn::send_raw`], to a client that may be gone.
    pub fn try_send_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.note('>', &Blob::from(bytes));
        self.outbox.say(&self.stream, bytes)
    }

    /// One write, and as far as TCP lets it one segment, for each byte.
    #[track_caller]
    pub fn send_bytewise(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.send_raw(&[*byte]);
        }
    }

    pub fn connack(&mut self, code: u8) {
        self.connack_with(false, code, Properties::new());
    }

    /// CONNACK in the version of the client's CONNECT.
    pub fn connack_with(&mut self, session_present: bool, code: u8, properties: Properties) {
        let mut body = vec![u8::from(session_present), code];
        if self.v5() {
            body.extend(properties.encode());
        }
        self.send_raw(&frame(0x20, &body));
    }

    /// CONNACK as a broker writes it that knows no version 5.
    pub fn connack_311(&mut self, code: u8) {
        self.send_raw(&[0x20, 2, 0, code]);
    }

    pub fn publish(&mut self, publish: &Publish) {
        self.send_raw(&publish.encode(self.level()));
    }

    pub fn puback(&mut self, id: u16, reason: u8) {
        self.ack(0x40, id, reason);
    }

    /// PUBACK with a reason in words (MQTT 5 only).
    pub fn puback_saying(&mut self, id: u16, reason: u8, words: &str) {
        let properties = Properties::new().text(property::REASON_STRING, words);
        let body = [&id.to_be_bytes()[..], &[reason], &properties.encode()].concat();
        self.send_raw(&frame(0x40, &body));
    }

    pub fn pubrec(&mut self, id: u16, reason: u8) {
        self.ack(0x50, id, reason);
    }

    pub fn pubrel(&mut self, id: u16, reason: u8) {
        self.ack(0x62, id, reason);
    }

    pub fn pubcomp(&mut self, id: u16, reason: u8) {
        self.ack(0x70, id, reason);
    }

    pub fn suback(&mut self, id: u16, codes: &[u8]) {
        self.grant(0x90, id, codes);
    }

    pub fn unsuback(&mut self, id: u16, codes: &[u8]) {
        let codes = if self.v5() { codes } else { &[] };
        self.grant(0xb0, id, codes);
    }

    pub fn pingresp(&mut self) {
        self.send_raw(&[0xd0, 0]);
    }

    /// AUTH (MQTT 5 only).
    pub fn auth(&mut self, reason: u8, properties: Properties) {
        self.send_raw(&frame(0xf0, &[&[reason], &properties.encode()[..]].concat()));
    }

    /// The broker's own DISCONNECT (MQTT 5 only).
    pub fn disconnect(&mut self, reason: u8) {
        self.send_raw(&[0xe0, 2, reason, 0]);
    }

    /// Holds back what is sent from now on, until the connection is closed: the client learns of both at the same time.
    pub fn cork(&mut self) {
        self.note('>', &"cork");
        #[cfg(target_os = "linux")]
        rustix::net::sockopt::set_tcp_cork(&self.stream, true).expect("a TCP socket");
    }

    /// Closes at once: FIN, and RST for whatever still comes.
    pub fn cut(&mut self) {
        self.note('>', &"cut");
        self.deliver();
        // The client may have been quicker.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Sends what waits to be sent together; a client that is gone does not get it.
    fn deliver(&mut self) {
        let _ = self.outbox.flush(&self.stream);
    }

    /// Makes the close at the end of the script a RST.
    pub fn reset(&mut self) {
        self.note('>', &"reset");
        SockRef::from(&self.stream)
            .set_linger(Some(Duration::ZERO))
            .expect("a connection takes SO_LINGER");
    }

    /// An acknowledgement; without reason it takes the short form, which MQTT 5 allows and 3.1.1 demands.
    fn ack(&mut self, header: u8, id: u16, reason: u8) {
        let mut body = id.to_be_bytes().to_vec();
        if reason != 0 {
            assert!(self.v5(), "acknowledgements have reasons in MQTT 5 only");
            body.push(reason);
        }
        self.send_raw(&frame(header, &body));
    }

    fn grant(&mut self, header: u8, id: u16, codes: &[u8]) {
        let properties: &[u8] = if self.v5() { &[0] } else { &[] };
        let body = [&id.to_be_bytes(), properties, codes].concat();
        self.send_raw(&frame(header, &body));
    }

    fn v5(&self) -> bool {
        self.level() == Level::V5
    }

    pub fn level(&self) -> Level {
        self.level.expect("a CONNECT comes first")
    }
}

/// Common openings and whole lives.
impl Conn {
    /// Lets the client in.
    #[track_caller]
    pub fn accept(&mut self) -> Connect {
        let connect = self.expect_connect();
        self.connack(0);
        connect
    }

    /// Lets the client in, with these properties in CONNACK.
    #[track_caller]
    pub fn accept_with(&mut self, properties: Properties) -> Connect {
        let connect = self.expect_connect();
        self.connack_with(false, 0, properties);
        connect
    }

    /// Lets a returning client in: it must have asked for its old session, which it gets.
    #[track_caller]
    pub fn resume(&mut self) -> Connect {
        let connect = self.expect_connect();
        assert!(!connect.clean_start, "the client threw its session away");
        self.connack_with(true, 0, Properties::new());
        connect
    }

    /// Refuses the client with a code and a reason string.
    #[track_caller]
    pub fn refuse(&mut self, code: u8, reason: &str) {
        self.expect_connect();
        let properties = Properties::new().text(property::REASON_STRING, reason);
        self.connack_with(false, code, properties);
    }

    /// Lets the client in and grants the one SUBSCRIBE that follows as asked.
    #[track_caller]
    pub fn accept_subscriber(&mut self) -> Subscribe {
        self.accept();
        self.grant_subscribe()
    }

    /// Expects a SUBSCRIBE and grants it as asked.
    #[track_caller]
    pub fn grant_subscribe(&mut self) -> Subscribe {
        let subscribe = self.expect_subscribe();
        self.suback(subscribe.id, &granted(&subscribe));
        subscribe
    }

    /// Expects a PUBLISH and confirms it at its QoS.
    #[track_caller]
    pub fn take(&mut self) -> Publish {
        let publish = self.expect_publish();
        self.answer(&Packet::Publish(publish.clone()));
        if let (2, Some(id)) = (publish.qos, publish.id) {
            assert_eq!(self.expect_pubrel().id, id);
            self.pubcomp(id, 0);
        }
        publish
    }

    /// As [`Conn::accept_subscriber`], with these properties in CONNACK.
    #[track_caller]
    pub fn accept_subscriber_with(&mut self, properties: Properties) -> Subscribe {
        self.accept_with(properties);
        self.grant_subscribe()
    }

    /// Expects an UNSUBSCRIBE and confirms it.
    #[track_caller]
    pub fn grant_unsubscribe(&mut self) -> Unsubscribe {
        let unsubscribe = self.expect_unsubscribe();
        self.unsuback(unsubscribe.id, &vec![0; unsubscribe.filters.len()]);
        unsubscribe
    }

    /// Expects a PINGREQ and answers it.
    #[track_caller]
    pub fn answer_ping(&mut self) {
        self.expect_pingreq();
        self.pingresp();
    }

    /// Plays the polite broker until the client leaves.
    #[track_caller]
    pub fn serve(&mut self) {
        self.serve_but(|_, _| false);
    }

    /// Plays the polite broker until a message to `secret/…` comes, and hangs up on it.
    #[track_caller]
    pub fn serve_but_for_secrets(&mut self) {
        let mut is_over = false;
        self.serve_but(|conn, packet| {
            let is_secret =
                matches!(packet, Packet::Publish(it) if it.topic.starts_with("secret/"));
            if is_secret && !is_over {
                conn.cut();
            }
            is_over |= is_secret;
            is_over
        });
    }

    /// As [`Conn::serve`], but for the packets that `handle` says it has handled.
    #[track_caller]
    pub fn serve_but(&mut self, mut handle: impl FnMut(&mut Self, &Packet) -> bool) {
        loop {
            match self.next(PATIENCE) {
                Ok(packet) if handle(self, &packet) => {}
                Ok(Packet::Disconnect(_)) => return self.expect_eof(),
                Ok(packet) => self.answer(&packet),
                Err(Nothing::Closed | Nothing::Reset(_)) => return,
                Err(nothing) => self.fail("any packet", &nothing, None),
            }
        }
    }

    #[track_caller]
    fn answer(&mut self, packet: &Packet) {
        match packet {
            Packet::Connect(_) => self.connack(0),
            Packet::Publish(publish) => match (publish.qos, publish.id) {
                (1, Some(id)) => self.puback(id, 0),
                (2, Some(id)) => self.pubrec(id, 0),
                _ => {}
            },
            Packet::PubRel(ack) => self.pubcomp(ack.id, 0),
            Packet::Subscribe(subscribe) => self.suback(subscribe.id, &granted(subscribe)),
            Packet::Unsubscribe(unsubscribe) => {
                self.unsuback(unsubscribe.id, &vec![0; unsubscribe.filters.len()]);
            }
            Packet::PingReq => self.pingresp(),
            other => self.unexpected("a packet that a polite broker answers", other),
        }
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        self.deliver();
    }
}

fn granted(subscribe: &Subscribe) -> Vec<u8> {
    subscribe.filters.iter().map(|filter| filter.qos).collect()
}
