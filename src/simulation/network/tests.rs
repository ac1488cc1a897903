//! The network, in virtual time.

mod pipelined;
mod whole;

use super::super::broker::{Broker, Restart, Temper};
use super::super::draw::Draw;
use super::super::mini::{Greeting, Mini};
use super::super::wire::Version;
use super::*;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;

/// Runs with a paused clock.
fn virtually<T>(run: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(run)
}

/// A broker behind a network.
struct World {
    broker: Rc<RefCell<Broker>>,
    network: Network,
}

fn world(temper: Temper, forecast: Vec<Weather>) -> World {
    let broker = Rc::new(RefCell::new(Broker::new(temper, Draw::new(1))));
    let network = Network::with_forecast(Rc::clone(&broker), forecast, Draw::new(2));
    World { broker, network }
}

fn faulty(fault: Fault) -> World {
    world(Temper::default(), vec![Weather::with_fault(fault)])
}

fn hello() -> Vec<u8> {
    Mini::connect(&Greeting::new(Version::Four))
}

const CONNACK: &[u8] = b"\x20\x02\x00\x00";
const MINUTE: Duration = Duration::from_secs(60);

/// A connection that has been greeted.
async fn greeted(network: &Network) -> Pipe {
    let mut pipe = network.dial().await.expect("a connection");
    pipe.write_all(&hello()).await.expect("room");
    let mut connack = [0; 4];
    pipe.read_exact(&mut connack).await.expect("CONNACK");
    assert_eq!(connack, CONNACK);
    pipe
}

async fn is_stuck<T>(what: impl Future<Output = T>) -> bool {
    timeout(MINUTE, what).await.is_err()
}

#[test]
fn a_healthy_connection_takes_no_time() {
    virtually(async {
        let World { broker, network } = world(Temper::default(), Vec::new());
        let mut pipe = greeted(&network).await;
        pipe.write_all(&Mini::disconnect()).await.expect("room");
        assert_eq!(pipe.read(&mut [0; 9]).await.expect("the end"), 0);
        assert_eq!((network.now(), pipe.connection()), (Duration::ZERO, 0));
        assert!(broker.borrow().has_hung_up(0));
    });
}

#[test]
fn bytes_take_their_time_and_keep_their_order() {
    virtually(async {
        let latency = Duration::from_millis(200);
        let slow = Weather { latency, bite: Some(3), ..Weather::healthy() };
        let World { broker, network } = world(Temper::default(), vec![slow]);
        let mut pipe = greeted(&network).await;
        assert!(!network.now().is_zero() && network.now() <= 3 * latency);
        let mini = Mini::new(Version::Four);
        for payload in 0..20 {
            let bytes = mini.publish(0, 0, "t", &payload.to_string());
            assert_eq!(pipe.write(&bytes).await.expect("room"), 3);
            pipe.write_all(&bytes[3..]).await.expect("room");
        }
        assert!(broker.borrow().deliveries().len() < 20);
        assert!(is_stuck(pipe.read_u8()).await);
        let broker = broker.borrow();
        let payloads = broker.deliveries().iter().map(|delivery| delivery.payload.clone());
        let expected: Vec<String> = (0..20).map(|payload| payload.to_string()).collect();
        assert_eq!(payloads.collect::<Vec<_>>(), expected);
    });
}

#[test]
fn a_cut_on_the_way_up_lets_through_what_came_before_it() {
    for (seen, kind) in
        [(Seen::EndOfFile, None), (Seen::Reset, Some(io::ErrorKind::ConnectionReset))]
    {
        virtually(async {
            let mini = Mini::new(Version::Four);
            let first = mini.publish(0, 0, "t", "a");
            let after = u64::try_from(hello().len() + first.len() + 3).expect("few");
            let World { broker, network } =
                faulty(Fault::Cut { direction: Direction::Up, after, seen });
            let mut pipe = greeted(&network).await;
            pipe.write_all(&first).await.expect("room");
            pipe.write_all(&mini.publish(0, 0, "t", "b")).await.expect("swallowed");
            let read = pipe.read(&mut [0; 9]).await;
            assert_eq!(read.as_ref().err().map(io::Error::kind), kind);
            assert_eq!(read.unwrap_or(0), 0);
            assert!(pipe.write_all(b"more").await.is_err());
            assert_eq!(broker.borrow().deliveries().len(), 1);
            assert!(broker.borrow().has_hung_up(0));
        });
    }
}

