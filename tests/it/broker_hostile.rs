//! `mqtt broker` among clients that break every rule: it drops them, says why where the version has words for that, and
//! serves the others.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::{Level, Mqtt, Properties, Publish, Random, Running, Signal, frame, free_port};

const V4: Level = Level::V311;
const V5: Level = Level::V5;

/// Nothing here takes longer, unless it has failed.
const PATIENCE: Duration = Duration::from_secs(10);

fn start() -> (Running, u16) {
    let port = free_port();
    let url = format!("mqtt://127.0.0.1:{port}");
    let mut broker = Mqtt::new("broker")
        .args(["-p", &port.to_string()])
        .status(143)
        .stdout(format!("{url}\n"))
        .stderr("mqtt: terminated\n")
        .deadline(Duration::from_secs(120))
        .spawn();
    assert_eq!(broker.read_line(), url);
    (broker, port)
}

/// Ends the broker, which must have lived until now and served as ever.
#[track_caller]
fn stop(broker: Running, port: u16) {
    for version in ["3.1.1", "5"] {
        Mqtt::at("pub", port).line("-t last -m words -r -q 2 -V").arg(version).run();
        Mqtt::at("sub", port).line("-t last -C 1 -V").arg(version).stdout("words\n").run();
    }
    broker.signal(Signal::Terminate);
    broker.wait();
}

fn prefixed(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text");
    [&length.to_be_bytes(), text].concat()
}

fn dial(port: u16) -> TcpStream {
    let client = TcpStream::connect(("127.0.0.1", port)).expect("it accepts");
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.set_write_timeout(Some(PATIENCE)).unwrap();
    client
}

fn connect(level: Level, flags: u8, id: &str) -> Vec<u8> {
    let properties: &[u8] = if level == V5 { &[0] } else { &[] };
    let head = [&prefixed(b"MQTT")[..], &[level as u8, flags, 0, 60], properties];
    frame(0x10, &[&head.concat()[..], &prefixed(id.as_bytes())].concat())
}

/// All that the broker sends to a client that sends these bytes after a good CONNECT, until it hangs up.
#[track_caller]
fn last_words(port: u16, level: Level, bytes: &[u8]) -> Vec<u8> {
    let mut client = dial(port);
    client.write_all(&connect(level, 2, "hostile")).unwrap();
    let connack = read_packet(&mut client);
    assert_eq!((connack[0], connack[3]), (0x20, 0));
    client.write_all(bytes).unwrap();
    let mut words = Vec::new();
    client.read_to_end(&mut words).expect("it hangs up in good order");
    words
}

#[track_caller]
fn read_packet(client: &mut TcpStream) -> Vec<u8> {
    let mut packet = vec![0; 2];
    client.read_exact(&mut packet).expect("a packet");
    let length = usize::from(packet[1]);
    packet.resize(2 + length, 0);
    client.read_exact(&mut packet[2..]).expect("a whole one");
    packet
}

#[test]
fn a_client_that_breaks_the_protocol_is_dropped_for_the_right_reason() {
    let (broker, port) = start();
    let everywhere: &[(&[u8], u8)] = &[
        (b"\x20\x02\x00\x00", 0x82),
        (b"\x90\x03\x00\x07\x00", 0x82),
        (b"\xb0\x02\x00\x07", 0x82),
        (b"\xd0\x00", 0x82),
        (b"\x00\x00", 0x81),
        (b"\xc1\x00", 0x81),
        (b"\x30\xff\xff\xff\xff", 0x81),
        (b"\x82\xff\xff\xff\x7f", 0x95),
        (b"\x32\x07\x00\x01a\x00\x00\x00x", 0x82),
        (b"\x30\x04\x00\x01#\x00", 0x90),
        (b"\x30\x04\x00\x01\xff\x00", 0x81),
        (b"\x40\x02\x00\x09", 0),
        (b"\x70\x02\x00\x09", 0),
    ];
    let only_v5: &[(&[u8], u8)] = &[
        (b"\xf0\x00", 0x82),
        (b"\x30\x08\x00\x01a\x04\x01\x00\x01\x00", 0x82),
        (b"\x30\x07\x00\x01a\x03\x23\xff\xff", 0x94),
        (b"\x30\x06\x00\x00\x03\x23\x00\x01", 0x82),
        (b"\x82\x07\x00\x07\x00\x00\x01a\x03", 0x81),
    ];
    for (packet, reason) in everywhere.iter().chain(only_v5) {
        // rumqttd itself hangs up on acknowledgements of nothing.
        let words = if *reason == 0 { Vec::new() } else { vec![0xe0, 2, *reason, 0] };
        assert_eq!(last_words(port, V5, packet), words, "{packet:02x?}");
    }
    for (packet, _) in everywhere {
        assert_eq!(last_words(port, V4, packet), b"", "{packet:02x?}");
    }
    for level in [V4, V5] {
        let again = last_words(port, level, &connect(level, 2, "again"));
        assert_eq!(again, if level == V5 { &b"\xe0\x02\x82\x00"[..] } else { b"" });
    }
    stop(broker, port);
}

