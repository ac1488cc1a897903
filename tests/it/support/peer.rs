//! The scripted peer: a broker inside the test process that does, connection by connection, exactly what a test says.
//!
//! Accepts and counts connections, runs the scripts in a thread, carries marks between script and test, and keeps the
//! record. What is said on a connection is the business of [`Conn`].

use std::collections::{HashSet, VecDeque};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::conn::Conn;
use super::delivery::Delivery;
use super::mqtt::Mqtt;
use super::packet::{Connect, Publish};
use super::process::TICK;

/// How long a script waits for the client, and a test for a script.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Longer than any test lets the client run: a stalling peer outlasts it.
const A_WHOLE_RUN: Duration = Duration::from_secs(60);

type Script = Box<dyn FnOnce(&mut Conn) + Send>;
type EveryScript = Arc<dyn Fn(&mut Conn) + Send + Sync>;

/// A listening peer. Dropping it is the last check of the test: a script that failed or was never needed, or a
/// connection too many, fails the test.
pub struct Peer {
    address: SocketAddr,
    stage: Arc<Stage>,
    thread: Option<JoinHandle<()>>,
}

/// What the peer saw, in order, over all connections.
#[derive(Default, Clone, Debug)]
pub struct Record {
    pub connections: usize,
    pub connects: Vec<Connect>,
    pub publishes: Vec<Publish>,
    /// When each of the publishes had arrived.
    pub arrivals: Vec<Instant>,
}

impl Record {
    /// The payloads of all publishes as text.
    pub fn payloads(&self) -> Vec<String> {
        self.publishes.iter().map(Publish::text).collect()
    }
}

impl Peer {
    /// A peer to which nobody may connect.
    pub fn untouched() -> Self {
        Self::start(None)
    }

    /// One connection, one script. [`Peer::then`] adds the next connection's; one more than that fails the test.
    pub fn script(script: impl FnOnce(&mut Conn) + Send + 'static) -> Self {
        Self::untouched().then(script)
    }

    /// The same script for every connection, however many (but one at least).
    pub fn each(script: impl Fn(&mut Conn) + Send + Sync + 'static) -> Self {
        Self::start(Some(Arc::new(script)))
    }

    /// A polite broker: acknowledges everything, on any number of connections.
    pub fn accepting() -> Self {
        Self::each(Conn::serve)
    }

    /// A broker that grants one SUBSCRIBE, sends these messages (of QoS 0 or 1) and waits for the client to leave.
    pub fn sending(messages: &[Publish]) -> Self {
        let messages = messages.to_vec();
        Self::script(move |conn| {
            conn.accept_subscriber();
            for message in &messages {
                conn.publish(message);
            }
            for id in messages.iter().filter_map(|message| message.id) {
                assert_eq!(conn.expect_puback().id, id);
            }
            conn.expect_goodbye();
        })
    }

    /// The script of the next connection, which comes before those of [`Peer::each`].
    pub fn then(self, script: impl FnOnce(&mut Conn) + Send + 'static) -> Self {
        self.stage.lock().scripts.push_back(Box::new(script));
        self
    }

