//! The common parts of every simulated run: a broker, a network, options and a reporter.

use super::broker::{Broker, Temper};
use super::draw::Draw;
use super::network::{Network, Pipe, Weather};
use super::watched::Watched;
use crate::events::{Log, Reporter};
use crate::exit::{ExitStatus, Failure};
use crate::mqtt::{SessionOptions, Version};
use crate::output::{Memory, Writer};
use crate::run::options::{IdOrigin, Protocol, Reconnect};
use crate::run::{End, Job, RunOptions, Signal, World, drive};
use crate::transport::{DialError, Stages, Stream, Target};
use crate::ui::{Ui, Verbosity};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

impl Stream for Pipe {}

/// Every run ends within this time.
const LONGEST: Duration = Duration::from_secs(3 * 3600);

/// A run that reads the clock this often while it stands still does not wait for anything.
const MOST_LOOKS: u32 = 100_000;

/// The environment of one run.
struct Surroundings {
    network: Network,
    draw: RefCell<Draw>,
    /// The last time returned, and how often in a row.
    looks: Cell<(Instant, u32)>,
    /// When a signal is sent.
    signal_at: Option<Duration>,
}

impl World for Surroundings {
    type Stream = Pipe;

    fn now(&self) -> Instant {
        let now = tokio::time::Instant::now().into_std();
        let (last, looks) = self.looks.get();
        let looks = if last == now { looks + 1 } else { 0 };
        assert!(looks < MOST_LOOKS, "the run spins");
        self.looks.set((now, looks));
        now
    }

    fn random(&self) -> u64 {
        self.draw.borrow_mut().u64()
    }

    fn pause(&self, _time: Duration) {}

    fn poll_signal(&self, _cx: &mut Context<'_>) -> Poll<Signal> {
        match self.signal_at {
            Some(at) if self.network.now() >= at => Poll::Ready(Signal::Interrupt),
            _ => Poll::Pending,
        }
    }

    async fn dial(&self, _stages: &Stages) -> Result<Box<Pipe>, DialError> {
        let pipe = self.network.dial().await;
        pipe.map(Box::new).map_err(|error| DialError::new(error.to_string()))
    }
}

/// Everything drawn for a run, and its results.
pub struct Setting {
    pub draw: Draw,
    pub temper: Temper,
    pub broker: Rc<RefCell<Broker>>,
    pub options: RunOptions,
    pub session: SessionOptions,
    /// The output of `--events`.
    log: Memory,
    /// The printed output.
    pub output: Memory,
}

/// How a run ended.
pub struct Ending {
    pub status: ExitStatus,
    pub message: String,
    /// The weather of its first connections.
    pub weather: Vec<Weather>,
    pub log: Vec<serde_json::Value>,
    pub output: String,
}

/// Whether only one seed is played, for a person to read.
fn is_alone() -> bool {
    std::env::var_os("MQTT_TEST_SEED").is_some()
}

impl Setting {
    pub fn draw(mut draw: Draw) -> Self {
        let temper = Temper::draw(&mut draw);
        let broker = Rc::new(RefCell::new(Broker::new(temper.clone(), draw.fork())));
        let protocol = match draw.number(0..=9) {
            0..=3 => Protocol::Auto,
            4..=6 => Protocol::Exactly(Version::V5),
            _ => Protocol::Exactly(Version::V311),
        };
        let reconnect = *draw.pick(&[
            Reconnect::Lost,
            Reconnect::Always,
            Reconnect::Always,
            Reconnect::Always,
            Reconnect::Never,
        ]);
        let is_endless = reconnect == Reconnect::Always;
        let chosen = draw.chance(50);
        let options = RunOptions {
            protocol,
            reconnect,
            id_origin: if chosen { IdOrigin::Chosen } else { IdOrigin::Generated },
            connect_timeout: Duration::from_secs(5),
            ack_timeout: Duration::from_secs(*draw.pick(&[2, 8, 30])),
            timeout: draw.chance(15).then(|| draw.milliseconds(100..=60_000)),
            trace: is_alone(),
            reconnect_timeout: (is_endless || draw.chance(20))
                .then(|| draw.milliseconds(1_000..=120_000)),
            ..RunOptions::new(Target::tcp("broker", 1883))
        };
        let session = SessionOptions {
            clean_start: draw.chance(50),
            resumes: reconnect != Reconnect::Never,
            keep_alive: *draw.pick(&[0, 2, 60]),
            receive_maximum: *draw.pick(&[None, Some(1), Some(5)]),
            max_inflight: *draw.pick(&[None, Some(1), Some(3)]),
            ..SessionOptions::new("client".to_owned())
        };
        Self {
            draw,
            temper,
            broker,
            options,
            session,
            log: Memory::default(),
            output: Memory::default(),
        }
    }