#[test]
fn a_connect_that_is_wrong_is_refused_in_version_5_and_dropped_before() {
    let (broker, port) = start();
    for (level, words) in [(V4, &b""[..]), (V5, b"\x20\x03\x00\x81\x00")] {
        let mut client = dial(port);
        // The reserved flag.
        client.write_all(&connect(level, 3, "wrong")).unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        assert_eq!(answer, words);
    }
    stop(broker, port);
}

#[test]
fn what_rumqttd_cannot_do_is_answered_for_it() {
    let (broker, port) = start();
    let share = |level: Level| {
        let properties: &[u8] = if level == V5 { &[0] } else { &[] };
        let filter = prefixed(b"$share/g/a");
        frame(0x82, &[&[0, 7], properties, &filter, &[1]].concat())
    };
    let cases: [(Level, Vec<u8>, &[u8]); 6] = [
        (V4, share(V4), b"\x90\x03\x00\x07\x80"),
        (V5, share(V5), b"\x90\x04\x00\x07\x00\x9e"),
        (V4, b"\x62\x02\x00\x09".to_vec(), b"\x70\x02\x00\x09"),
        (V5, b"\x62\x02\x00\x09".to_vec(), b"\x70\x03\x00\x09\x92"),
        (V4, b"\x82\x0b\x00\x07\x00\x06$SYS/#\x01".to_vec(), b"\x90\x03\x00\x07\x01"),
        (V5, b"\x82\x0c\x00\x07\x00\x00\x06$SYS/#\x01".to_vec(), b"\x90\x04\x00\x07\x00\x01"),
    ];
    for (level, packet, answer) in cases {
        let mut client = dial(port);
        // A session that outlives its connection.
        client.write_all(&connect(level, 0, "durable")).unwrap();
        client.write_all(&packet).unwrap();
        assert_eq!(read_packet(&mut client)[0], 0x20);
        assert_eq!(read_packet(&mut client), answer, "{packet:02x?}");
    }
    stop(broker, port);
}

#[test]
fn hundreds_who_never_speak_keep_nobody_out() {
    let (broker, port) = start();
    let silent: Vec<TcpStream> = (0..250).map(|_| dial(port)).collect();
    let beginnings = [&b"\x10"[..], b"\x10\xff\xff\xff\x7f\x00\x04MQTT\x05"];
    for (mut client, bytes) in silent.iter().zip(beginnings.iter().cycle()).take(100) {
        client.write_all(bytes).unwrap();
    }
    stop(broker, port);
}

