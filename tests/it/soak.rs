//! Writers and readers on a real broker, while it is restarted or its connections are cut every few seconds: nothing is
//! lost, nothing comes twice at QoS 2, and no memory or file descriptor leaks.
//!
//! It takes a few seconds as part of the suite, and as long as `MQTT_SOAK` says (`2m`, `1h`) otherwise.

use std::collections::BTreeSet;
use std::env;
use std::fmt;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Mosquitto, Mqtt, Random, Running, Signal, Wire};

/// How long it takes where nobody says.
const SHORT: Duration = Duration::from_secs(12);

/// From one disturbance to the next, at most.
const QUIET: Duration = Duration::from_secs(3);

/// From one portion of lines to the next.
const BEAT: Duration = Duration::from_millis(10);

/// Lines that each writer gets at a time: few enough for the backlog of a reader that waits for half a minute, as it may
/// between connections that all break early.
const PORTION: usize = 2;

/// Far more than the end takes, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(120);

/// Growth that is no leak, in KiB: buffers come and go.
const SLACK: u64 = 4 << 10;

/// The last line of each writer.
const END: &str = "end";

fn length() -> Duration {
    let Ok(length) = env::var("MQTT_SOAK") else { return SHORT };
    humantime::parse_duration(&length).expect("MQTT_SOAK is a duration")
}

/// What a process costs, looked at every now and then.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    /// KiB.
    memory: u64,
    files: usize,
}

impl Cost {
    fn of(running: &Running) -> Self {
        Self { memory: running.resident_memory(), files: running.open_files() }
    }

    /// At least that much.
    fn raise(&mut self, other: Self) {
        self.memory = self.memory.max(other.memory);
        self.files = self.files.max(other.files);
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} KiB, {} files", self.memory, self.files)
    }
}

/// A writer at one QoS.
struct Writer {
    running: Running,
    sent: usize,
}

impl Writer {
    fn new(publish: Mqtt) -> Self {
        let publish = publish.arg("-l").stdin_open().stderr_anything().deadline(PATIENCE);
        Self { running: publish.spawn(), sent: 0 }
    }

    fn write(&mut self, portion: usize) {
        let lines: String = (0..portion).map(|line| format!("{}\n", self.sent + line)).collect();
        self.running.write_stdin(lines);
        self.sent += portion;
    }

    /// Ends the input and waits until all is delivered; what the run said.
    fn finish(mut self) -> (usize, String) {
        self.running.write_stdin(END);
        self.running.close_stdin();
        (self.sent, self.running.wait().stderr_text().to_owned())
    }
}

/// What became of the lines of one writer. Their order is not looked at: mosquitto 2.0.11 mixes what was on its way to a
/// reader whose connection broke with what came meanwhile.
struct Lane {
    sent: usize,
    /// Lines that came again.
    again: usize,
    missing: usize,
    /// Whether the broker had forgotten the writer's session.
    forgotten: bool,
}

impl Lane {
    fn new(received: &[usize], (sent, stderr): (usize, String)) -> Self {
        let mut seen = vec![false; sent];
        let mut again = 0;
        for &line in received {
            again += usize::from(std::mem::replace(&mut seen[line], true));
        }
        let missing = seen.iter().filter(|seen| !**seen).count();
        Self { sent, again, missing, forgotten: stderr.contains("the session was lost") }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { sent, again, missing, .. } = self;
        write!(f, "{sent} sent, {missing} missing, {again} twice")
    }
}

/// For [`length`], `beat` again and again, and `disturb` every now and then. What the runs cost, as `beat` tells, must
/// not be more in the second half than in the first; of files, so many more may happen to be open.
#[track_caller]
fn endure<const RUNS: usize>(
    runs: [(&str, usize); RUNS],
    mut beat: impl FnMut() -> [Cost; RUNS],
    mut disturb: impl FnMut(),
) {
    let mut random = Random::new();
    let (start, length) = (Instant::now(), length());
    let mut next = start + QUIET;
    let mut disturbances = 0;
    let mut halves = [[Cost::default(); RUNS]; 2];
    while start.elapsed() < length {
        let half = usize::from(start.elapsed() > length / 2);
        halves[half].iter_mut().zip(beat()).for_each(|(cost, now)| cost.raise(now));
        if Instant::now() >= next {
            disturb();
            disturbances += 1;
            next = Instant::now() + QUIET / 2 + random.delay(QUIET / 2);
        }
    }
    eprintln!("{length:?}, {disturbances} disturbances");
    let [before, after] = halves;
    for (((name, files), before), after) in runs.iter().zip(before).zip(after) {
        eprintln!("{name}: {before}, then {after}");
        assert!(after.memory <= before.memory + SLACK, "{name}: memory grows");
        assert!(after.files <= before.files + files, "{name}: files stay open");
    }
    assert!(disturbances > 1, "nothing disturbed it");
}