#[test]
fn a_cut_on_the_way_down_can_split_a_packet() {
    virtually(async {
        let (direction, seen) = (Direction::Down, Seen::EndOfFile);
        let World { broker, network } = faulty(Fault::Cut { direction, after: 2, seen });
        let mut pipe = network.dial().await.expect("a connection");
        pipe.write_all(&hello()).await.expect("room");
        let mut heard = Vec::new();
        pipe.read_to_end(&mut heard).await.expect("the end");
        assert_eq!(heard, CONNACK[..2]);
        assert!(broker.borrow().has_hung_up(0));
        drop(pipe);
        greeted_again(&network).await;
    });
}

async fn greeted_again(network: &Network) {
    let mut pipe = network.dial().await.expect("all later connections are healthy");
    pipe.write_all(&hello()).await.expect("room");
    let mut connack = [0; 4];
    pipe.read_exact(&mut connack).await.expect("CONNACK");
    assert_eq!(connack[2], 1, "the session was there");
}

#[test]
fn a_cut_after_nothing_is_seen_at_once() {
    virtually(async {
        for direction in [Direction::Up, Direction::Down] {
            let World { network, .. } =
                faulty(Fault::Cut { direction, after: 0, seen: Seen::EndOfFile });
            let mut pipe = network.dial().await.expect("a connection");
            assert_eq!(pipe.read(&mut [0; 9]).await.expect("the end"), 0);
        }
    });
}

#[test]
fn a_stall_swallows_writes_up_to_the_window_and_gives_nothing_to_read() {
    virtually(async {
        let from = Duration::from_secs(5);
        let World { broker, network } = faulty(Fault::Stall { directions: Directions::Both, from });
        let mut pipe = greeted(&network).await;
        tokio::time::sleep(from).await;
        assert!(is_stuck(pipe.read_u8()).await);
        let mut taken = 0;
        while let Ok(count) = timeout(MINUTE, pipe.write(&[0x30; 10_000])).await {
            taken += count.expect("no error");
        }
        assert_eq!(taken, 64 * 1024);
        assert!(broker.borrow().deliveries().is_empty());
        drop(pipe);
        assert!(!broker.borrow().has_hung_up(0), "the broker knows nothing of it");
        greeted_again(&network).await;
        assert!(broker.borrow().has_hung_up(0), "until the client takes its session over");
    });
}

#[test]
fn a_stall_of_one_direction_leaves_the_other() {
    virtually(async {
        for (directions, delivered) in [(Directions::Up, 0), (Directions::Down, 1)] {
            let from = Duration::from_secs(5);
            let World { broker, network } = faulty(Fault::Stall { directions, from });
            let mut pipe = greeted(&network).await;
            let mini = Mini::new(Version::Four);
            pipe.write_all(&mini.subscribe(1, "t", 0)).await.expect("room");
            pipe.read_exact(&mut [0; 5]).await.expect("SUBACK");
            tokio::time::sleep(from).await;
            pipe.write_all(&mini.publish(0, 0, "x", "a")).await.expect("room");
            broker.borrow_mut().publish("t", 0, b"b", false);
            assert_eq!(is_stuck(pipe.read_u8()).await, directions == Directions::Down);
            assert_eq!(broker.borrow().deliveries().len(), delivered);
        }
    });
}

#[test]
fn a_dial_may_be_refused_or_hang() {
    virtually(async {
        let refused = Weather::with_fault(Fault::Refused);
        let hangs = Weather::with_fault(Fault::DialHangs);
        let World { network, .. } = world(Temper::default(), vec![refused, hangs]);
        let error = network.dial().await.expect_err("refused");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert!(is_stuck(network.dial()).await);
        assert!(network.forecast().is_empty());
        greeted(&network).await;
    });
}