    /// With a log; if only one seed is played, it prints everything.
    pub fn reporter(&self) -> Reporter {
        let log = Log::Opened(Box::new(Writer::to_memory(Arc::clone(&self.log))));
        let ui = Ui::new(if self.options.trace { Verbosity::Debug } else { Verbosity::Quiet });
        Reporter::new(ui, self.options.target.clone(), "client".to_owned(), Some(log))
    }

    /// Runs `job` while `others` run too, and calls `finish`.
    pub fn run<J: Job>(
        mut self,
        job: J,
        finish: impl FnOnce(J, Option<Failure>) -> Result<(), Failure>,
        others: impl Future<Output = ()>,
    ) -> (Self, Ending) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
        let (options, session) = (Rc::new(self.options), Rc::new(self.session));
        let network_draw = self.draw.fork();
        let own_draw = RefCell::new(self.draw.fork());
        let signal_at = self.draw.chance(5).then(|| self.draw.milliseconds(0..=20_000));
        let broker = Rc::clone(&self.broker);
        let (end, job, took, weather) = runtime.block_on(async {
            let network = Network::new(broker, network_draw);
            let weather = network.forecast();
            if options.trace {
                println!(
                    "{:#?}\n{:#?}\n{options:#?}\n{session:#?}",
                    self.temper,
                    network.forecast()
                );
            }
            let looks = Cell::new((Instant::now(), 0));
            let world = Surroundings { network, draw: own_draw, looks, signal_at };
            let started = world.now();
            let mut job = Watched::new(job);
            let run = drive(&world, Rc::clone(&options), Rc::clone(&session), started, &mut job);
            let both = async {
                tokio::select! {
                    biased;
                    end = run => end,
                    () = others => unreachable!("they go on for ever"),
                }
            };
            let end = tokio::time::timeout(LONGEST, both).await.expect("every run ends");
            (end, job.into_inner(), world.now() - started, weather)
        });
        check_time(&end, &options, took);
        let failure = Failure::from_end(&end, &options, &session);
        let result = finish(job, failure);
        let (status, message) = match result {
            Ok(()) => (ExitStatus::Success, String::new()),
            Err(failure) => (failure.status, failure.message),
        };
        let lines = text(&self.log);
        let log = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let output = text(&self.output);
        self.options = Rc::into_inner(options).expect("nobody else has them");
        self.session = Rc::into_inner(session).expect("nobody else has them");
        (self, Ending { status, message, weather, log, output })
    }
}

/// Checks that a run with `-W` ended in time.
fn check_time(end: &End, options: &RunOptions, took: Duration) {
    if let Some(timeout) = options.timeout {
        let most = timeout + Duration::from_secs(2);
        assert!(took <= most, "{took:?} with -W {timeout:?}: {end:?}");
    }
}

impl Ending {
    /// The outcome of the message at each position, from 1 on, according to the events.
    pub fn outcomes(&self, count: usize) -> Vec<String> {
        let mut outcomes = vec![String::new(); count];
        for line in self.log.iter().filter(|line| line["event"] == "publish") {
            let position = line["position"].as_u64().expect("a number") as usize;
            let outcome = line["outcome"].as_str().expect("a word");
            assert_eq!(outcomes[position - 1], "", "message {position} has two ends");
            outcomes[position - 1] = outcome.to_owned();
        }
        outcomes
    }
}

/// The text written to `memory`.
fn text(memory: &Memory) -> String {
    let bytes = std::mem::take(&mut *memory.lock().expect("nobody panicked"));
    String::from_utf8(bytes).expect("events and payloads are text")
}