/// Two writers and a reader, and all is looked at but what comes twice; the lanes of QoS 1 and 2.
#[track_caller]
fn soak(client: impl Fn(&str) -> Mqtt, disturb: impl FnMut()) -> [Lane; 2] {
    let subscribe = || client("sub").line("-c -i reader -q 2 -v -t soak/1 -t soak/2");
    subscribe().arg("-E").run();
    let subscriber = subscribe().status(143).stdout_anything().stderr_anything();
    let subscriber = subscriber.deadline(PATIENCE).spawn();
    let mut writers =
        ["-t soak/1 -q 1", "-t soak/2 -q 2"].map(|line| Writer::new(client("pub").line(line)));
    let beat = || {
        writers.iter_mut().for_each(|writer| writer.write(PORTION));
        thread::sleep(BEAT);
        [&subscriber, &writers[0].running, &writers[1].running].map(Cost::of)
    };
    endure([("sub", 1), ("pub -q 1", 1), ("pub -q 2", 1)], beat, disturb);
    let written = writers.map(Writer::finish);
    let lanes = receive(subscriber, written);
    let [one, two] = &lanes;
    eprintln!("QoS 1: {one}\nQoS 2: {two}");
    lanes
}

/// Reads to the end of both lanes.
#[track_caller]
fn receive(mut subscriber: Running, written: [(usize, String); 2]) -> [Lane; 2] {
    let mut received = [Vec::new(), Vec::new()];
    let mut open = 2;
    while open > 0 {
        let line = subscriber.read_line();
        let (topic, text) = line.split_once(' ').expect("a topic and a payload");
        let lane = usize::from(topic == "soak/2");
        match text {
            END => open -= 1,
            number => received[lane].push(number.parse().expect("a number")),
        }
    }
    subscriber.signal(Signal::Terminate);
    subscriber.wait();
    let [one, two] = written;
    [Lane::new(&received[0], one), Lane::new(&received[1], two)]
}

/// A broker that keeps its sessions.
fn lasting() -> Mosquitto {
    Mosquitto::options().persistent().line("max_queued_messages 0").start()
}

#[test]
fn connections_that_are_cut_lose_nothing_and_double_nothing_at_qos_2() {
    let broker = lasting();
    let wire = Wire::to(broker.port());
    let lanes = soak(|command| wire.mqtt(command), || wire.cut());
    for lane in &lanes {
        assert_eq!(lane.missing, 0, "{lane}");
        assert!(!lane.forgotten, "the broker never ended");
    }
    assert_eq!(lanes[1].again, 0, "twice at QoS 2");
}

/// It may send again even at QoS 2 what it had sent before: mosquitto forgets how far it was with some messages.
#[test]
fn a_broker_that_restarts_again_and_again_loses_nothing() {
    let mut broker = lasting();
    let port = broker.port();
    let lanes = soak(|command| Mqtt::at(command, port), || broker.restart());
    for lane in &lanes {
        assert_eq!(lane.missing, 0, "{lane}");
    }
}

/// The numbers in this file, or in all files of this directory.
fn numbers(path: &Path) -> BTreeSet<usize> {
    let Ok(entries) = fs::read_dir(path) else {
        let text = fs::read_to_string(path).unwrap_or_default();
        return text.lines().filter_map(|line| line.parse().ok()).collect();
    };
    entries.flat_map(|entry| numbers(&entry.expect("it is there").path())).collect()
}

/// From an outbox, over a broker that restarts, into files and to commands.
#[test]
fn an_outbox_files_and_commands_lose_nothing() {
    let mut broker = lasting();
    let port = broker.port();
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let [outbox, files, done] = ["outbox", "files", "done"].map(|name| home.path().join(name));
    fs::create_dir(&files).expect("it can be made");
    let subscribe = |id: &str| Mqtt::at("sub", port).line("soak/box -q 1 -c -i").arg(id);
    for id in ["keeper", "worker"] {
        subscribe(id).arg("-E").run();
    }
    let forever =
        |run: Mqtt| run.status(143).stdout_anything().stderr_anything().deadline(PATIENCE).spawn();
    let keeper = subscribe("keeper").arg("--files").arg(files.join("%t/number"));
    let keeper = forever(keeper.line("--rotate 16K --sync"));
    let worker = subscribe("worker").line("--jobs 2 -- sh -c");
    let worker = forever(worker.arg(r#"read n; echo "$n" >> "$1""#).arg("sh").arg(&done));
    let writer = Mqtt::at("pub", port).arg("--outbox").arg(&outbox);
    let mut writer = Writer::new(writer.line("-t soak/box -q 1"));
    let beat = || {
        writer.write(1);
        thread::sleep(2 * BEAT);
        [&writer.running, &keeper, &worker].map(Cost::of)
    };
    // Each of two commands takes some descriptors while it runs.
    let runs = [("pub --outbox", 1), ("sub --files", 1), ("sub -- COMMAND", 6)];
    endure(runs, beat, || broker.restart());
    let (sent, stderr) = writer.finish();
    let left: Vec<_> =
        fs::read_dir(&outbox).expect("it is there").map(|it| it.unwrap().path()).collect();
    assert!(!left.iter().any(|it| it.extension().is_some()), "{left:?} stays behind: {stderr}");
    let deadline = Instant::now() + PATIENCE;
    for (name, path) in [("files", &files), ("commands", &done)] {
        let missing = loop {
            let missing = sent - numbers(path).len();
            if missing == 0 || Instant::now() > deadline {
                break missing;
            }
            thread::sleep(QUIET / 10);
        };
        assert_eq!(missing, 0, "of {sent}, {name} lack {missing}: {:?}", fs::read_to_string(path));
    }
    eprintln!("{sent} sent, none is missing");
    for run in [keeper, worker] {
        run.signal(Signal::Terminate);
        run.wait();
    }
}