/// What one of many does who knows the protocol, and mostly keeps to it.
fn any_packet(random: &mut Random, level: Level) -> Vec<u8> {
    const TOPICS: [&str; 6] = ["a", "a/b", "é/a", "$SYS/a", "b", ""];
    const FILTERS: [&str; 8] =
        ["a", "#", "a/+", "é/#", "$SYS/#", "$share/g/a", "$share/g/#", "$share/h/é/+"];
    let id = u16::try_from(random.below(6)).unwrap();
    let pair = id.to_be_bytes();
    let properties: &[u8] = if level == V5 { &[0] } else { &[] };
    match random.below(14) {
        0..5 => {
            let qos = u8::try_from(random.below(3)).unwrap();
            let size = if random.below(8) == 0 { 20_000 } else { random.below(40) };
            let payload = random.bytes(size);
            let mut publish = Publish::new(TOPICS[random.below(TOPICS.len())], &payload);
            if level == V5 && random.below(2) == 0 {
                publish = publish.with(Properties::new().two(0x23, id));
            }
            if random.below(3) == 0 {
                publish = publish.retain();
            }
            if qos > 0 { publish.qos(qos, id) } else { publish }.encode(level)
        }
        5 | 6 => {
            let filter = prefixed(FILTERS[random.below(FILTERS.len())].as_bytes());
            let qos = u8::try_from(random.below(3)).unwrap();
            frame(0x82, &[&pair, properties, &filter, &[qos]].concat())
        }
        7 => {
            let filter = prefixed(FILTERS[random.below(FILTERS.len())].as_bytes());
            frame(0xa2, &[&pair, properties, &filter].concat())
        }
        8 => frame([0x40, 0x50, 0x62, 0x70][random.below(4)], &pair),
        9 => frame(0x62, &pair),
        10 => frame(0xc0, &[]),
        11 => frame(0xe0, &[]),
        12 => {
            let length = random.below(30);
            random.bytes(length)
        }
        _ => {
            let mut packet = any_packet(random, level);
            let at = random.below(packet.len().max(1));
            if let Some(byte) = packet.get_mut(at) {
                *byte = u8::try_from(random.below(256)).unwrap();
            }
            packet
        }
    }
}

/// Acknowledges what has come, as a good client does, and perhaps an acknowledgement too many.
fn answers(random: &mut Random, heard: &[u8]) -> Vec<u8> {
    let mut answers = Vec::new();
    let mut rest = heard;
    while let [first, length @ 0..0x80, body @ ..] = rest {
        let Some((body, after)) = body.split_at_checked(usize::from(*length)) else { break };
        rest = after;
        let id = match (first >> 4, body) {
            (3, [high, low, topic @ ..]) if first & 6 != 0 => {
                let at = usize::from(u16::from_be_bytes([*high, *low]));
                topic.get(at..at + 2)
            }
            (5 | 6, _) => body.get(..2),
            _ => None,
        };
        let kind = match first >> 4 {
            3 if first & 6 == 2 => 0x40,
            3 => 0x50,
            5 => 0x62,
            _ => 0x70,
        };
        if let Some(id) = id.filter(|_| random.below(8) > 0) {
            answers.extend(frame(kind, id));
        }
    }
    answers
}

/// A client that does what comes to its mind.
struct Player {
    stream: TcpStream,
    level: Level,
}

impl Player {
    /// Connects, under one of few names.
    fn start(random: &mut Random, port: u16) -> Self {
        let mut stream = dial(port);
        stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let level = if random.below(2) == 0 { V4 } else { V5 };
        let flags = if random.below(2) == 0 { 0 } else { 2 };
        let name = format!("client{}", random.below(6));
        stream.write_all(&connect(level, flags, &name)).unwrap();
        Self { stream, level }
    }

    /// Sends something, and perhaps listens and answers; an error once it was dropped, or has had enough.
    fn act(&mut self, random: &mut Random) -> io::Result<()> {
        let packets = 0..random.below(5);
        let batch: Vec<u8> = packets.flat_map(|_| any_packet(random, self.level)).collect();
        self.stream.write_all(&batch)?;
        if random.below(3) == 0 {
            let mut heard = vec![0; 4096];
            match self.stream.read(&mut heard) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.stream.write_all(&answers(random, &heard[..count]))?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        if random.below(60) == 0 { Err(ErrorKind::Other.into()) } else { Ok(()) }
    }
}

/// `MQTT_TEST_CLIENTS=100000` plays that many.
#[test]
fn whatever_clients_send_the_broker_lives() {
    let clients = std::env::var("MQTT_TEST_CLIENTS").ok().and_then(|count| count.parse().ok());
    let mut clients: usize = clients.unwrap_or(300);
    let mut random = Random::new();
    let (broker, port) = start();
    let mut players: Vec<Player> = (0..8).map(|_| Player::start(&mut random, port)).collect();
    while clients > 0 {
        let player = random.below(players.len());
        if players[player].act(&mut random).is_err() {
            players[player] = Player::start(&mut random, port);
            clients -= 1;
        }
    }
    drop(players);
    stop(broker, port);
}
