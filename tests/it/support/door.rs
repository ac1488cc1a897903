//! A door before a peer or a broker: it speaks what lies around MQTT (TLS, WebSocket, a proxy's protocol), and
//! carries the bytes within to the port behind it. What is said there is the business of the peer.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use futures_util::future::{Either, select};
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::timeout;

use super::mqtt::Mqtt;
use super::peer::PATIENCE;

/// A listening door. Dropping it waits until everybody who came through has left, and hands a panic on.
pub struct Door {
    port: u16,
    notes: Notes,
    close: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What a door has noticed, in order.
#[derive(Clone, Default)]
pub struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    pub fn add(&self, note: impl Into<String>) {
        self.0.lock().expect("no note panics").push(note.into());
    }
}

impl Door {
    /// Does this with everybody who comes to a free port of 127.0.0.1.
    pub fn new(serve: impl AsyncFn(TcpStream, Notes) + Send + 'static) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0));
        Self::at(listener.expect("loopback has a free port"), serve)
    }

    /// The same at another place.
    pub fn at(
        listener: std::net::TcpListener,
        serve: impl AsyncFn(TcpStream, Notes) + Send + 'static,
    ) -> Self {
        listener.set_nonblocking(true).expect("a listener can be polled");
        let port = listener.local_addr().expect("it has an address").port();
        let (close, closed) = oneshot::channel();
        let notes = Notes::default();
        let shared = notes.clone();
        let thread = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            LocalSet::new().block_on(&runtime, async {
                let listener = TcpListener::from_std(listener).expect("a listener of this runtime");
                receive(listener, closed, serve, shared).await;
            });
        });
        Self { port, notes, close: Some(close), thread: Some(thread) }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// `127.0.0.1:port`, as error messages name the broker.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What was noticed so far.
    pub fn notes(&self) -> Vec<String> {
        self.notes.0.lock().expect("no note panics").clone()
    }

    /// The client, told to connect here.
    pub fn mqtt(&self, command: &str) -> Mqtt {
        Mqtt::at(command, self.port)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // The thread may have panicked.
        let _ = self.close.take().map(|close| close.send(()));
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
            && !thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

async fn receive(
    listener: TcpListener,
    mut closed: oneshot::Receiver<()>,
    serve: impl AsyncFn(TcpStream, Notes) + 'static,
    notes: Notes,
) {
    let serve = Rc::new(serve);
    let mut guests = Vec::new();
    while let Either::Left((accepted, _)) = select(pin!(listener.accept()), &mut closed).await {
        let (stream, _) = accepted.expect("a door can accept");
        let (serve, notes) = (Rc::clone(&serve), notes.clone());
        guests.push(spawn_local(async move { serve(stream, notes).await }));
    }
    for guest in guests {
        match timeout(PATIENCE, guest).await {
            Ok(Ok(())) => {}
            Ok(Err(failed)) => std::panic::resume_unwind(failed.into_panic()),
            Err(_) => panic!("somebody has not left the door"),
        }
    }
}

/// Connects to the port of 127.0.0.1 that is behind a door.
pub async fn behind(port: u16) -> TcpStream {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect(address).await.expect("somebody is behind the door")
}

/// Carries bytes both ways until both sides are done.
pub async fn relay(mut one: impl AsyncRead + AsyncWrite + Unpin, port: u16) {
    let mut other = behind(port).await;
    // Whoever resets the connection has had enough.
    let _ = copy_bidirectional(&mut one, &mut other).await;
}