    /// How what the scripts say is cut on its way to the client.
    pub fn delivering(self, delivery: Delivery) -> Self {
        self.stage.note(format!("delivering {delivery:?}"));
        self.stage.lock().delivery = delivery;
        self
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// `127.0.0.1:port`, as error messages name the broker.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// The client, told to connect here.
    pub fn mqtt(&self, command: &str) -> Mqtt {
        Mqtt::at(command, self.port())
    }

    /// Tells the script that waits in [`Conn::wait_for`] to go on.
    pub fn reached(&self, mark: &str) {
        self.stage.reached(mark);
    }

    /// Waits until the script says [`Conn::reached`].
    #[track_caller]
    pub fn wait_for(&self, mark: &str) {
        self.stage.wait_for(mark);
    }

    /// As [`Peer::wait_for`], for what takes longer.
    #[track_caller]
    pub fn wait_for_at_most(&self, mark: &str, patience: Duration) {
        self.stage.wait_for_at_most(mark, patience);
    }

    /// Ends the peer and makes every check; call it once the client has ended.
    pub fn finish(mut self) -> Record {
        self.settle();
        self.stage.lock().record.clone()
    }

    fn start(every: Option<EveryScript>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("it has an address");
        listener.set_nonblocking(true).expect("a listener can be polled");
        let stage = Arc::new(Stage::default());
        stage.lock().delivery = Delivery::of_environment();
        let play = {
            let stage = Arc::clone(&stage);
            move || stage.play(&listener, every)
        };
        let thread = thread::Builder::new()
            .name("peer".to_owned())
            .spawn(play)
            .expect("a thread can be started");
        Self { address, stage, thread: Some(thread) }
    }

    /// Ends the thread and hands its panic on; a second call does nothing.
    fn settle(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        self.stage.change(|scene| scene.finishing = true);
        let result = thread.join();
        if result.is_err() || thread::panicking() {
            self.stage.print_transcript();
        }
        match result {
            Err(panic) if !thread::panicking() => resume_unwind(panic),
            _ => {}
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.settle();
    }
}

/// What the peer's thread, its connections and the test share.
#[derive(Default)]
pub struct Stage {
    scene: Mutex<Scene>,
    changed: Condvar,
}

#[derive(Default)]
struct Scene {
    scripts: VecDeque<Script>,
    delivery: Delivery,
    marks: HashSet<String>,
    record: Record,
    transcript: Vec<String>,
    /// The client has ended: no further connection will come.
    finishing: bool,
    /// The thread has ended.
    over: bool,
}

impl Stage {
    pub fn reached(&self, mark: &str) {
        self.change(|scene| {
            scene.marks.insert(mark.to_owned());
        });
    }

    #[track_caller]
    pub fn wait_for(&self, mark: &str) {
        self.wait_for_at_most(mark, PATIENCE);
    }

    #[track_caller]
    fn wait_for_at_most(&self, mark: &str, patience: Duration) {
        let scene = self.wait(patience, |scene| scene.marks.contains(mark));
        assert!(scene.marks.contains(mark), "nobody reached the mark {mark:?}");
    }

    /// Waits until the test has seen the client's end.
    #[track_caller]
    pub fn wait_for_finish(&self) {
        let scene = self.wait(A_WHOLE_RUN, |scene| scene.finishing);
        assert!(scene.finishing, "the client did not end while the peer stalled");
    }

    pub fn record(&self, change: impl FnOnce(&mut Record)) {
        change(&mut self.lock().record);
    }

    /// Notes one line, shown when the test fails.
    pub fn note(&self, line: String) {
        self.lock().transcript.push(line);
    }

    /// Prints the last notes, those before the failure.
    fn print_transcript(&self) {
        const SHOWN: usize = 60;
        let transcript = &self.lock().transcript;
        let left_out = transcript.len().saturating_sub(SHOWN);
        eprintln!("what the peer saw (<) and said (>), {left_out} earlier lines left out:");
        for line in &transcript[left_out..] {
            eprintln!("  {line}");
        }
    }

    /// The peer's thread: runs the scripts, and marks the end even when one of them panics.
    fn play(self: &Arc<Self>, listener: &TcpListener, every: Option<EveryScript>) {
        let result = catch_unwind(AssertUnwindSafe(|| self.serve(listener, every)));
        self.change(|scene| scene.over = true);
        if let Err(panic) = result {
            resume_unwind(panic);
        }
    }

    fn serve(self: &Arc<Self>, listener: &TcpListener, every: Option<EveryScript>) {
        while let Some(stream) = self.accept(listener) {
            let number = self.count_connection();
            let mut scene = self.lock();
            let (script, delivery) = (scene.scripts.pop_front(), scene.delivery);
            drop(scene);
            let mut conn = Conn::new(stream, number, Arc::clone(self), delivery);
            match (script, &every) {
                (Some(script), _) => script(&mut conn),
                (None, Some(every)) => every(&mut conn),
                (None, None) => panic!("connection {number} is one too many"),
            }
        }
        let scene = self.lock();
        let (unused, connections) = (scene.scripts.len(), scene.record.connections);
        drop(scene);
        assert_eq!(unused, 0, "scripts were left after {connections} connections");
        assert!(every.is_none() || connections > 0, "nobody connected");
    }

    /// The next connection; `None` when none is left and the client has ended.
    fn accept(&self, listener: &TcpListener) -> Option<TcpStream> {
        loop {
            // Looked at before the queue of connections: one made before the client's end is never missed.
            let finishing = self.lock().finishing;
            match listener.accept() {
                Ok((stream, _)) => return Some(stream),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => panic!("the peer cannot accept: {error}"),
            }
            if finishing {
                return None;
            }
            thread::sleep(TICK);
        }
    }

    fn count_connection(&self) -> usize {
        let record = &mut self.lock().record;
        record.connections += 1;
        record.connections
    }

    /// Waits for a condition, the end of the peer's thread or of `patience`; the caller looks which it was.
    fn wait(&self, patience: Duration, done: impl Fn(&Scene) -> bool) -> MutexGuard<'_, Scene> {
        let deadline = Instant::now() + patience;
        let mut scene = self.lock();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if done(&scene) || scene.over || left.is_zero() {
                return scene;
            }
            let waited = self.changed.wait_timeout(scene, left);
            scene = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn change(&self, change: impl FnOnce(&mut Scene)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// A failed assertion under the lock must not hide behind a poisoned one.
    fn lock(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