#[test]
fn a_restart_ends_the_connection_while_it_is_read_and_closes_the_port() {
    virtually(async {
        let restart = Some(Restart { at: MINUTE, lasts: MINUTE });
        let World { network, .. } = world(Temper { restart, ..Temper::default() }, Vec::new());
        let mut pipe = greeted(&network).await;
        assert_eq!(pipe.read(&mut [0; 9]).await.expect("the end"), 0);
        assert_eq!(network.now(), MINUTE);
        let error = network.dial().await.expect_err("the port is closed");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        tokio::time::sleep(MINUTE).await;
        greeted_again(&network).await;
    });
}

#[test]
fn a_reader_wakes_for_late_answers_and_for_other_publishers() {
    virtually(async {
        let latest_ack = Duration::from_secs(3);
        let World { broker, network } =
            world(Temper { latest_ack, ..Temper::default() }, Vec::new());
        let mut pipe = greeted(&network).await;
        let mini = Mini::new(Version::Four);
        pipe.write_all(&mini.subscribe(1, "t", 0)).await.expect("room");
        pipe.read_exact(&mut [0; 5]).await.expect("SUBACK");
        assert!(!network.now().is_zero() && network.now() <= latest_ack);

        // All in one task, as a client that polls everything inside one poll_fn does it.
        let mut later = Box::pin(tokio::time::sleep(MINUTE));
        let mut published = false;
        let mut space = [0; 64];
        let heard = poll_fn(|context| {
            if !published && later.as_mut().poll(context).is_ready() {
                published = true;
                broker.borrow_mut().publish("t", 0, b"hi", false);
            }
            let mut buffer = ReadBuf::new(&mut space);
            let read = Pin::new(&mut pipe).poll_read(context, &mut buffer);
            read.map(|done| done.map(|()| buffer.filled().to_vec()))
        });
        assert_eq!(heard.await.expect("a message"), b"\x30\x05\x00\x01thi");
    });
}

#[test]
fn an_idle_reader_is_left_alone() {
    virtually(async {
        let World { network, .. } = world(Temper::default(), Vec::new());
        let mut pipe = greeted(&network).await;
        let mut polls = 0;
        let idle = poll_fn(|context| {
            polls += 1;
            let mut space = [0; 8];
            let read = Pin::new(&mut pipe).poll_read(context, &mut ReadBuf::new(&mut space));
            if read.is_pending() { Poll::Pending } else { Poll::Ready(()) }
        });
        assert!(is_stuck(idle).await);
        assert!(polls <= 2, "{polls}");
    });
}

#[test]
fn closing_delivers_what_is_under_way_unless_something_is_unread() {
    for (close, delivered) in [(Close::DeliversAll, 1), (Close::MayLose, 0)] {
        virtually(async {
            let latency = Duration::from_millis(100);
            let weather = Weather { latency, close, ..Weather::healthy() };
            let World { broker, network } = world(Temper::default(), vec![weather]);
            let mut pipe = greeted(&network).await;
            let mini = Mini::new(Version::Four);
            pipe.write_all(&mini.subscribe(1, "t", 0)).await.expect("room");
            tokio::time::sleep(3 * latency).await;
            pipe.write_all(&mini.publish(0, 0, "x", "a")).await.expect("room");
            drop(pipe);
            assert_eq!(broker.borrow().deliveries().len(), delivered);
            assert!(broker.borrow().has_hung_up(0));
        });
    }
}

#[test]
fn shutting_down_is_followed_by_the_end_of_the_broker() {
    virtually(async {
        let World { broker, network } = world(Temper::default(), Vec::new());
        let mut pipe = greeted(&network).await;
        let bytes = Mini::new(Version::Four).publish(0, 0, "t", "a");
        pipe.write_all(&bytes).await.expect("room");
        pipe.shutdown().await.expect("done");
        assert!(pipe.write_all(b"x").await.is_err());
        assert_eq!(pipe.read(&mut [0; 9]).await.expect("the end"), 0);
        assert_eq!(broker.borrow().deliveries().len(), 1);
    });
}
